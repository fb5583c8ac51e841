#include "plugins/curators/made_noise/web_noise.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <set>

#include "gtest/gtest.h"
#include "plugins/curators/made_noise/no_face_image.h"

namespace facet {
namespace {

// Of 20 % wrong ones, the share among the best 40 %: keys U, and U + b of nine in ten wrong ones,
// give the threshold t of 0.82 t + 0.18 max(0, t - b) = 0.4, and the wrong ones' part
// (0.02 t + 0.18 max(0, t - b)) / 0.4.
TEST(DrawRanks, WrongOnesTendToRankLow) {
  for (const auto& [bias, expected] :
       {std::pair(0.0, 0.2), std::pair(0.4, 0.056), std::pair(0.3, 0.092), std::pair(1.0, 0.024)}) {
    Random random(7);
    std::vector<bool> wrong(1000);
    for (size_t i = 0; i < wrong.size(); i += 5) wrong[i] = true;
    int64_t among_best = 0;
    constexpr int kRuns = 50;
    for (int run = 0; run < kRuns; ++run) {
      const std::vector<int64_t> ranks = DrawRanks(random, wrong, bias);
      EXPECT_EQ(std::set<int64_t>(ranks.begin(), ranks.end()).size(), wrong.size());
      for (size_t i = 0; i < wrong.size(); ++i) among_best += wrong[i] && ranks[i] < 400;
    }
    // 20,000 places: a standard deviation is below 0.003.
    EXPECT_NEAR(among_best / (400.0 * kRuns), expected, 0.012) << bias;
  }
}

TEST(DescribeDuplicate, NamesWhatThePlanChanges) {
  DuplicatePlan plan;
  plan.crop_width = plan.width = 100;
  plan.crop_height = plan.height = 80;
  EXPECT_EQ(DescribeDuplicate(plan, 100, 80), "recompressed");
  plan.caption_px = 5;
  plan.gamma = 1.1f;
  plan.width = 90;
  EXPECT_EQ(DescribeDuplicate(plan, 100, 80), "resized, recoloured, captioned, recompressed");
  EXPECT_EQ(DescribeDuplicate(plan, 101, 80),
            "cropped, resized, recoloured, captioned, recompressed");
}

TEST(PaintNoFace, IsWhatTheSeedSays) {
  const Image first = PaintNoFace(3, 96, 64), again = PaintNoFace(3, 96, 64);
  EXPECT_EQ(first.width, 96);
  EXPECT_EQ(first.height, 64);
  EXPECT_EQ(first.bgr, again.bgr);
  EXPECT_NE(first.bgr, PaintNoFace(4, 96, 64).bgr);
  std::set<std::string> kinds;
  for (uint64_t seed = 0; seed < 30; ++seed) kinds.insert(NoFaceKind(seed));
  EXPECT_EQ(kinds, (std::set<std::string>{"landscape", "logo", "texture"}));
}

// The judge is OpenCV's cascade, trained on photographs by others; it errs now and then.
TEST(PaintNoFace, HasNoFace) {
  cv::CascadeClassifier cascade("/usr/share/opencv4/haarcascades/haarcascade_frontalface_alt2.xml");
  ASSERT_FALSE(cascade.empty());
  int found = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const Image image = PaintNoFace(seed, 160, 140);
    const cv::Mat view(image.height, image.width, CV_8UC3, const_cast<uint8_t*>(image.bgr.data()));
    cv::Mat gray;
    cv::cvtColor(view, gray, cv::COLOR_BGR2GRAY);
    std::vector<cv::Rect> boxes;
    cascade.detectMultiScale(gray, boxes, 1.1, 3, 0, {40, 40});
    found += !boxes.empty();
  }
  EXPECT_LE(found, 3);
}

}  // namespace
}  // namespace facet
