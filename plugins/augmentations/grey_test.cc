// Against torchvision 0.29.2.
#include "gtest/gtest.h"
#include "plugins/augmentations/augmentation_testing.h"

namespace facet {
namespace {

TEST(Grey, AsInTorchvision) {
  // functional.rgb_to_grayscale of the four pixels as float64 / 255.
  ExpectColours(DrawnColour(R"({"probability": 1})", 1), {{{105.214, 105.214, 105.214},
                                                           {111.174, 111.174, 111.174},
                                                           {137.26, 137.26, 137.26},
                                                           {89.991, 89.991, 89.991}}});
}

TEST(Grey, AFifthOfTheVisits) {
  int grey = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) grey += DrawnColour("{}", seed) != kSameColour;
  EXPECT_NEAR(grey, 80, 32);  // binomial: deviation 8; 4 of them
}

}  // namespace
}  // namespace facet
