// The draw is that of releases without augmentation plugins, to the bit.
#include "gtest/gtest.h"
#include "plugins/augmentations/augmentation_testing.h"

namespace facet {
namespace {

TEST(Flip, DrawsOneBernoulliAndKeepsThePlace) {
  const auto flip = MakeComponent<Augmentation>().value();
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed), same(seed);
    InputView view;
    view.x_px = 3, view.y_px = 2, view.side_px = 24, view.angle_rad = 0.1;
    flip->Look(30, 28, 24, random, &view);
    EXPECT_EQ(view.mirror, same.Bernoulli(0.5));
    EXPECT_EQ(random.Bits(), same.Bits());
    EXPECT_EQ(view.x_px, 3);
    EXPECT_EQ(view.y_px, 2);
    EXPECT_EQ(view.side_px, 24);
    EXPECT_EQ(view.angle_rad, 0.1);
  }
}

TEST(Flip, TwoUndoEachOther) {
  InputView view = Looked(R"({"probability": 1})", 30, 28, 24, 1);
  EXPECT_TRUE(view.mirror);
  view = Looked(R"({"probability": 1})", 30, 28, view, 1);
  EXPECT_FALSE(view.mirror);
}

}  // namespace
}  // namespace facet
