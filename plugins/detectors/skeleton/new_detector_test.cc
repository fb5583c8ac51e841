// On images whose regions are known, because they are painted here.
#include <gtest/gtest.h>

#include <vector>

#include "core/api/detector.h"
#include "plugins/plugin_testing.h"

namespace {

using facet::Detector;
using facet::Face;
using facet::Image;
using facet::MakeComponent;

struct Rectangle {
  int left, top, width, height;
};

// Skin (B, G, R = 120, 150, 210) on blue.
Image Painted(const std::vector<Rectangle>& rectangles) {
  Image image(120, 80);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) image.Pixel(x, y)[0] = 200;
  }
  for (const Rectangle& at : rectangles) {
    for (int y = at.top; y < at.top + at.height; ++y) {
      for (int x = at.left; x < at.left + at.width; ++x) {
        image.Pixel(x, y)[0] = 120;
        image.Pixel(x, y)[1] = 150;
        image.Pixel(x, y)[2] = 210;
      }
    }
  }
  return image;
}

TEST(NewDetector, FindsRegionsTheLargestFirst) {
  const auto detector = MakeComponent<Detector>(R"({"smooth": false, "min_side_px": 10})").value();
  const std::vector<Face> faces =
      detector->Detect(Painted({{5, 4, 20, 12}, {40, 10, 50, 60}, {100, 10, 9, 30}}), {}).value();
  ASSERT_EQ(faces.size(), 2) << "the third is narrower than 10 px";
  EXPECT_DOUBLE_EQ(faces[0].score, 50 * 60 / (120.0 * 80));
  EXPECT_DOUBLE_EQ(faces[0].box.x, 39.5);
  EXPECT_DOUBLE_EQ(faces[0].box.y, 9.5);
  EXPECT_DOUBLE_EQ(faces[0].box.width, 50);
  EXPECT_DOUBLE_EQ(faces[0].box.height, 60);
  EXPECT_DOUBLE_EQ(faces[1].box.x, 4.5);
}

TEST(NewDetector, FindsNothingWhereThereIsNothing) {
  const auto detector = MakeComponent<Detector>().value();
  EXPECT_TRUE(detector->Detect(Painted({}), {}).value().empty());
  EXPECT_TRUE(detector->Detect(Image(), {}).value().empty());
}

TEST(NewDetector, RefusesWhatIsOutOfRange) {
  EXPECT_FALSE(MakeComponent<Detector>(R"({"min_side_px": 0})").ok());
}

}  // namespace
