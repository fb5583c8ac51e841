// Augmentations against loops over pixels, and their properties.
#include "core/training/augment.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

constexpr int kSize = 24;

Image Noise(int width, int height, uint64_t seed) {
  Image image(width, height);
  Random random(seed);
  for (uint8_t& value : image.bgr) value = static_cast<uint8_t>(random.Index(256));
  return image;
}

// Smooth: interpolation says little about noise.
Image Slope(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.Pixel(x, y)[0] = static_cast<uint8_t>(4 * x);
      image.Pixel(x, y)[1] = static_cast<uint8_t>(4 * y);
      image.Pixel(x, y)[2] = static_cast<uint8_t>(2 * x + 2 * y);
    }
  }
  return image;
}

AugmentSettings Off() {
  AugmentSettings settings;
  settings.crop = "center";
  settings.flip = false;
  return settings;
}

Image Draw(const AugmentSettings& settings, const Image& crop, uint64_t seed) {
  Random random(seed);
  Window window;
  Image scratch;
  const Image* image = Augmenter(settings, kSize).Draw(crop, random, &window, &scratch);
  Image seen(kSize, kSize);
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      const int from_x = window.mirror ? kSize - 1 - x : x;
      std::copy_n(image->Pixel(window.x + from_x, window.y + y), 3, seen.Pixel(x, y));
    }
  }
  return seen;
}

double Grey(const uint8_t* bgr) { return 0.114 * bgr[0] + 0.587 * bgr[1] + 0.299 * bgr[2]; }

// Each pixel is what `expected` makes of the central window's, within `tolerance` levels.
void ExpectPixels(const Image& seen, const Image& crop, double tolerance,
                  const std::function<double(const uint8_t*, int)>& expected) {
  const Window central = CentralWindow(crop, kSize);
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      for (int c = 0; c < 3; ++c) {
        const double value =
            std::clamp(expected(crop.Pixel(central.x + x, central.y + y), c), 0.0, 255.0);
        ASSERT_NEAR(seen.Pixel(x, y)[c], value, tolerance) << x << " " << y << " " << c;
      }
    }
  }
}

// Rounding to whole levels is half a level; OpenCV's factors have 10 bits after the point in some
// builds, another 3 * 255 / 2^11.
constexpr double kLevels = 0.5 + 0.4;

TEST(Augmenter, OffLeavesTheCropItselfAndDrawsWhatItAlwaysDrew) {
  const Image crop = Noise(30, 28, 1);
  Random random(7), same(7);
  Window window;
  Image scratch;
  EXPECT_EQ(Augmenter({}, kSize).Draw(crop, random, &window, &scratch), &crop);
  EXPECT_TRUE(scratch.bgr.empty());
  EXPECT_EQ(window.x, static_cast<int>(same.Index(30 - kSize + 1)));
  EXPECT_EQ(window.y, static_cast<int>(same.Index(28 - kSize + 1)));
  EXPECT_EQ(window.mirror, same.Bernoulli(0.5));
  EXPECT_EQ(random.Bits(), same.Bits());
}

TEST(Augmenter, DependsOnTheSeedAlone) {
  AugmentSettings all;
  all.zoom_min = 0.8;
  all.zoom_max = 1.5;
  all.rotation_rad = 0.5;
  all.brightness = all.contrast = all.saturation = 0.4;
  all.hue_rad = 0.3;
  all.grey = all.blur = all.erase = 0.5;
  const Image crop = Noise(30, 28, 1);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(Draw(all, crop, seed).bgr, Draw(all, crop, seed).bgr);
    EXPECT_NE(Draw(all, crop, seed).bgr, Draw(all, crop, seed + 1).bgr);
  }
}

TEST(Augmenter, BrightnessIsAFactor) {
  AugmentSettings settings = Off();
  settings.brightness = 0.6;
  const Image crop = Noise(30, 28, 1);
  double least = 2, most = 0;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const double factor = Random(seed).Uniform(0.4, 1.6);
    least = std::min(least, factor);
    most = std::max(most, factor);
    ExpectPixels(Draw(settings, crop, seed), crop, kLevels,
                 [&](const uint8_t* p, int c) { return factor * p[c]; });
  }
  EXPECT_LT(least, 0.6);
  EXPECT_GT(most, 1.4);
}

TEST(Augmenter, ContrastKeepsTheMeanGreyLevel) {
  AugmentSettings settings = Off();
  settings.contrast = 0.6;
  const Image crop = Noise(30, 28, 1);
  const Window central = CentralWindow(crop, kSize);
  double mean = 0;
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      mean += Grey(crop.Pixel(central.x + x, central.y + y)) / (kSize * kSize);
    }
  }
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const double factor = Random(seed).Uniform(0.4, 1.6);
    ExpectPixels(Draw(settings, crop, seed), crop, kLevels,
                 [&](const uint8_t* p, int c) { return mean + factor * (p[c] - mean); });
  }
}

TEST(Augmenter, SaturationKeepsThePixelsGreyLevel) {
  AugmentSettings settings = Off();
  settings.saturation = 0.6;
  const Image crop = Noise(30, 28, 1);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const double factor = Random(seed).Uniform(0.4, 1.6);
    ExpectPixels(Draw(settings, crop, seed), crop, kLevels,
                 [&](const uint8_t* p, int c) { return Grey(p) + factor * (p[c] - Grey(p)); });
  }
}

TEST(Augmenter, GreyHasNoColour) {
  AugmentSettings settings = Off();
  settings.grey = 1;
  const Image crop = Noise(30, 28, 1);
  ExpectPixels(Draw(settings, crop, 1), crop, kLevels,
               [](const uint8_t* p, int) { return Grey(p); });
  settings.grey = 0.25;
  int grey = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    const Image seen = Draw(settings, crop, seed);
    grey += std::equal(seen.Pixel(0, 0), seen.Pixel(0, 0) + 1, seen.Pixel(0, 0) + 1) &&
            std::equal(seen.Pixel(5, 5), seen.Pixel(5, 5) + 2, seen.Pixel(5, 5) + 1);
  }
  EXPECT_NEAR(grey, 100, 35);  // binomial: deviation 8.7; 4 of them
}

TEST(ColourMap, HueTurnsAboutTheGreyAxis) {
  const auto apply = [](const std::array<double, 12>& m, std::array<double, 3> p) {
    std::array<double, 3> out;
    for (size_t i = 0; i < 3; ++i) {
      out[i] = m[i * 4] * p[0] + m[i * 4 + 1] * p[1] + m[i * 4 + 2] * p[2] + m[i * 4 + 3];
    }
    return out;
  };
  const auto near = [](double b, double g, double r) {
    return testing::ElementsAre(testing::DoubleNear(b, 1e-9), testing::DoubleNear(g, 1e-9),
                                testing::DoubleNear(r, 1e-9));
  };
  ColourChange change;
  change.hue_rad = 2 * std::acos(-1.0) / 3;  // a third of a turn: the channels change places
  EXPECT_THAT(apply(ColourMap(change, 0), {10, 20, 60}), near(60, 10, 20));
  change.hue_rad = 0.4;
  EXPECT_THAT(apply(ColourMap(change, 0), {70, 70, 70}), near(70, 70, 70));
  const auto there = apply(ColourMap(change, 0), {10, 20, 60});
  change.hue_rad = -0.4;
  EXPECT_THAT(apply(ColourMap(change, 0), there), near(10, 20, 60));
}

TEST(ColourMap, ComposesInOrder) {
  const ColourChange change = {1.3, 0.7, 1.2, 0};
  const double p[] = {40, 90, 160}, mean = 100;
  const auto map = ColourMap(change, mean);
  double q[3];
  for (int i = 0; i < 3; ++i) q[i] = 1.3 * mean + 0.7 * (1.3 * p[i] - 1.3 * mean);
  const double grey = 0.114 * q[0] + 0.587 * q[1] + 0.299 * q[2];
  for (size_t i = 0; i < 3; ++i) {
    const double value =
        map[i * 4] * p[0] + map[i * 4 + 1] * p[1] + map[i * 4 + 2] * p[2] + map[i * 4 + 3];
    EXPECT_NEAR(value, grey + 1.2 * (q[i] - grey), 1e-9);
  }
}

TEST(Augmenter, BlurIsAGaussian) {
  AugmentSettings settings = Off();
  settings.blur = 1;
  settings.blur_sigma_min_px = settings.blur_sigma_max_px = 1.5;
  const Image crop = Noise(kSize, kSize, 1);
  const Image seen = Draw(settings, crop, 1);
  // In the middle, where the border does not count: the sum over a square of 11 x 11 px.
  for (int y = 5; y < kSize - 5; ++y) {
    for (int x = 5; x < kSize - 5; ++x) {
      double sum = 0, weights = 0;
      for (int v = -5; v <= 5; ++v) {
        for (int u = -5; u <= 5; ++u) {
          const double weight = std::exp(-(u * u + v * v) / (2 * 1.5 * 1.5));
          sum += weight * crop.Pixel(x + u, y + v)[1];
          weights += weight;
        }
      }
      // Rounding, and OpenCV's weights of 8 bits.
      ASSERT_NEAR(seen.Pixel(x, y)[1], sum / weights, 2.0);
    }
  }
}

TEST(Augmenter, ErasesAnAreaInItsRange) {
  AugmentSettings settings = Off();
  settings.erase = 1;
  double least = 1, most = 0;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    const Rectangle r = DrawErased(settings, 100, random);
    ASSERT_GT(r.width, 0);
    ASSERT_GE(std::min(r.x, r.y), 0);
    ASSERT_LE(std::max(r.x + r.width, r.y + r.height), 100);
    const double area = r.width * r.height / 1e4;
    // The sides are rounded by half a pixel each.
    const double rounding = 0.5 * (r.width + r.height + 1) / 1e4;
    ASSERT_GE(area, 0.02 - rounding);
    ASSERT_LE(area, 0.4 + rounding);
    ASSERT_GE(1.0 * r.height / r.width, 0.3 * 0.9);
    ASSERT_LE(1.0 * r.height / r.width, 1 / (0.3 * 0.9));
    least = std::min(least, area);
    most = std::max(most, area);
  }
  EXPECT_LT(least, 0.03);
  EXPECT_GT(most, 0.38);
}

TEST(Augmenter, ErasesNothingElse) {
  AugmentSettings settings = Off();
  settings.erase = 1;
  const Image crop = Slope(30, 28);
  const Window central = CentralWindow(crop, kSize);
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    ASSERT_TRUE(random.Bernoulli(1));
    const Rectangle r = DrawErased(settings, kSize, random);
    const Image seen = Draw(settings, crop, seed);
    int changed = 0;
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) {
        const bool same = std::equal(seen.Pixel(x, y), seen.Pixel(x, y) + 3,
                                     crop.Pixel(central.x + x, central.y + y));
        const bool inside = x >= r.x && y >= r.y && x < r.x + r.width && y < r.y + r.height;
        ASSERT_TRUE(same || inside);
        changed += same ? 0 : 1;
      }
    }
    EXPECT_GT(changed, 0.9 * r.width * r.height);
  }
  settings.erase_area_min = settings.erase_area_max = 1;
  settings.erase_aspect_min = 0.01;  // hardly ever a square: most draws fit nowhere
  Random random(1);
  EXPECT_LE(DrawErased(settings, kSize, random).width, kSize);
}

TEST(Augmenter, ZoomScalesAWindow) {
  AugmentSettings settings = Off();
  settings.zoom_min = settings.zoom_max = 2;
  const Image crop = Slope(36, 36);
  const Image seen = Draw(settings, crop, 1);
  // The central 12 x 12 px, from 12 on; pixel centres lie at (x + 0.5) / 2 + 12 - 0.5.
  for (int y = 1; y < kSize - 1; ++y) {
    for (int x = 1; x < kSize - 1; ++x) {
      ASSERT_NEAR(seen.Pixel(x, y)[0], 4 * ((x + 0.5) / 2 + 11.5), 1.0);
      ASSERT_NEAR(seen.Pixel(x, y)[1], 4 * ((y + 0.5) / 2 + 11.5), 1.0);
    }
  }
  settings.zoom_min = settings.zoom_max = 0.5;  // 48 px: the crop's 36 are all there is
  const Image whole = Draw(settings, crop, 1);
  EXPECT_NEAR(whole.Pixel(0, 12)[0], 4 * (0.5 * 1.5 - 0.5), 1.5);
  EXPECT_NEAR(whole.Pixel(23, 12)[0], 4 * (23.5 * 1.5 - 0.5), 1.5);
}

TEST(Augmenter, RotationTurnsTheWindowAboutItsCentre) {
  AugmentSettings settings = Off();
  settings.rotation_rad = 0.7;
  const Image crop = Slope(50, 50);
  for (uint64_t seed = 0; seed < 10; ++seed) {
    const double angle = Random(seed).Uniform(-0.7, 0.7);
    const Image seen = Draw(settings, crop, seed);
    // The window's corners turn within the crop: 12 sqrt(2) < 25.
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) {
        const double u = x - 11.5, v = y - 11.5;
        const double from_x = 24.5 + std::cos(angle) * u - std::sin(angle) * v;
        const double from_y = 24.5 + std::sin(angle) * u + std::cos(angle) * v;
        ASSERT_NEAR(seen.Pixel(x, y)[0], 4 * from_x, 1.0);
        ASSERT_NEAR(seen.Pixel(x, y)[1], 4 * from_y, 1.0);
      }
    }
  }
}

}  // namespace
}  // namespace facet
