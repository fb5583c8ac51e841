#include "plugins/curators/purity/fisher_vector.h"

#include <vl/fisher.h>

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/local_descriptors/image_descriptors_testing.h"
#include "plugins/curators/purity/face_vocabulary.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// The formulas of the header in double, without any shortcut.
std::vector<double> NaiveFisherVector(const GaussianMixture& mixture, const cv::Mat& data) {
  const int modes = mixture.num_modes(), dimension = mixture.dimension();
  const size_t half = static_cast<size_t>(modes) * static_cast<size_t>(dimension);
  std::vector<double> vector(2 * half, 0.0);
  for (int i = 0; i < data.rows; ++i) {
    std::vector<double> density(static_cast<size_t>(modes));
    double sum = 0.0;
    for (int k = 0; k < modes; ++k) {
      double log_density = 0.0;
      for (int d = 0; d < dimension; ++d) {
        const double variance = mixture.variances.at<float>(k, d);
        log_density -=
            std::pow(data.at<float>(i, d) - mixture.means.at<float>(k, d), 2) / (2 * variance) +
            0.5 * std::log(2 * M_PI * variance);
      }
      density[static_cast<size_t>(k)] = mixture.priors.at<float>(k) * std::exp(log_density);
      sum += density[static_cast<size_t>(k)];
    }
    for (int k = 0; k < modes; ++k) {
      const double q = density[static_cast<size_t>(k)] / sum, prior = mixture.priors.at<float>(k);
      for (int d = 0; d < dimension; ++d) {
        const double z = (data.at<float>(i, d) - mixture.means.at<float>(k, d)) /
                         std::sqrt(mixture.variances.at<float>(k, d));
        const size_t place =
            static_cast<size_t>(k) * static_cast<size_t>(dimension) + static_cast<size_t>(d);
        vector[place] += q * z / (data.rows * std::sqrt(prior));
        vector[half + place] += q * (z * z - 1) / (data.rows * std::sqrt(2 * prior));
      }
    }
  }
  double square = 0.0;
  for (double& z : vector) {
    z = std::copysign(std::sqrt(std::abs(z)), z);
    square += z * z;
  }
  for (double& z : vector) z /= std::sqrt(square);
  return vector;
}

// VLFeat's own encoder in double, rounded.
cv::Mat VlfeatFisherVector(const GaussianMixture& mixture, const cv::Mat& data) {
  cv::Mat means, variances, priors, rows;
  mixture.means.convertTo(means, CV_64F);
  mixture.variances.convertTo(variances, CV_64F);
  mixture.priors.convertTo(priors, CV_64F);
  data.convertTo(rows, CV_64F);
  cv::Mat vector(1, 2 * mixture.num_modes() * mixture.dimension(), CV_64FC1);
  vl_fisher_encode(vector.ptr(), VL_TYPE_DOUBLE, means.ptr(),
                   static_cast<vl_size>(mixture.dimension()),
                   static_cast<vl_size>(mixture.num_modes()), variances.ptr(), priors.ptr(),
                   rows.ptr(), static_cast<vl_size>(data.rows), VL_FISHER_FLAG_IMPROVED);
  vector.convertTo(vector, CV_32F);
  return vector;
}

cv::Mat Encode(const GaussianMixture& mixture, const cv::Mat& data) {
  return FisherEncoder::Create(mixture)->Encode(data).value();
}

// Of the largest entry. The root magnifies entries near 0, sums of opposite terms: float32's error
// of 1e-7 of the terms becomes sqrt(1e-7) = 3e-4 of their root. The naive loops keep posteriors
// below 1e-6 besides, of which the root is 1e-3.
constexpr double kVlfeatTolerance = 3e-4;
constexpr double kNaiveTolerance = 1.3e-3;

TEST(FisherVector, EqualsNaiveLoops) {
  Random random(4);
  const GaussianMixture mixture = RandomMixture(&random, 7, 5);
  const cv::Mat data = DrawFrom(mixture, &random, 2500);  // three blocks
  const cv::Mat vector = Encode(mixture, data);
  const std::vector<double> expected = NaiveFisherVector(mixture, data);
  ASSERT_EQ(vector.cols, static_cast<int>(expected.size()));
  double largest = 0.0, difference = 0.0;
  for (int i = 0; i < vector.cols; ++i) {
    const double z = expected[static_cast<size_t>(i)];
    largest = std::max(largest, std::abs(z));
    difference = std::max(difference, std::abs(vector.at<float>(i) - z));
  }
  EXPECT_LT(difference, kNaiveTolerance * largest);
  EXPECT_NEAR(cv::norm(vector), 1.0, 1e-5);  // float32
}

TEST(FisherVector, EqualsVlfeatsOnRandomData) {
  Random random(6);
  const GaussianMixture mixture = RandomMixture(&random, 64, 66);
  const cv::Mat data = DrawFrom(mixture, &random, 3000);
  const cv::Mat expected = VlfeatFisherVector(mixture, data);
  double largest = 0.0;
  cv::minMaxLoc(cv::abs(expected), nullptr, &largest);
  const double difference = cv::norm(Encode(mixture, data), expected, cv::NORM_INF);
  RecordProperty("max_difference", absl::StrCat(difference / largest));
  EXPECT_LT(difference, kVlfeatTolerance * largest);
}

TEST(FisherVector, EqualsVlfeatsOnFacesWithALearnedVocabulary) {
  FaceVocabularyOptions options;
  options.num_modes = 32;
  options.mixture_iterations = 5;
  const LocalDescriptors face = DenseSift(GreyFace(11, 80, 64), DenseSiftOptions()).value();
  const FaceVocabulary vocabulary = TrainFaceVocabulary(face, options).value();
  const LocalDescriptors other = DenseSift(GreyFace(12, 80, 64), DenseSiftOptions()).value();
  const cv::Mat data = Project(vocabulary, other);
  const cv::Mat expected = VlfeatFisherVector(vocabulary.mixture, data);
  double largest = 0.0;
  cv::minMaxLoc(cv::abs(expected), nullptr, &largest);
  const double difference = cv::norm(Encode(vocabulary.mixture, data), expected, cv::NORM_INF);
  RecordProperty("max_difference", absl::StrCat(difference / largest));
  EXPECT_LT(difference, kVlfeatTolerance * largest);
}

TEST(FisherVector, FarFromTheOriginIsAsGood) {
  Random random(8);
  GaussianMixture mixture = RandomMixture(&random, 16, 10);
  cv::Mat data = DrawFrom(mixture, &random, 500);
  const cv::Mat near = Encode(mixture, data);
  mixture.means += 64.0F;  // a power of two: both lose the same bits, 2^-17 of the spread
  data += 64.0F;
  // Rounding x to 2^-17 changes z by 1e-5 and, as above, roots of small sums by sqrt(1e-5).
  EXPECT_LT(cv::norm(near, Encode(mixture, data), cv::NORM_INF), 4e-3);
}

TEST(FisherVector, ModesWithoutPriorStayZero) {
  Random random(9);
  GaussianMixture mixture = RandomMixture(&random, 3, 4);
  mixture.priors = (cv::Mat_<float>(1, 3) << 0.5F, 0.0F, 0.5F);
  const cv::Mat vector = Encode(mixture, DrawFrom(mixture, &random, 50));
  EXPECT_TRUE(cv::checkRange(vector));
  EXPECT_EQ(cv::countNonZero(vector.colRange(4, 8)), 0);
  EXPECT_EQ(cv::countNonZero(vector.colRange(16, 20)), 0);
}

TEST(FisherVector, ThreadsDoNotChangeBits) {
  Random random(10);
  const GaussianMixture mixture = RandomMixture(&random, 128, 66);
  const cv::Mat data = DrawFrom(mixture, &random, 2100);
  const FisherEncoder encoder = FisherEncoder::Create(mixture).value();
  const std::vector<cv::Mat> made = MadeWithThreads([&] { return encoder.Encode(data).value(); });
  for (const cv::Mat& one : made) EXPECT_TRUE(SameBits(one, made[0]));
}

TEST(FisherVector, RefusesWrongMixturesAndDescriptors) {
  Random random(11);
  const GaussianMixture mixture = RandomMixture(&random, 4, 6);
  const FisherEncoder encoder = FisherEncoder::Create(mixture).value();
  const auto words = [&](const cv::Mat& data) {
    return std::string(encoder.Encode(data).status().message());
  };
  EXPECT_THAT(words(cv::Mat(0, 6, CV_32FC1)), HasSubstr("they are 0 x 6"));
  EXPECT_THAT(words(RandomRows(&random, 3, 5)), HasSubstr("at least 1 rows and 6 columns"));
  EXPECT_THAT(words(cv::Mat::zeros(3, 6, CV_64FC1)), HasSubstr("CV_64FC1"));
  cv::Mat data = RandomRows(&random, 3, 6);
  EXPECT_THAT(words(RandomRows(&random, 3, 7).colRange(0, 6)), HasSubstr("with gaps"));
  data.at<float>(2, 4) = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(words(data), HasSubstr("row 2, column 4 is not finite"));
  GaussianMixture wrong = mixture;
  wrong.variances = cv::Mat(4, 6, CV_32FC1, cv::Scalar(0));
  EXPECT_THAT(std::string(FisherEncoder::Create(wrong).status().message()),
              HasSubstr("a variance is 0"));
}

}  // namespace
}  // namespace facet
