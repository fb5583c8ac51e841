// Weights on disk: what is read is written and read again as it was.
#include "core/base/check.h"
#include "core/training/weights_file.h"
#include "tests/fuzz/fuzz.h"

namespace facet {

void Fuzz(std::string_view bytes) {
  (void)ReadTensorMetadata(WriteFuzzFile("weights.safetensors", bytes));
  const absl::StatusOr<StoredTensors> read = ParseTensors(bytes);
  if (!read.ok()) return;
  const std::string written = SerializeTensors(*read);
  const absl::StatusOr<StoredTensors> again = ParseTensors(written);
  FACET_CHECK(again.ok());
  FACET_CHECK(SerializeTensors(*again) == written);
}

}  // namespace facet
