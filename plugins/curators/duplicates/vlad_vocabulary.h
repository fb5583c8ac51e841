// What the VLAD of a whole image refers to: a whitening PCA of RootSIFT, and words.
//
// As in VLFeat's recognition example: axis i is divided by sqrt(variance_i + variance_1 / 100), so
// that noise along the last axes is not blown up, and what is projected gets unit length again.
#ifndef FACET_PLUGINS_CURATORS_DUPLICATES_VLAD_VOCABULARY_H_
#define FACET_PLUGINS_CURATORS_DUPLICATES_VLAD_VOCABULARY_H_

#include <cstdint>
#include <opencv2/core.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/curators/local_descriptors/dense_sift.h"

namespace facet {

struct VladVocabularyOptions {
  int pca_dimension = 100;
  int num_words = 256;
  uint64_t seed = 1;
};

struct VladVocabulary {
  cv::Mat mean;   // [1, 128] float32
  cv::Mat basis;  // [P, 128] float32: orthogonal rows, largest variance first
  cv::Mat words;  // [K, P] float32
};

// [N, P] float32 of unit length, for RootSIFT [N, 128].
cv::Mat Project(const VladVocabulary& vocabulary, const cv::Mat& sift);

// From RootSIFT drawn at random over all images. The same bits whatever the number of threads.
// InvalidArgument: wrong shapes, too few descriptors, senseless options.
absl::StatusOr<VladVocabulary> TrainVladVocabulary(const cv::Mat& sift,
                                                   const VladVocabularyOptions& options);

// A YAML file of OpenCV's with a SHA-256 of its numbers. Reading gives the same bits; its errors
// name the path: NotFound, or InvalidArgument for a file that is damaged or something else.
absl::Status WriteVladVocabulary(const VladVocabulary& vocabulary, const std::string& path);
absl::StatusOr<VladVocabulary> ReadVladVocabulary(const std::string& path);
// SHA-256 of its numbers, hexadecimal.
std::string DigestOf(const VladVocabulary& vocabulary);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DUPLICATES_VLAD_VOCABULARY_H_
