#include "core/api/detector.h"
#include "gtest/gtest.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

TEST(Central, TheWholeImageIsCoveredToItsPixelBorders) {
  const auto central = MakeComponent<Detector>(R"({"side": 1})").value();
  const auto faces = central->Detect(Image(100, 80), {}).value();
  ASSERT_EQ(faces.size(), 1u);
  // All 80 rows (from -0.5), the middle 80 of 100 columns.
  EXPECT_DOUBLE_EQ(faces[0].box.y, -0.5);
  EXPECT_DOUBLE_EQ(faces[0].box.height, 80);
  EXPECT_DOUBLE_EQ(faces[0].box.x, 9.5);
  EXPECT_DOUBLE_EQ(faces[0].box.width, 80);
}

TEST(Central, DefaultIsTheDetectionInsideAnImageOfLfw) {
  const auto central = MakeComponent<Detector>().value();
  const Box box = central->Detect(Image(250, 250), {}).value()[0].box;
  EXPECT_NEAR(box.width, 250 / 2.2, 0.2);
  EXPECT_DOUBLE_EQ(box.Centre().x, 124.5);
}

}  // namespace
}  // namespace facet
