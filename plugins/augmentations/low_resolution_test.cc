// Against means over pixels, and PyTorch 2.15.
#include <algorithm>

#include "gtest/gtest.h"
#include "plugins/augmentations/augmentation_testing.h"

namespace facet {
namespace {

TEST(LowResolution, AsInPyTorch) {
  // interpolate(pattern as float64, (3, 4), mode="area"), rounded, then interpolate((12, 16),
  // mode="bilinear"): the pixels (y + 2, y), B, G, R.
  const double expected[12][3] = {
      {107.25, 142.25, 131.25}, {115.75, 142.75, 127.75}, {124.25, 142.5, 126.0},
      {131.25, 141.5, 129.0},   {132.0, 138.5, 135.0},    {131.0, 133.5, 138.0},
      {131.0, 128.5, 133.5},    {126.0, 123.5, 124.5},    {120.0, 120.5, 120.0},
      {119.0, 119.5, 123.0},    {122.25, 119.25, 130.25}, {126.75, 119.75, 138.75}};
  const Image seen =
      Changed(R"({"probability": 1, "scale_min": 0.25, "scale_max": 0.25})", Pattern(16, 12), 1);
  for (int y = 0; y < 12; ++y) {
    for (int c = 0; c < 3; ++c) {
      // Rounding twice.
      EXPECT_NEAR(seen.Pixel(y + 2, y)[c], expected[y][c], 1.0) << y << " " << c;
    }
  }
}

TEST(LowResolution, DownToOnePixelIsTheMean) {
  const Image image = Noise(7, 5, 1);
  double sum = 0;
  for (size_t i = 2; i < image.bgr.size(); i += 3) sum += image.bgr[i];
  const Image seen =
      Changed(R"({"probability": 1, "scale_min": 0.05, "scale_max": 0.05})", image, 1);
  for (size_t i = 2; i < seen.bgr.size(); i += 3) {
    EXPECT_NEAR(seen.bgr[i], sum / 35, 0.51);  // rounding
  }
}

TEST(LowResolution, FullSizeIsTheImage) {
  const Image image = Noise(7, 5, 1);
  EXPECT_EQ(Changed(R"({"probability": 1, "scale_min": 1})", image, 1).bgr, image.bgr);
}

TEST(LowResolution, AFifthOfTheVisits) {
  const Image image = Noise(24, 24, 1);
  int changed = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    changed += Changed(R"({"scale_max": 0.5})", image, seed).bgr != image.bgr;
  }
  EXPECT_NEAR(changed, 80, 32);  // binomial: deviation 8; 4 of them
}

TEST(LowResolution, RefusesAnEmptyRange) {
  EXPECT_EQ(MakeComponent<Augmentation>(R"({"scale_max": 0.1})").status(),
            absl::InvalidArgumentError(
                "scale_min = 0.2 is above scale_max = 0.1; it may be at most that"));
}

}  // namespace
}  // namespace facet
