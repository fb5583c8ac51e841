// A collection of rendered faces as curators are given one: a manifest with its truth, image files,
// faces and scores. In a folder of its own, which goes with the object.
#ifndef FACET_BENCHMARKS_MADE_COLLECTION_H_
#define FACET_BENCHMARKS_MADE_COLLECTION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/curator.h"
#include "core/base/scratch_folder.h"
#include "plugins/curators/stage/faces_in_memory.h"
#include "plugins/manifest/manifest.h"

namespace facet::bench {

class MadeCollection {
 public:
  // Of people with 20 images each, four people at least, so that there are 8 images at least. A
  // tenth of each name's images show somebody else and a tenth repeat another one.
  static absl::StatusOr<std::unique_ptr<const MadeCollection>> Make(int64_t num_images);

  std::string manifest() const { return folder_->path() + "/manifest.sqlite"; }
  std::string image_folder() const { return folder_->path() + "/images"; }
  const CurationFaces& faces() const { return faces_; }
  const std::vector<CurationScore>& scores() const { return scores_; }
  int64_t num_images() const { return faces_.size(); }

 private:
  explicit MadeCollection(std::unique_ptr<ScratchFolder> folder) : folder_(std::move(folder)) {}
  absl::Status AddImages(int64_t num_images, Manifest* manifest);

  const std::unique_ptr<ScratchFolder> folder_;
  FacesInMemory faces_;
  std::vector<CurationScore> scores_;
};

}  // namespace facet::bench

#endif  // FACET_BENCHMARKS_MADE_COLLECTION_H_
