// Against the definition of the distribution.
#include <algorithm>

#include "gtest/gtest.h"
#include "plugins/augmentations/augmentation_testing.h"

namespace facet {
namespace {

TEST(Rotate, DrawsOneUniformAngleToEitherSide) {
  const auto rotate = MakeComponent<Augmentation>(R"({"angle_rad": 0.7})").value();
  double least = 1, most = -1;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed), same(seed);
    InputView view;
    view.x_px = 3, view.y_px = 2, view.side_px = 24, view.mirror = true;
    rotate->Look(30, 28, 24, random, &view);
    EXPECT_EQ(view.angle_rad, same.Uniform(-0.7, 0.7));
    EXPECT_EQ(random.Bits(), same.Bits());
    EXPECT_EQ(view.x_px, 3);
    EXPECT_EQ(view.y_px, 2);
    EXPECT_EQ(view.side_px, 24);
    EXPECT_TRUE(view.mirror);
    least = std::min(least, view.angle_rad);
    most = std::max(most, view.angle_rad);
  }
  EXPECT_LT(least, -0.6);
  EXPECT_GT(most, 0.6);
}

TEST(Rotate, AnglesAddUp) {
  InputView view;
  view.side_px = 24;
  view.angle_rad = 0.5;
  EXPECT_DOUBLE_EQ(Looked("{}", 30, 30, view, 3).angle_rad,
                   0.5 + Random(3).Uniform(-0.1745, 0.1745));
}

}  // namespace
}  // namespace facet
