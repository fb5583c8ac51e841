// The draws are those of releases without augmentation plugins, to the bit; places against counting.
#include <map>
#include <utility>

#include "gtest/gtest.h"
#include "plugins/augmentations/augmentation_testing.h"

namespace facet {
namespace {

TEST(Crop, DrawsXThenYAndNothingElse) {
  const auto crop = MakeComponent<Augmentation>().value();
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed), same(seed);
    InputView view;
    view.x_px = 3, view.y_px = 2, view.side_px = 24, view.angle_rad = 0.1, view.mirror = true;
    crop->Look(30, 28, 24, random, &view);
    EXPECT_EQ(view.x_px, static_cast<int>(same.Index(30 - 24 + 1)));
    EXPECT_EQ(view.y_px, static_cast<int>(same.Index(28 - 24 + 1)));
    EXPECT_EQ(random.Bits(), same.Bits());
    EXPECT_EQ(view.side_px, 24);
    EXPECT_EQ(view.angle_rad, 0.1);
    EXPECT_TRUE(view.mirror);
  }
}

TEST(Crop, EveryPlaceIsAsLikely) {
  std::map<std::pair<int, int>, int> counts;
  for (uint64_t seed = 0; seed < 1500; ++seed) {
    const InputView view = Looked("{}", 26, 28, 24, seed);
    ++counts[{view.x_px, view.y_px}];
  }
  EXPECT_EQ(counts.size(), 15u);
  // Binomial of 1500 and 1 / 15: 100, deviation 9.7; 4 of them.
  for (const auto& [place, count] : counts) EXPECT_NEAR(count, 100, 39);
}

TEST(Crop, PlacesAViewOfAnySide) {
  InputView view;
  view.side_px = 10;
  bool far = false;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    const InputView placed = Looked("{}", 30, 30, view, seed);
    far |= placed.x_px > 6;  // where a view of 24 px does not come
    EXPECT_LE(placed.x_px, 20);
  }
  EXPECT_TRUE(far);
}

TEST(Crop, CenterIsTheMiddleRoundedDown) {
  InputView corner;
  corner.side_px = 24;
  const InputView view = Looked(R"({"place": "center"})", 31, 28, corner, 1);
  EXPECT_EQ(view.x_px, 3);
  EXPECT_EQ(view.y_px, 2);
}

TEST(Crop, OtherVisitsKeepThePlace) {
  int moved = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    const InputView view = Looked(R"({"probability": 0.25})", 324, 324, 24, seed);
    moved += view.x_px != 150 || view.y_px != 150;
  }
  EXPECT_NEAR(moved, 100, 35);  // binomial: deviation 8.7; 4 of them
}

}  // namespace
}  // namespace facet
