#include "core/training/crop_set.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/parallel_work.h"
#include "core/base/status.h"
#include "core/image/image_io.h"
#include "core/records/record_lines.h"

namespace facet {
namespace {

// Of an image in memory: the number of its bytes is one too.
bool HasSides(const CropRecord& record) {
  constexpr int64_t kMost = 1 << 30;
  return record.width > 0 && record.height > 0 && record.width <= kMost && record.height <= kMost;
}

}  // namespace

absl::StatusOr<std::unique_ptr<CropSet>> CropSet::Open(const std::string& crops_path,
                                                       const std::string& records_path, int threads,
                                                       int64_t memory_bytes) {
  FACET_ASSIGN_OR_RETURN(std::unique_ptr<BlobReader> blobs, BlobReader::Open(crops_path));
  FACET_ASSIGN_OR_RETURN(std::vector<CropRecord> records,
                         ReadRecords(records_path, &CropRecordFromJson));
  int64_t bytes = 0;
  for (size_t row = 0; row < records.size(); ++row) {
    const CropRecord& record = records[row];
    if (!HasSides(record)) {
      return absl::DataLossError(absl::StrCat(records_path, ": crop ", row, " has ", record.width,
                                              " x ", record.height, " px"));
    }
    // Beyond 2^62 there is no memory that would hold them.
    bytes = std::min(bytes + record.width * record.height * 3, int64_t{1} << 62);
  }
  std::unique_ptr<CropSet> set(new CropSet(std::move(blobs), std::move(records)));
  if (bytes <= memory_bytes) FACET_RETURN_IF_ERROR(set->DecodeAll(threads));
  return set;
}

absl::StatusOr<Image> CropSet::Decode(int64_t row) const {
  const CropRecord& record = records_[static_cast<size_t>(row)];
  FACET_ASSIGN_OR_RETURN(const std::string_view bytes, blobs_->Get(row));
  if (static_cast<int64_t>(bytes.size()) == record.width * record.height * 3) {
    Image image(static_cast<int>(record.width), static_cast<int>(record.height));
    std::copy(bytes.begin(), bytes.end(), image.bgr.begin());
    return image;
  }
  absl::StatusOr<Image> image = DecodeImage(bytes);
  if (!image.ok()) return Annotate(image.status(), absl::StrCat("crop ", row));
  if (image->width != record.width || image->height != record.height) {
    return absl::DataLossError(absl::StrCat("crop ", row, " has ", image->width, " x ",
                                            image->height, " px, its record says ", record.width,
                                            " x ", record.height));
  }
  return image;
}

absl::Status CropSet::DecodeAll(int threads) {
  std::vector<Image> images(records_.size());
  FACET_RETURN_IF_ERROR(ParallelWork(size(), threads, [&](int64_t row) -> absl::Status {
    FACET_ASSIGN_OR_RETURN(images[static_cast<size_t>(row)], Decode(row));
    return absl::OkStatus();
  }));
  images_ = std::move(images);
  return absl::OkStatus();
}

absl::StatusOr<const Image*> CropSet::Get(int64_t row, Image* scratch) const {
  if (!images_.empty()) return &images_[static_cast<size_t>(row)];
  FACET_ASSIGN_OR_RETURN(*scratch, Decode(row));
  return scratch;
}

absl::Status CropSet::CheckLargeEnough(int64_t input_px, const std::string& option) const {
  for (const CropRecord& record : records_) {
    const int64_t shorter = std::min(record.width, record.height);
    if (shorter >= input_px) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("crops of ", shorter, " px are smaller than the network's input of ", input_px,
                     " px; raise ", option, " to at least ", input_px));
  }
  return absl::OkStatus();
}

}  // namespace facet
