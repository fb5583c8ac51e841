#include <cmath>

#include "core/api/detector.h"
#include "gtest/gtest.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

TEST(Given, PassesOnWhatComesWithTheData) {
  Sample sample;
  sample.box = Box{1, 2, 30, 40};
  sample.pose = Pose::kLeft;
  sample.score = 2.5;
  sample.landmarks = {LandmarkScheme::kEyes2, {{5, 6}, {15, 6}}};
  const auto given = MakeComponent<Detector>().value();
  const auto faces = given->Detect(Image(50, 50), sample).value();
  ASSERT_EQ(faces.size(), 1u);
  EXPECT_EQ(faces[0].box.height, 40);
  EXPECT_EQ(faces[0].pose, Pose::kLeft);
  EXPECT_EQ(faces[0].score, 2.5);
  EXPECT_EQ(faces[0].landmarks.points[1].x, 15);
}

TEST(Given, NoBoxOrOneWithoutAreaIsNoFace) {
  const auto given = MakeComponent<Detector>().value();
  Sample sample;
  EXPECT_TRUE(given->Detect(Image(50, 50), sample)->empty());
  for (const Box& box : {Box{1, 2, 0, 40}, Box{1, 2, 30, -1}, Box{1, 2, NAN, 40}}) {
    sample.box = box;
    EXPECT_TRUE(given->Detect(Image(50, 50), sample)->empty());
  }
}

TEST(Given, TheDataSetsKindOfBoxIsAnOption) {
  const auto given =
      MakeComponent<Detector>(R"({"box_scale": 1.5, "box_shift_y": -0.1, "box_square": false})")
          .value();
  const Box box = ApplyConvention(given->convention(), {0, 0, 20, 40});
  EXPECT_DOUBLE_EQ(box.width, 30);
  EXPECT_DOUBLE_EQ(box.height, 60);
  EXPECT_DOUBLE_EQ(box.Centre().y, 16);  // 20 - 0.1 * 40
}

}  // namespace
}  // namespace facet
