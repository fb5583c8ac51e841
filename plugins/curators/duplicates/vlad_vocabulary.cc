#include "plugins/curators/duplicates/vlad_vocabulary.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "plugins/curators/local_descriptors/gaussian_mixture.h"
#include "plugins/curators/local_descriptors/matrix_rows.h"
#include "plugins/curators/local_descriptors/principal_components.h"

namespace facet {
namespace {

constexpr double kWhitening = 0.01;  // of the largest variance, added to each

}  // namespace

cv::Mat Project(const VladVocabulary& vocabulary, const cv::Mat& sift) {
  cv::Mat centred = sift.clone();
  for (int i = 0; i < centred.rows; ++i) centred.row(i) -= vocabulary.mean;
  cv::Mat projected = ProductTransposed(centred, vocabulary.basis);
  for (int i = 0; i < projected.rows; ++i) NormaliseL2(projected.ptr<float>(i), projected.cols);
  return projected;
}

absl::StatusOr<VladVocabulary> TrainVladVocabulary(const cv::Mat& sift,
                                                   const VladVocabularyOptions& options) {
  if (options.pca_dimension < 1 || options.pca_dimension > kSiftSize || options.num_words < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "VLAD vocabulary: pca_dimension = ", options.pca_dimension,
        ", num_words = ", options.num_words, "; give 1 to ", kSiftSize, " dimensions and a word"));
  }
  const int needed = std::max(options.num_words, options.pca_dimension + 1);
  FACET_RETURN_IF_ERROR(CheckRows(sift, needed, kSiftSize, "VLAD vocabulary: the descriptors"));
  const PrincipalComponents components = FindPrincipalComponents(sift);
  const double largest = components.variances.at<double>(0);
  if (largest <= 0.0) {
    return absl::InvalidArgumentError(
        absl::StrCat("VLAD vocabulary: all ", sift.rows, " descriptors are equal"));
  }
  VladVocabulary vocabulary;
  components.mean.convertTo(vocabulary.mean, CV_32F);
  cv::Mat basis = components.axes.rowRange(0, options.pca_dimension).clone();
  for (int i = 0; i < basis.rows; ++i) {
    basis.row(i) /=
        std::sqrt(std::max(components.variances.at<double>(i), 0.0) + kWhitening * largest);
  }
  basis.convertTo(vocabulary.basis, CV_32F);
  ClusteringOptions clustering;
  clustering.count = options.num_words;
  clustering.seed = options.seed;
  FACET_ASSIGN_OR_RETURN(vocabulary.words, TrainWords(Project(vocabulary, sift), clustering));
  return vocabulary;
}

}  // namespace facet
