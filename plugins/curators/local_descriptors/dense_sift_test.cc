#include "plugins/curators/local_descriptors/dense_sift.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/local_descriptors/image_descriptors_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;
using Histogram = std::array<double, kSiftSize>;

DenseSiftOptions OneScale() {
  DenseSiftOptions options;
  options.scales = {1.0};
  return options;
}

void Normalise(Histogram* histogram) {
  double square = 0.0;
  for (const double value : *histogram) square += value * value;
  for (double& value : *histogram) value /= std::sqrt(square);
}

// SIFT at the centre (x, y) as VLFeat's manual of dsift defines it with a flat window: gradients
// spread over two orientations and, with triangular weights, over bins; each bin weighted with the
// Gaussian window's mean (sigma two bins); clipped at 0.2. In loops, then rooted.
Histogram NaiveRootSift(const cv::Mat& image, double x, double y, int bin_px) {
  Histogram sums{};
  const auto window = [bin_px](int bin) {
    double sum = 0.0;
    for (int i = -bin_px + 1; i <= bin_px - 1; ++i) {
      sum += std::exp(-0.5 * std::pow((i + bin_px * (bin - 1.5)) / (2.0 * bin_px), 2));
    }
    return sum;
  };
  for (int v = 1; v + 1 < image.rows; ++v) {
    for (int u = 1; u + 1 < image.cols; ++u) {
      const double gx = 0.5 * (image.at<float>(v, u + 1) - image.at<float>(v, u - 1));
      const double gy = 0.5 * (image.at<float>(v + 1, u) - image.at<float>(v - 1, u));
      const double angle = std::fmod(std::atan2(gy, gx) + 2 * M_PI, 2 * M_PI) * 8 / (2 * M_PI);
      const int low = static_cast<int>(angle) % 8;
      const double share = angle - std::floor(angle);
      for (int bin = 0; bin < 16; ++bin) {
        const double dx = std::abs(u - (x + bin_px * (bin % 4 - 1.5))) / bin_px;
        const double dy = std::abs(v - (y + bin_px * (bin / 4 - 1.5))) / bin_px;
        if (dx >= 1 || dy >= 1) continue;
        const double weight =
            (1 - dx) * (1 - dy) * window(bin % 4) * window(bin / 4) * std::hypot(gx, gy);
        sums[static_cast<size_t>(bin * 8 + low)] += weight * (1 - share);
        sums[static_cast<size_t>(bin * 8 + (low + 1) % 8)] += weight * share;
      }
    }
  }
  Normalise(&sums);
  for (double& value : sums) value = std::min(value, 0.2);
  Normalise(&sums);
  for (double& value : sums) value = std::sqrt(std::floor(std::min(512 * value, 255.0)));
  Normalise(&sums);
  return sums;
}

TEST(DenseSift, EqualsNaiveLoops) {
  const cv::Mat grey = GreyFace(3, 64, 50);
  const LocalDescriptors all = DenseSift(grey, OneScale()).value();
  ASSERT_EQ(all.sift.rows, (64 - 18) * (50 - 18));
  cv::Mat image;
  grey.convertTo(image, CV_32F);
  double largest = 0.0;
  for (int i = 0; i < all.sift.rows; i += 37) {
    const int column = i % (64 - 18), row = i / (64 - 18);
    // Gradients on the image's border are one-sided in VLFeat and left out above.
    if (column < 4 || row < 4 || column >= 64 - 18 - 4 || row >= 50 - 18 - 4) continue;
    const Histogram expected = NaiveRootSift(image, column + 9, row + 9, 6);
    for (int k = 0; k < kSiftSize; ++k) {
      largest =
          std::max(largest, std::abs(all.sift.at<float>(i, k) - expected[static_cast<size_t>(k)]));
    }
  }
  // VLFeat's fast arctangent is off by up to 0.01 rad, and an entry near a whole number is cut to
  // one or the next: sqrt(1) against sqrt(0) of a norm of about 60 is 0.017 or more.
  EXPECT_LT(largest, 0.04);
}

TEST(DenseSift, HasThePapersNumberOfDescriptorsOfUnitLength) {
  const LocalDescriptors all = DenseSift(GreyFace(5, 125, 160), DenseSiftOptions()).value();
  // 107 x 142, 70 x 95, 45 x 62 (62.5 is rounded away from 0), 26 x 39, 13 x 22.
  EXPECT_EQ(all.sift.rows, 15194 + 6650 + 2790 + 1014 + 286);
  ASSERT_EQ(all.positions.rows, all.sift.rows);
  for (int i = 0; i < all.sift.rows; ++i) {
    const double length = cv::norm(all.sift.row(i));
    ASSERT_TRUE(length == 0.0 || std::abs(length - 1.0) < 1e-5) << length;  // float32
  }
}

TEST(DenseSift, PositionsAreSymmetricAndCoverEveryScaleAlike) {
  DenseSiftOptions options;
  options.scales = {0.5};
  const LocalDescriptors half = DenseSift(GreyFace(5, 96, 80), options).value();
  // 48 x 40: centres at 9 .. 38 and 9 .. 30.
  ASSERT_EQ(half.positions.rows, 30 * 22);
  EXPECT_FLOAT_EQ(half.positions.at<float>(0, 0), 9.5F / 48 - 0.5F);
  EXPECT_FLOAT_EQ(half.positions.at<float>(0, 1), 9.5F / 40 - 0.5F);
  EXPECT_FLOAT_EQ(half.positions.at<float>(30 * 22 - 1, 0), 0.5F - 9.5F / 48);
  EXPECT_FLOAT_EQ(half.positions.at<float>(30 * 22 - 1, 1), 0.5F - 9.5F / 40);
}

TEST(DenseSift, GaussianWindowIsNearTheFlatOne) {
  const cv::Mat grey = GreyFace(7, 64, 64);
  DenseSiftOptions gaussian = OneScale();
  gaussian.flat_window = false;
  const cv::Mat a = DenseSift(grey, OneScale()).value().sift, b = DenseSift(grey, gaussian)->sift;
  ASSERT_EQ(a.size(), b.size());
  double sum = 0.0;
  for (int i = 0; i < a.rows; ++i) sum += a.row(i).dot(b.row(i));
  EXPECT_GT(sum / a.rows, 0.97);  // cosine; VLFeat calls it an approximation
  EXPECT_FALSE(SameBits(a, b));
}

TEST(DenseSift, GivesZerosWithoutGradientAndTheSameForFloatPixels) {
  const cv::Mat flat(40, 40, CV_8UC1, cv::Scalar(90));
  EXPECT_EQ(cv::countNonZero(DenseSift(flat, OneScale())->sift), 0);
  const cv::Mat grey = GreyFace(7, 48, 48);
  cv::Mat pixels;
  grey.convertTo(pixels, CV_32F);
  EXPECT_TRUE(SameBits(DenseSift(grey, DenseSiftOptions())->sift,
                       DenseSift(pixels, DenseSiftOptions())->sift));
}

TEST(DenseSift, ThreadsDoNotChangeBits) {
  const cv::Mat grey = GreyFace(9, 80, 64);
  const std::vector<cv::Mat> made =
      MadeWithThreads([&] { return DenseSift(grey, DenseSiftOptions())->sift; });
  for (const cv::Mat& one : made) EXPECT_TRUE(SameBits(one, made[0]));
}

TEST(DenseSift, RefusesWhatItCannotUse) {
  const auto words = [](const cv::Mat& image, const DenseSiftOptions& options) {
    return std::string(DenseSift(image, options).status().message());
  };
  EXPECT_THAT(words(cv::Mat(), {}), HasSubstr("0x0 px"));
  EXPECT_THAT(words(cv::Mat::zeros(40, 40, CV_8UC3), {}), HasSubstr("CV_8UC3; give grey levels"));
  EXPECT_THAT(words(cv::Mat::zeros(40, 18, CV_8UC1), {}),
              HasSubstr("image of 18x40 px is too small at every scale: patches reach over 19 px"));
  cv::Mat infinite = cv::Mat::zeros(40, 40, CV_32FC1);
  infinite.at<float>(3, 3) = std::numeric_limits<float>::infinity();
  EXPECT_THAT(words(infinite, {}), HasSubstr("not finite"));
  DenseSiftOptions options;
  options.step_px = 0;
  EXPECT_THAT(words(cv::Mat::zeros(40, 40, CV_8UC1), options), HasSubstr("step_px = 0"));
  options = {};
  options.scales = {1.0, -1.0};
  EXPECT_THAT(words(cv::Mat::zeros(40, 40, CV_8UC1), options), HasSubstr("scales in (0, 4]"));
}

}  // namespace
}  // namespace facet
