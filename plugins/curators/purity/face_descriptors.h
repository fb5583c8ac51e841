// Fisher vector descriptors of many faces (Simonyan, Parkhi, Vedaldi, Zisserman, BMVC 2013), as
// stages that go over a whole data set need them: a vocabulary from descriptors drawn over all
// faces, then one row per face, in the rows' order, whatever the number of threads.
#ifndef FACET_PLUGINS_CURATORS_PURITY_FACE_DESCRIPTORS_H_
#define FACET_PLUGINS_CURATORS_PURITY_FACE_DESCRIPTORS_H_

#include <cstdint>
#include <functional>
#include <opencv2/core.hpp>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/image.h"
#include "plugins/curators/local_descriptors/dense_sift.h"
#include "plugins/curators/purity/face_vocabulary.h"
#include "plugins/curators/purity/fisher_vector.h"
#include "plugins/curators/purity/row_projection.h"
#include "plugins/curators/purity/row_store.h"

namespace facet {

// Faces by row; `get` is called by several threads.
struct FaceSource {
  int64_t count = 0;
  std::function<absl::StatusOr<Image>(int64_t row)> get;
};

struct FaceDescriptorOptions {
  int width_px = 125, height_px = 160;  // the largest central part of this form, scaled to it
  DenseSiftOptions sift;
};

// False: stop (CancelledError).
using FaceProgress = std::function<bool(int64_t done, int64_t total)>;

class FaceDescriber {
 public:
  // InvalidArgument: a vocabulary that is none.
  static absl::StatusOr<FaceDescriber> Create(const FaceDescriptorOptions& options,
                                              const FaceVocabulary& vocabulary);
  // [1, size()] float32 of unit length. Any thread.
  absl::StatusOr<cv::Mat> Describe(const Image& face) const;
  int size() const { return encoder_.size(); }

 private:
  FaceDescriber(const FaceDescriptorOptions& options, FaceVocabulary vocabulary,
                FisherEncoder encoder);
  FaceDescriptorOptions options_;
  FaceVocabulary vocabulary_;
  FisherEncoder encoder_;
};

absl::StatusOr<LocalDescriptors> LocalDescriptorsOf(const Image& face,
                                                    const FaceDescriptorOptions& options);

// `count` local descriptors, as many from each of `num_faces` faces drawn from all (fewer where
// they have no more).
absl::StatusOr<LocalDescriptors> DrawLocalDescriptors(const FaceSource& faces,
                                                      const FaceDescriptorOptions& options,
                                                      int64_t count, int64_t num_faces,
                                                      uint64_t seed, int threads,
                                                      const FaceProgress& progress);

// The Fisher vectors of `num_faces` faces drawn from all, [num_faces, D].
absl::StatusOr<cv::Mat> DrawFisherVectors(const FaceSource& faces, const FaceDescriber& describer,
                                          int64_t num_faces, uint64_t seed, int threads,
                                          const FaceProgress& progress);

// Fills the rest of `store`: Fisher vectors, projected if there is a `projection`. A stop between
// blocks keeps what is done.
absl::Status DescribeFaces(const FaceSource& faces, const FaceDescriber& describer,
                           const RowProjection* projection, int threads,
                           const FaceProgress& progress, RowStore* store);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_PURITY_FACE_DESCRIPTORS_H_
