// Against the formula, and torchvision 0.29.2.
#include "gtest/gtest.h"
#include "plugins/augmentations/augmentation_testing.h"

namespace facet {
namespace {

TEST(Saturation, KeepsThePixelsGreyLevel) {
  const std::vector<double> factors = FactorsOfSeeds();
  for (uint64_t seed = 0; seed < factors.size(); ++seed) {
    for (const auto& pixel : kFourPixels) {
      const double grey = 0.114 * pixel[0] + 0.587 * pixel[1] + 0.299 * pixel[2];
      const auto out = Mapped(DrawnColour("{}", seed), pixel);
      for (size_t c = 0; c < 3; ++c) {
        EXPECT_NEAR(out[c], grey + factors[seed] * (pixel[c] - grey), 1e-9);
      }
    }
  }
}

TEST(Saturation, AsInTorchvision) {
  // functional.adjust_saturation of the four pixels as float64 / 255, with the factors that the
  // seeds 0 and 5 draw.
  ExpectColours(DrawnColour("{}", 0), {{{57.749, 94.1407, 145.0892},
                                        {175.8246, 117.5979, 73.9278},
                                        {48.2749, 168.3677, 110.1409},
                                        {89.9976, 89.9976, 89.9976}}});
  ExpectColours(DrawnColour("{}", 5), {{{30.971, 87.8936, 167.5852},
                                        {212.2981, 121.222, 52.9149},
                                        {0, 185.9174, 94.8413},
                                        {90.0012, 90.0012, 90.0012}}});
}

}  // namespace
}  // namespace facet
