// Packed crops behind their digest check. LMDB maps a file and follows what it says, so that nobody
// but the store's digest check looks at bytes that are not facet's own (core/graph/store.h): what is
// fuzzed is what comes after it, records and blobs of a whole LMDB file. An input is the records, a
// line of "%%", and as many blobs, with such a line between two.
#include "core/base/check.h"
#include "core/records/blob_file.h"
#include "core/training/crop_set.h"
#include "tests/fuzz/fuzz.h"

namespace facet {

void Fuzz(std::string_view bytes) {
  const std::vector<std::string_view> parts = FuzzParts(bytes, 4);
  const std::string records = WriteFuzzFile("crops.jsonl", parts[0]);
  const std::string path = FuzzFolder() + "/crops.mdb";
  absl::StatusOr<std::unique_ptr<BlobWriter>> writer = BlobWriter::Create(path);
  FACET_CHECK(writer.ok());
  for (size_t row = 1; row < parts.size(); ++row) {
    FACET_CHECK((*writer)->Append(static_cast<int64_t>(row) - 1, parts[row]).ok());
  }
  FACET_CHECK((*writer)->Finish().ok());
  for (const int64_t memory_bytes : {int64_t{0}, int64_t{1} << 20}) {
    const absl::StatusOr<std::unique_ptr<CropSet>> set =
        CropSet::Open(path, records, /*threads=*/1, memory_bytes);
    if (!set.ok()) continue;
    (void)(*set)->CheckLargeEnough(1, "pack.size_px");
    for (int64_t row = 0; row < (*set)->size(); ++row) {
      Image scratch;
      const absl::StatusOr<const Image*> crop = (*set)->Get(row, &scratch);
      if (!crop.ok()) continue;
      const CropRecord& record = (*set)->records()[static_cast<size_t>(row)];
      FACET_CHECK((*crop)->width == record.width && (*crop)->height == record.height);
      FACET_CHECK((*crop)->bgr.size() == size_t{3} * record.width * record.height);
    }
  }
}

}  // namespace facet
