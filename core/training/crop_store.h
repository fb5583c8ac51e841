// The packed crops of one branch: crops.jsonl and crops.mdb of a pack artifact.
#ifndef FACET_CORE_TRAINING_CROP_STORE_H_
#define FACET_CORE_TRAINING_CROP_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/image.h"
#include "core/stages/artifacts.h"

namespace facet {

class CropStore {
 public:
  static absl::StatusOr<CropStore> Open(const std::string& records_path,
                                        const std::string& pixels_path);

  const std::vector<CropRecord>& records() const { return records_; }
  int64_t size() const { return static_cast<int64_t>(records_.size()); }
  // Decodes one crop (JPEG, or raw BGR of the recorded size). Any thread.
  absl::StatusOr<Image> Read(int64_t row) const;

 private:
  CropStore() = default;
  std::vector<CropRecord> records_;
  std::unique_ptr<BlobReader> pixels_;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_CROP_STORE_H_
