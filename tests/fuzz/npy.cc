// .npy files, read in the three ways there are.
#include "core/records/npy.h"

#include <algorithm>

#include "core/base/check.h"
#include "tests/fuzz/fuzz.h"

namespace facet {

void Fuzz(std::string_view bytes) {
  const std::string path = WriteFuzzFile("descriptors.npy", bytes);
  const absl::StatusOr<FloatArray> whole = ReadNpy(path);
  const absl::StatusOr<std::unique_ptr<NpyReader>> reader = NpyReader::Open(path);
  const absl::StatusOr<std::unique_ptr<MappedNpy>> mapped = MappedNpy::Open(path);
  FACET_CHECK(whole.ok() == reader.ok() && (reader.ok() || !mapped.ok()));
  if (mapped.ok() && whole.ok()) {
    FACET_CHECK((*mapped)->shape() == whole->shape && (*reader)->shape() == whole->shape);
    // As bytes: a NaN is not equal to itself.
    const auto* const values = reinterpret_cast<const char*>((*mapped)->values());
    const auto* const expected = reinterpret_cast<const char*>(whole->values.data());
    FACET_CHECK(std::equal(values, values + sizeof(float) * whole->values.size(), expected));
  }
  if (!reader.ok()) return;
  std::vector<float> some(static_cast<size_t>(std::min<int64_t>((*reader)->num_values(), 16)));
  (void)(*reader)->Read(static_cast<int64_t>(some.size()), some.data());
}

}  // namespace facet
