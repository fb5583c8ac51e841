// What the Fisher vector face descriptor refers to (Simonyan, Parkhi, Vedaldi, Zisserman, BMVC
// 2013): a PCA of RootSIFT, the patch's place appended, and a mixture of Gaussians over both.
#ifndef FACET_PLUGINS_CURATORS_PURITY_FACE_VOCABULARY_H_
#define FACET_PLUGINS_CURATORS_PURITY_FACE_VOCABULARY_H_

#include <cstdint>
#include <opencv2/core.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/curators/local_descriptors/dense_sift.h"
#include "plugins/curators/local_descriptors/gaussian_mixture.h"

namespace facet {

struct FaceVocabularyOptions {
  int pca_dimension = 64;
  int num_modes = 512;
  int mixture_iterations = 20;
  uint64_t seed = 1;
};

struct FaceVocabulary {
  cv::Mat mean;             // [1, 128] float32
  cv::Mat basis;            // [P, 128] float32: orthonormal rows, largest variance first; the entry
                            // of largest magnitude of each is positive
  GaussianMixture mixture;  // of dimension P + 2
};

// What local descriptors become: [N, P + 2] float32, the projected SIFT and the position.
cv::Mat Project(const FaceVocabulary& vocabulary, const LocalDescriptors& descriptors);

// From descriptors drawn at random over all images (the paper: a million). The same bits whatever
// the number of threads. InvalidArgument: wrong shapes, too few descriptors, senseless options.
absl::StatusOr<FaceVocabulary> TrainFaceVocabulary(const LocalDescriptors& samples,
                                                   const FaceVocabularyOptions& options);

// A YAML file of OpenCV's with a SHA-256 of its numbers. Reading gives the same bits; its errors
// name the path: NotFound, or InvalidArgument for a file that is damaged or something else.
absl::Status WriteFaceVocabulary(const FaceVocabulary& vocabulary, const std::string& path);
absl::StatusOr<FaceVocabulary> ReadFaceVocabulary(const std::string& path);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_PURITY_FACE_VOCABULARY_H_
