// The crops of a pack artifact, for many threads.
//
// A stored crop is an encoded image or raw pixels: height x width x 3 bytes, BGR, told by their
// number. Crops that fit into `memory_bytes` together are decoded once and kept; larger sets are
// decoded at every visit.
#ifndef FACET_CORE_TRAINING_CROP_SET_H_
#define FACET_CORE_TRAINING_CROP_SET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/image.h"
#include "core/records/blob_file.h"
#include "core/records/crops.h"

namespace facet {

class CropSet {
 public:
  static constexpr int64_t kMemoryBytes = int64_t{3} << 30;

  // crops_path: crops.mdb; records_path: crops.jsonl. Errors name file and row.
  static absl::StatusOr<std::unique_ptr<CropSet>> Open(const std::string& crops_path,
                                                       const std::string& records_path, int threads,
                                                       int64_t memory_bytes = kMemoryBytes);

  int64_t size() const { return static_cast<int64_t>(records_.size()); }
  const std::vector<CropRecord>& records() const { return records_; }

  // The pixels of a row; they are the set's own or, decoded anew, in *scratch. Any thread.
  absl::StatusOr<const Image*> Get(int64_t row, Image* scratch) const;

  // InvalidArgument if a crop is smaller than an input of this size, with the option to change.
  absl::Status CheckLargeEnough(int64_t input_px, const std::string& option) const;

 private:
  CropSet(std::unique_ptr<BlobReader> blobs, std::vector<CropRecord> records)
      : blobs_(std::move(blobs)), records_(std::move(records)) {}
  absl::StatusOr<Image> Decode(int64_t row) const;
  absl::Status DecodeAll(int threads);

  std::unique_ptr<BlobReader> blobs_;
  std::vector<CropRecord> records_;
  std::vector<Image> images_;  // empty: not kept
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_CROP_SET_H_
