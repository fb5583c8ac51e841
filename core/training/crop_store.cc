#include "core/training/crop_store.h"

#include <algorithm>
#include <utility>

#include "core/image/image_io.h"

namespace facet {

absl::StatusOr<CropStore> CropStore::Open(const std::string& records_path,
                                          const std::string& pixels_path) {
  CropStore store;
  FACET_ASSIGN_OR_RETURN(store.records_,
                         ReadRecords<CropRecord>(records_path, &CropRecordFromJson));
  FACET_ASSIGN_OR_RETURN(store.pixels_, BlobReader::Open(pixels_path));
  return store;
}

absl::StatusOr<Image> CropStore::Read(int64_t row) const {
  FACET_ASSIGN_OR_RETURN(const std::string_view bytes, pixels_->Get(row));
  const CropRecord& record = records_[static_cast<size_t>(row)];
  const auto raw_size = static_cast<size_t>(record.width * record.height * 3);
  const bool jpeg = bytes.size() > 2 && bytes[0] == '\xff' && bytes[1] == '\xd8';
  if (bytes.size() == raw_size && !jpeg) {
    Image image(static_cast<int>(record.width), static_cast<int>(record.height));
    std::copy(bytes.begin(), bytes.end(), image.bgr.begin());
    return image;
  }
  absl::StatusOr<Image> image = DecodeImage(bytes);
  if (!image.ok()) return Annotate(image.status(), absl::StrCat("crop ", row));
  return image;
}

}  // namespace facet
