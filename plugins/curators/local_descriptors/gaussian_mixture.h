// Mixtures of Gaussians with diagonal covariances, and words: what Fisher vectors and VLAD refer
// local descriptors to. Both are learned by VLFeat.
#ifndef FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_GAUSSIAN_MIXTURE_H_
#define FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_GAUSSIAN_MIXTURE_H_

#include <cstdint>
#include <opencv2/core.hpp>
#include <string>

#include "absl/status/statusor.h"

namespace facet {

struct GaussianMixture {
  cv::Mat priors;     // [1, K] float32, sum 1
  cv::Mat means;      // [K, D] float32
  cv::Mat variances;  // [K, D] float32, > 0

  int num_modes() const { return means.rows; }
  int dimension() const { return means.cols; }
};

// What is wrong with a mixture; empty: nothing.
std::string ProblemOf(const GaussianMixture& mixture);

struct ClusteringOptions {
  int count = 512;              // modes or words
  int mixture_iterations = 20;  // of expectation and maximisation
  int word_iterations = 20;     // of Lloyd's algorithm, at most; the mixture's start too
  uint64_t seed = 1;
};

// `rows` is float32 [N, D], N at least the count. The mixture starts at the words; no variance is
// below 1e-4 of the largest one of the data (as in VLFeat's recognition example). Needs 4 N K
// bytes. The same bits for the same rows, options and processor. InvalidArgument: rows of another
// form, not finite, fewer than asked for or with too few distinct ones.
absl::StatusOr<GaussianMixture> TrainMixture(const cv::Mat& rows, const ClusteringOptions& options);

// k-means: [count, D] float32 (k-means++, then Lloyd).
absl::StatusOr<cv::Mat> TrainWords(const cv::Mat& rows, const ClusteringOptions& options);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_GAUSSIAN_MIXTURE_H_
