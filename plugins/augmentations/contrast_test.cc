// Against the formula, and torchvision 0.29.2.
#include "gtest/gtest.h"
#include "plugins/augmentations/augmentation_testing.h"

namespace facet {
namespace {

TEST(Contrast, KeepsTheMeanGreyLevel) {
  const std::vector<double> factors = FactorsOfSeeds();
  const double mean = 0.114 * 30 + 0.587 * 140 + 0.299 * 80;
  for (uint64_t seed = 0; seed < factors.size(); ++seed) {
    const ColourMap map = DrawnColour("{}", seed, {30, 140, 80});
    for (const double p : {0.0, 100.0, 255.0}) {
      for (const double value : Mapped(map, {p, p, p})) {
        EXPECT_NEAR(value, mean + factors[seed] * (p - mean), 1e-9);
      }
    }
  }
}

TEST(Contrast, AsInTorchvision) {
  // functional.adjust_contrast of the four pixels as float64 / 255, with the factors that the seeds
  // 0 and 5 draw.
  EXPECT_DOUBLE_EQ(DrawnColour("{}", 0)[0], 0.72783469069636864);
  ExpectColours(DrawnColour("{}", 0, kMeanOfFour), {{{59.2992, 95.6909, 146.6393},
                                                     {175.7527, 117.5259, 73.8559},
                                                     {41.1033, 161.196, 102.9693},
                                                     {95.6909, 95.6909, 95.6909}}});
  EXPECT_DOUBLE_EQ(DrawnColour("{}", 5)[0], 1.1384519231771422);
  ExpectColours(DrawnColour("{}", 5, kMeanOfFour), {{{30.1824, 87.105, 166.7966},
                                                     {212.3347, 121.2586, 52.9514},
                                                     {1.7211, 189.5657, 98.4895},
                                                     {87.105, 87.105, 87.105}}});
}

}  // namespace
}  // namespace facet
