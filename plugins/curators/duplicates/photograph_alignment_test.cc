// Copies made by OpenCV of made pictures, with known geometry.
#include "plugins/curators/duplicates/photograph_alignment.h"

#include <opencv2/imgproc.hpp>

#include "core/base/random.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

constexpr int kPictureSide = 128;
constexpr double kEnough = 0.98;

// Noise without fine detail, as photographs are.
cv::Mat Picture(uint64_t seed) {
  Random random(seed);
  cv::Mat coarse(16, 16, CV_8U), picture;
  for (auto value = coarse.begin<uchar>(); value != coarse.end<uchar>(); ++value) {
    *value = static_cast<uchar>(random.Uniform(20.0, 235.0));
  }
  cv::resize(coarse, picture, {kPictureSide, kPictureSide}, 0, 0, cv::INTER_CUBIC);
  return picture;
}

cv::Mat Resized(const cv::Mat& picture, int width, int height) {
  cv::Mat resized;
  cv::resize(picture, resized, {width, height}, 0, 0, cv::INTER_AREA);
  return resized;
}

TEST(PhotographAgreement, CopiesAgree) {
  for (const uint64_t seed : {1, 2, 3}) {
    const cv::Mat picture = Picture(seed);
    const auto agreement = [&](const cv::Mat& copy) {
      const double one_way = PhotographAgreement(picture, copy, kEnough);
      EXPECT_GE(PhotographAgreement(copy, picture, kEnough), kEnough);
      return one_way;
    };
    EXPECT_GT(agreement(picture.clone()), 0.9999);
    EXPECT_GE(agreement(Resized(picture, 90, 90)), kEnough);
    EXPECT_GE(agreement(Resized(picture(cv::Rect(14, 20, 104, 96)), 136, 120)), kEnough);
    cv::Mat recoloured;
    picture.convertTo(recoloured, CV_8U, 0.6, 40);
    EXPECT_GE(agreement(recoloured), kEnough);
    // A caption below the picture, and a logo on it.
    cv::Mat captioned(kPictureSide + 30, kPictureSide, CV_8U, cv::Scalar(10));
    picture.copyTo(captioned(cv::Rect(0, 0, kPictureSide, kPictureSide)));
    captioned(cv::Rect(8, 8, 24, 24)).setTo(255);
    EXPECT_GE(agreement(captioned), kEnough);
  }
}

TEST(PhotographAgreement, OtherPicturesDoNot) {
  const cv::Mat picture = Picture(1);
  EXPECT_LT(PhotographAgreement(picture, Picture(2), kEnough), 0.7);
  // The same things in other places: both halves are there, but not beside each other.
  cv::Mat swapped(kPictureSide, kPictureSide, CV_8U);
  picture.colRange(0, kPictureSide / 2).copyTo(swapped.colRange(kPictureSide / 2, kPictureSide));
  picture.colRange(kPictureSide / 2, kPictureSide).copyTo(swapped.colRange(0, kPictureSide / 2));
  EXPECT_LT(PhotographAgreement(picture, swapped, kEnough), 0.9);
  // As the manual says.
  cv::Mat mirrored;
  cv::flip(picture, mirrored, 1);
  EXPECT_LT(PhotographAgreement(picture, mirrored, kEnough), 0.9);
}

TEST(PhotographAgreement, NothingToCompare) {
  const cv::Mat flat(kPictureSide, kPictureSide, CV_8U, cv::Scalar(128));
  EXPECT_LT(PhotographAgreement(flat, flat, kEnough), 0.7);
  EXPECT_LT(PhotographAgreement(flat, Picture(1), kEnough), 0.7);
}

}  // namespace
}  // namespace facet
