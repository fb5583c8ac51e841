#include "plugins/curators/purity/fisher_vector.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "plugins/curators/local_descriptors/matrix_rows.h"

namespace facet {
namespace {

constexpr int kBlock = 1024;            // descriptors whose exponents are in the cache together
constexpr float kMinPosterior = 1e-6F;  // VLFeat's
constexpr float kMinPrior = 1e-6F;      // VLFeat's
constexpr float kMinExponent = -20.0F;  // below the largest: exp() is 0.002 kMinPosterior

}  // namespace

absl::StatusOr<FisherEncoder> FisherEncoder::Create(const GaussianMixture& mixture) {
  if (std::string problem = ProblemOf(mixture); !problem.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("Fisher vector: the mixture's ", problem));
  }
  const int modes = mixture.num_modes(), dimension = mixture.dimension();
  FisherEncoder encoder;
  encoder.means_ = mixture.means.clone();
  encoder.priors_ = mixture.priors.clone();
  encoder.inverse_deviations_.create(modes, dimension, CV_32FC1);
  // The product's summands are smallest about the middle of the data, and so are float32's errors.
  encoder.centre_ = Product(mixture.priors, mixture.means);
  encoder.exponent_weights_.create(modes, 2 * dimension + 1, CV_32FC1);
  for (int k = 0; k < modes; ++k) {
    float* const weights = encoder.exponent_weights_.ptr<float>(k);
    const double prior = std::max<double>(mixture.priors.at<float>(k), 1e-30);
    double constant = std::log(prior);
    for (int d = 0; d < dimension; ++d) {
      const double variance = mixture.variances.at<float>(k, d);
      const double mean =
          static_cast<double>(mixture.means.at<float>(k, d)) - encoder.centre_.at<float>(d);
      encoder.inverse_deviations_.at<float>(k, d) = static_cast<float>(1.0 / std::sqrt(variance));
      weights[d] = static_cast<float>(-0.5 / variance);
      weights[dimension + d] = static_cast<float>(mean / variance);
      constant -= 0.5 * (std::log(variance) + mean * mean / variance);
    }
    weights[2 * dimension] = static_cast<float>(constant);
  }
  return encoder;
}

cv::Mat FisherEncoder::Exponents(const cv::Mat& descriptors) const {
  const int dimension = means_.cols;
  const float* const centre = centre_.ptr<float>();
  cv::Mat powers(descriptors.rows, 2 * dimension + 1, CV_32FC1);
  for (int i = 0; i < descriptors.rows; ++i) {
    const float* const descriptor = descriptors.ptr<float>(i);
    float* const row = powers.ptr<float>(i);
    for (int d = 0; d < dimension; ++d) {
      const float x = descriptor[d] - centre[d];
      row[d] = x * x;
      row[dimension + d] = x;
    }
    row[2 * dimension] = 1.0F;
  }
  return ProductTransposed(powers, exponent_weights_);
}

void FisherEncoder::AddDescriptor(const float* descriptor, const float* exponents,
                                  std::vector<int>* near, float* sums) const {
  const int modes = means_.rows, dimension = means_.cols;
  float largest = exponents[0];
  for (int k = 1; k < modes; ++k) largest = std::max(largest, exponents[k]);
  near->clear();
  float total = 0.0F;
  for (int k = 0; k < modes; ++k) {
    if (exponents[k] < largest + kMinExponent) continue;
    near->push_back(k);
    total += std::exp(exponents[k] - largest);
  }
  for (const int k : *near) {
    const float posterior = std::exp(exponents[k] - largest) / total;
    if (posterior < kMinPosterior || priors_.at<float>(k) < kMinPrior) continue;
    const float* const mean = means_.ptr<float>(k);
    const float* const inverse_deviation = inverse_deviations_.ptr<float>(k);
    float* const u = sums + static_cast<size_t>(k) * dimension;
    float* const v = u + static_cast<size_t>(modes) * dimension;
    for (int d = 0; d < dimension; ++d) {
      const float z = (descriptor[d] - mean[d]) * inverse_deviation[d];
      u[d] += posterior * z;
      v[d] += posterior * (z * z - 1.0F);
    }
  }
}

void FisherEncoder::Finish(int num_descriptors, float* vector) const {
  const int modes = means_.rows, dimension = means_.cols;
  for (int k = 0; k < modes; ++k) {
    const double prior = std::max(priors_.at<float>(k), kMinPrior);
    const auto factor_u = static_cast<float>(1.0 / (num_descriptors * std::sqrt(prior)));
    const auto factor_v = static_cast<float>(1.0 / (num_descriptors * std::sqrt(2.0 * prior)));
    float* const u = vector + static_cast<size_t>(k) * dimension;
    float* const v = u + static_cast<size_t>(modes) * dimension;
    for (int d = 0; d < dimension; ++d) {
      u[d] *= factor_u;
      v[d] *= factor_v;
    }
  }
  SignedRoot(vector, size());
  NormaliseL2(vector, size());
}

absl::StatusOr<cv::Mat> FisherEncoder::Encode(const cv::Mat& descriptors) const {
  FACET_RETURN_IF_ERROR(CheckRows(descriptors, 1, means_.cols, "Fisher vector: the descriptors"));
  cv::Mat vector = cv::Mat::zeros(1, size(), CV_32FC1);
  std::vector<int> near;
  for (int begin = 0; begin < descriptors.rows; begin += kBlock) {
    const int end = std::min(descriptors.rows, begin + kBlock);
    const cv::Mat exponents = Exponents(descriptors.rowRange(begin, end));
    for (int i = begin; i < end; ++i) {
      AddDescriptor(descriptors.ptr<float>(i), exponents.ptr<float>(i - begin), &near,
                    vector.ptr<float>());
    }
  }
  Finish(descriptors.rows, vector.ptr<float>());
  return vector;
}

}  // namespace facet
