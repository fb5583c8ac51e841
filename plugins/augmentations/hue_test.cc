// Against properties of rotations, and the exponential of the rotation's generator.
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/augmentations/augmentation_testing.h"

namespace facet {
namespace {

TEST(Hue, IsTheExponentialOfATurnAboutTheGreyAxis) {
  // PyTorch 2.15: torch.linalg.matrix_exp(angle / sqrt(3) * [[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
  // times the pixel (B, G, R), with the angles that the seeds 0 and 5 draw: -0.42750365958867897
  // and 0.2174733583304963.
  ExpectColours(DrawnColour("{}", 0), {{{28.3439, 119.3243, 142.3317},
                                        {207.7624, 87.0882, 85.1493},
                                        {41.6493, 192.9967, 60.354},
                                        {90, 90, 90}}});
  ExpectColours(DrawnColour("{}", 5), {{{50.0547, 75.2085, 164.7368},
                                        {190.7984, 137.597, 51.6046},
                                        {6.9972, 167.4879, 120.5149},
                                        {90, 90, 90}}});
}

// Lengths, the sum of the values and greys stay; the angle is the one drawn.
TEST(Hue, IsARotation) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const ColourMap map = DrawnColour(R"({"angle_rad": 3})", seed);
    double trace = 0;
    for (size_t i = 0; i < 3; ++i) {
      trace += map[4 * i + i];
      EXPECT_EQ(map[4 * i + 3], 0);
      for (size_t j = 0; j < 3; ++j) {
        double product = 0;
        for (size_t k = 0; k < 3; ++k) product += map[4 * i + k] * map[4 * j + k];
        EXPECT_NEAR(product, i == j ? 1 : 0, 1e-12);
      }
    }
    EXPECT_NEAR(trace, 1 + 2 * std::cos(Random(seed).Uniform(-3, 3)), 1e-12);
    for (const double level : Mapped(map, {70, 70, 70})) EXPECT_NEAR(level, 70, 1e-9);
  }
}

}  // namespace
}  // namespace facet
