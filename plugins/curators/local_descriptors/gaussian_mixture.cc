#include "plugins/curators/local_descriptors/gaussian_mixture.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "plugins/curators/local_descriptors/matrix_rows.h"
#include "plugins/curators/local_descriptors/vlfeat.h"

namespace facet {
namespace {

absl::Status Check(const cv::Mat& rows, const ClusteringOptions& options) {
  if (options.count < 1 || options.mixture_iterations < 1 || options.word_iterations < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("clustering: count = ", options.count,
                     ", mixture_iterations = ", options.mixture_iterations,
                     ", word_iterations = ", options.word_iterations, "; each is at least 1"));
  }
  return CheckRows(rows, options.count, 0, "clustering: the rows to learn from");
}

VlfeatOwner<VlKMeans> NewKMeans(const ClusteringOptions& options) {
  VlfeatOwner<VlKMeans> means(vl_kmeans_new(VL_TYPE_FLOAT, VlDistanceL2));
  vl_kmeans_set_algorithm(means.get(), VlKMeansLloyd);
  vl_kmeans_set_initialization(means.get(), VlKMeansPlusPlus);
  vl_kmeans_set_max_num_iterations(means.get(), static_cast<vl_size>(options.word_iterations));
  vl_kmeans_set_num_repetitions(means.get(), 1);
  return means;
}

double LargestVariance(const cv::Mat& rows) {
  double largest = 0.0;
  for (int column = 0; column < rows.cols; ++column) {
    cv::Scalar mean, deviation;
    cv::meanStdDev(rows.col(column), mean, deviation);
    largest = std::max(largest, deviation[0] * deviation[0]);
  }
  return largest;
}

cv::Mat Copy(const void* values, int rows, int columns) {
  return cv::Mat(rows, columns, CV_32FC1, const_cast<void*>(values)).clone();
}

absl::Status TooAlikeError(const cv::Mat& rows, const ClusteringOptions& options,
                           const std::string& problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("clustering: ", rows.rows, " rows gave no ", options.count, " clusters (",
                   problem, "): too few of them differ; give more, or ask for fewer clusters"));
}

}  // namespace

std::string ProblemOf(const GaussianMixture& mixture) {
  const int modes = mixture.num_modes(), dimension = mixture.dimension();
  absl::Status status = CheckRows(mixture.means, 1, 0, "means");
  if (status.ok()) status = CheckRows(mixture.priors, 1, modes, "priors");
  if (status.ok()) status = CheckRows(mixture.variances, modes, dimension, "variances");
  if (!status.ok()) return std::string(status.message());
  if (mixture.priors.rows != 1 || mixture.variances.rows != modes) {
    return "priors, means and variances are not of one number of modes";
  }
  double smallest = 0.0;
  cv::minMaxLoc(mixture.variances, &smallest);
  if (smallest <= 0.0) return absl::StrCat("a variance is ", smallest);
  cv::minMaxLoc(mixture.priors, &smallest);
  if (smallest < 0.0) return absl::StrCat("a prior is ", smallest);
  // Float32 sums over all samples: off by less than this.
  const double sum = cv::sum(mixture.priors)[0];
  if (std::abs(sum - 1.0) > 1e-2) return absl::StrCat("the priors' sum is ", sum);
  return "";
}

absl::StatusOr<GaussianMixture> TrainMixture(const cv::Mat& rows,
                                             const ClusteringOptions& options) {
  FACET_RETURN_IF_ERROR(Check(rows, options));
  const double variance = LargestVariance(rows);
  if (variance <= 0.0) return TooAlikeError(rows, options, "all rows are equal");
  SeedVlfeat(options.seed);
  const VlfeatOwner<VlKMeans> start = NewKMeans(options);
  const VlfeatOwner<VlGMM> trained(vl_gmm_new(VL_TYPE_FLOAT, static_cast<vl_size>(rows.cols),
                                              static_cast<vl_size>(options.count)));
  vl_gmm_set_initialization(trained.get(), VlGMMKMeans);
  vl_gmm_set_kmeans_init_object(trained.get(), start.get());
  vl_gmm_set_max_num_iterations(trained.get(), static_cast<vl_size>(options.mixture_iterations));
  vl_gmm_set_num_repetitions(trained.get(), 1);
  vl_gmm_set_covariance_lower_bound(trained.get(), 1e-4 * variance);
  vl_gmm_cluster(trained.get(), rows.ptr(), static_cast<vl_size>(rows.rows));
  GaussianMixture mixture;
  mixture.priors = Copy(vl_gmm_get_priors(trained.get()), 1, options.count);
  mixture.means = Copy(vl_gmm_get_means(trained.get()), options.count, rows.cols);
  mixture.variances = Copy(vl_gmm_get_covariances(trained.get()), options.count, rows.cols);
  if (std::string problem = ProblemOf(mixture); !problem.empty()) {
    return TooAlikeError(rows, options, problem);
  }
  return mixture;
}

absl::StatusOr<cv::Mat> TrainWords(const cv::Mat& rows, const ClusteringOptions& options) {
  FACET_RETURN_IF_ERROR(Check(rows, options));
  SeedVlfeat(options.seed);
  const VlfeatOwner<VlKMeans> means = NewKMeans(options);
  vl_kmeans_cluster(means.get(), rows.ptr(), static_cast<vl_size>(rows.cols),
                    static_cast<vl_size>(rows.rows), static_cast<vl_size>(options.count));
  cv::Mat words = Copy(vl_kmeans_get_centers(means.get()), options.count, rows.cols);
  if (!cv::checkRange(words)) return TooAlikeError(rows, options, "a word is not finite");
  return words;
}

}  // namespace facet
