// Improved Fisher vectors (Perronnin, Sanchez, Mensink, ECCV 2010) of sets of local descriptors.
//
// With q_ik the posterior of mode k (prior p_k, mean m_k, deviation s_k) for descriptor i of N:
//   u_k = sum_i q_ik (x_i - m_k) / s_k / (N sqrt(p_k))
//   v_k = sum_i q_ik (((x_i - m_k) / s_k)^2 - 1) / (N sqrt(2 p_k))
// all u, then all v; then sign(z) sqrt|z|, then divided by the l2 norm. As in VLFeat's
// vl_fisher_encode (VL_FISHER_FLAG_IMPROVED), posteriors below 1e-6 and modes with a prior below
// 1e-6 count as 0. The exponents of the posteriors are a matrix product of [x^2, x, 1].
#ifndef FACET_PLUGINS_CURATORS_PURITY_FISHER_VECTOR_H_
#define FACET_PLUGINS_CURATORS_PURITY_FISHER_VECTOR_H_

#include <opencv2/core.hpp>
#include <vector>

#include "absl/status/statusor.h"
#include "plugins/curators/local_descriptors/gaussian_mixture.h"

namespace facet {

class FisherEncoder {
 public:
  // InvalidArgument: ProblemOf the mixture.
  static absl::StatusOr<FisherEncoder> Create(const GaussianMixture& mixture);

  // [1, 2 K D] float32 for descriptors float32 [N >= 1, D]. One thread; may be called by several at
  // once; the bits do not depend on that. InvalidArgument: another shape or type, not finite.
  absl::StatusOr<cv::Mat> Encode(const cv::Mat& descriptors) const;

  int size() const { return 2 * means_.rows * means_.cols; }

 private:
  FisherEncoder() = default;
  cv::Mat Exponents(const cv::Mat& descriptors) const;
  void AddDescriptor(const float* descriptor, const float* exponents, std::vector<int>* near,
                     float* sums) const;
  void Finish(int num_descriptors, float* vector) const;

  cv::Mat means_, inverse_deviations_;  // [K, D]
  cv::Mat priors_;                      // [1, K]
  cv::Mat centre_;                      // [1, D]: where the exponents have their origin
  cv::Mat exponent_weights_;            // [K, 2 D + 1]
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_PURITY_FISHER_VECTOR_H_
