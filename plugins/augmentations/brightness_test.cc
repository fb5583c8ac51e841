// Against the formula, and torchvision 0.29.2.
#include "gtest/gtest.h"
#include "plugins/augmentations/augmentation_testing.h"

namespace facet {
namespace {

TEST(Brightness, IsAFactor) {
  const std::vector<double> factors = FactorsOfSeeds();
  for (uint64_t seed = 0; seed < factors.size(); ++seed) {
    const double f = factors[seed];
    EXPECT_EQ(DrawnColour("{}", seed), (ColourMap{f, 0, 0, 0, 0, f, 0, 0, 0, 0, f, 0})) << seed;
  }
}

TEST(Brightness, AsInTorchvision) {
  // functional.adjust_brightness of the four pixels as float64 / 255, with the factors that the
  // seeds 0 and 5 draw.
  EXPECT_DOUBLE_EQ(DrawnColour("{}", 0)[0], 0.72783469069636864);
  ExpectColours(DrawnColour("{}", 0), {{{29.1134, 65.5051, 116.4536},
                                        {145.5669, 87.3402, 43.6701},
                                        {10.9175, 131.0102, 72.7835},
                                        {65.5051, 65.5051, 65.5051}}});
  EXPECT_DOUBLE_EQ(DrawnColour("{}", 5)[0], 1.1384519231771422);
  ExpectColours(DrawnColour("{}", 5), {{{45.5381, 102.4607, 182.1523},
                                        {227.6904, 136.6142, 68.3071},
                                        {17.0768, 204.9213, 113.8452},
                                        {102.4607, 102.4607, 102.4607}}});
}

}  // namespace
}  // namespace facet
