// Against sums over a square, and torchvision 0.29.2.
#include <cmath>

#include "gtest/gtest.h"
#include "plugins/augmentations/augmentation_testing.h"

namespace facet {
namespace {

constexpr char kFixed[] = R"({"probability": 1, "sigma_min_px": 1.5, "sigma_max_px": 1.5})";

// Rounding, and OpenCV's weights of 8 bits.
constexpr double kLevels = 2.0;

TEST(Blur, IsAGaussian) {
  constexpr int kSize = 24;
  const Image image = Noise(kSize, kSize, 1);
  const Image blurred = Changed(kFixed, image, 1);
  // In the middle, where the border does not count.
  for (int y = 5; y < kSize - 5; ++y) {
    for (int x = 5; x < kSize - 5; ++x) {
      double sum = 0, weights = 0;
      for (int v = -5; v <= 5; ++v) {
        for (int u = -5; u <= 5; ++u) {
          const double weight = std::exp(-(u * u + v * v) / (2 * 1.5 * 1.5));
          sum += weight * image.Pixel(x + u, y + v)[1];
          weights += weight;
        }
      }
      ASSERT_NEAR(blurred.Pixel(x, y)[1], sum / weights, kLevels);
    }
  }
}

TEST(Blur, AsInTorchvisionUpToTheBorder) {
  // functional.gaussian_blur(green of the pattern as float64, kernel 11 x 11, sigma 1.5).
  const double expected[7][9] = {
      {146.17, 148.47, 152.33, 152.41, 146.12, 135.51, 125.29, 118.65, 116.4},
      {149.14, 149.8, 150.12, 147.68, 141.82, 134.18, 127.67, 123.87, 122.67},
      {151.78, 149.43, 143.81, 138.24, 134.8, 133.25, 133.15, 133.84, 134.23},
      {145.1, 142.11, 136.39, 133.3, 133.8, 135.39, 137.07, 138.83, 139.64},
      {131.02, 131.12, 132.85, 136.58, 138.91, 138.02, 136.97, 137.89, 138.76},
      {119.2, 123.57, 134.14, 143.36, 144.28, 138.96, 135.62, 136.95, 138.43},
      {115.11, 121.4, 135.66, 146.63, 146.29, 139.01, 135.19, 137.2, 139.1}};
  const Image blurred = Changed(kFixed, Pattern(9, 7), 1);
  for (int y = 0; y < 7; ++y) {
    for (int x = 0; x < 9; ++x) {
      EXPECT_NEAR(blurred.Pixel(x, y)[1], expected[y][x], kLevels) << x << " " << y;
    }
  }
}

// By the contrast that is left of noise: a larger sigma leaves less.
TEST(Blur, SigmaIsUniformBetweenItsEnds) {
  const auto contrast = [](const std::string& options, uint64_t seed) {
    const Image blurred = Changed(options, Noise(40, 40, 1), seed);
    double sum = 0;
    for (const uint8_t value : blurred.bgr) sum += std::abs(value - 127.5);
    return sum;
  };
  const double sharpest =
      contrast(R"({"probability": 1, "sigma_min_px": 0.5, "sigma_max_px": 0.5})", 1);
  const double softest = contrast(R"({"probability": 1, "sigma_min_px": 2, "sigma_max_px": 2})", 1);
  const double middle =
      contrast(R"({"probability": 1, "sigma_min_px": 1.25, "sigma_max_px": 1.25})", 1);
  int softer = 0;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    const double one =
        contrast(R"({"probability": 1, "sigma_min_px": 0.5, "sigma_max_px": 2})", seed);
    EXPECT_LE(one, sharpest);
    EXPECT_GE(one, softest);
    softer += one < middle;
  }
  EXPECT_NEAR(softer, 50, 20);  // binomial: deviation 5; 4 of them
}

TEST(Blur, RefusesAnEmptyRange) {
  EXPECT_EQ(MakeComponent<Augmentation>(R"({"sigma_max_px": 0.05})").status(),
            absl::InvalidArgumentError(
                "sigma_min_px = 0.1 is above sigma_max_px = 0.05; it may be at most that"));
}

}  // namespace
}  // namespace facet
