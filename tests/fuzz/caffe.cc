// A Caffe model: the layout, a line of "%%", the weights.
#include "core/base/check.h"
#include "core/training/caffe_import.h"
#include "tests/fuzz/fuzz.h"

namespace facet {

void Fuzz(std::string_view bytes) {
  const std::vector<std::string_view> parts = FuzzParts(bytes, 2);
  const absl::StatusOr<StoredTensors> stored = ImportCaffe(
      WriteFuzzFile("net.prototxt", parts[0]), WriteFuzzFile("net.caffemodel", parts[1]));
  if (!stored.ok()) return;
  for (const auto& [name, tensor] : stored->tensors) {
    int64_t count = 1;
    for (const int64_t extent : tensor.shape) count *= extent;
    FACET_CHECK(count == static_cast<int64_t>(tensor.values.size()));
  }
}

}  // namespace facet
