#include "plugins/curators/purity/face_vocabulary.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "plugins/curators/local_descriptors/matrix_rows.h"
#include "plugins/curators/local_descriptors/principal_components.h"

namespace facet {
namespace {

absl::Status CheckSamples(const LocalDescriptors& samples, const FaceVocabularyOptions& options) {
  if (options.pca_dimension < 1 || options.pca_dimension > kSiftSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("face vocabulary: pca_dimension = ", options.pca_dimension, " is outside [1, ",
                     kSiftSize, "]"));
  }
  const int needed = std::max(options.num_modes, options.pca_dimension + 1);
  FACET_RETURN_IF_ERROR(
      CheckRows(samples.sift, needed, kSiftSize, "face vocabulary: the descriptors"));
  FACET_RETURN_IF_ERROR(CheckRows(samples.positions, needed, 2, "face vocabulary: the positions"));
  if (samples.sift.rows == samples.positions.rows) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("face vocabulary: ", samples.sift.rows,
                                                 " descriptors have ", samples.positions.rows,
                                                 " positions; give one of each"));
}

}  // namespace

cv::Mat Project(const FaceVocabulary& vocabulary, const LocalDescriptors& descriptors) {
  const int count = descriptors.sift.rows;
  cv::Mat centred = descriptors.sift.clone();
  for (int i = 0; i < count; ++i) centred.row(i) -= vocabulary.mean;
  const cv::Mat projected = ProductTransposed(centred, vocabulary.basis);
  cv::Mat both(count, projected.cols + 2, CV_32FC1);
  projected.copyTo(both.colRange(0, projected.cols));
  descriptors.positions.copyTo(both.colRange(projected.cols, both.cols));
  return both;
}

absl::StatusOr<FaceVocabulary> TrainFaceVocabulary(const LocalDescriptors& samples,
                                                   const FaceVocabularyOptions& options) {
  FACET_RETURN_IF_ERROR(CheckSamples(samples, options));
  const PrincipalComponents components = FindPrincipalComponents(samples.sift);
  FaceVocabulary vocabulary;
  components.mean.convertTo(vocabulary.mean, CV_32F);
  components.axes.rowRange(0, options.pca_dimension).convertTo(vocabulary.basis, CV_32F);
  ClusteringOptions clustering;
  clustering.count = options.num_modes;
  clustering.mixture_iterations = options.mixture_iterations;
  clustering.seed = options.seed;
  FACET_ASSIGN_OR_RETURN(vocabulary.mixture,
                         TrainMixture(Project(vocabulary, samples), clustering));
  return vocabulary;
}

}  // namespace facet
