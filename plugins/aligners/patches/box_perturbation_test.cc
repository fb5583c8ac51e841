#include "plugins/aligners/patches/box_perturbation.h"

#include <cmath>

#include "gtest/gtest.h"

namespace facet {
namespace {

TEST(BoxPerturbation, HasTheSpreadThatItIsGiven) {
  const BoxPerturbation perturbation = {0.1, 0.05};
  const Box box = {100, 50, 40, 80};
  Random random(1);
  constexpr int kDraws = 20000;
  double log_side = 0, log_side_squared = 0, x = 0, x_squared = 0, y_squared = 0;
  for (int i = 0; i < kDraws; ++i) {
    const Box drawn = perturbation.Draw(box, &random);
    EXPECT_NEAR(drawn.height / drawn.width, 2, 1e-9);
    const double side = std::log(drawn.width / box.width);
    const double dx = (drawn.Centre().x - box.Centre().x) / box.width;
    const double dy = (drawn.Centre().y - box.Centre().y) / box.height;
    log_side += side / kDraws;
    log_side_squared += side * side / kDraws;
    x += dx / kDraws;
    x_squared += dx * dx / kDraws;
    y_squared += dy * dy / kDraws;
    EXPECT_LE(std::abs(side), 0.25 + 1e-12);
    EXPECT_LE(std::abs(dx), 0.125 + 1e-12);
  }
  // Standard error of a mean: 0.1 / sqrt(20,000) = 0.0007; cut at 2.5 deviations a normal
  // distribution keeps 0.98 of its deviation.
  EXPECT_NEAR(log_side, 0, 0.003);
  EXPECT_NEAR(x, 0, 0.0015);
  EXPECT_NEAR(std::sqrt(log_side_squared), 0.098, 0.003);
  EXPECT_NEAR(std::sqrt(x_squared), 0.049, 0.0015);
  EXPECT_NEAR(std::sqrt(y_squared), 0.049, 0.0015);
}

TEST(BoxPerturbation, WithoutSpreadTheBoxStaysAndEqualSeedsDrawEqualBoxes) {
  const Box box = {100, 50, 40, 80};
  Random random(1), one(7), other(7);
  const Box same = BoxPerturbation{0, 0}.Draw(box, &random);
  EXPECT_DOUBLE_EQ(same.x, box.x);
  EXPECT_DOUBLE_EQ(same.width, box.width);
  EXPECT_EQ(BoxPerturbation().Draw(box, &one).x, BoxPerturbation().Draw(box, &other).x);
}

}  // namespace
}  // namespace facet
