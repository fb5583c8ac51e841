#include "plugins/augmentations/augmentation_testing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

namespace facet {

const std::array<std::array<double, 3>, 4> kFourPixels = {
    {{40, 90, 160}, {200, 120, 60}, {15, 180, 100}, {90, 90, 90}}};
const std::array<double, 3> kMeanOfFour = {86.25, 120, 102.5};

Image Noise(int width, int height, uint64_t seed) {
  Image image(width, height);
  Random random(seed);
  for (uint8_t& value : image.bgr) value = static_cast<uint8_t>(random.Index(256));
  return image;
}

Image Pattern(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        image.Pixel(x, y)[c] = static_cast<uint8_t>(29 * x + 43 * y + 71 * c + 5 * x * y);
      }
    }
  }
  return image;
}

InputView Looked(const std::string& options, int width_px, int height_px, InputView view,
                 uint64_t seed) {
  Random random(seed);
  MakeComponent<Augmentation>(options).value()->Look(width_px, height_px, view.side_px, random,
                                                     &view);
  return view;
}

InputView Looked(const std::string& options, int width_px, int height_px, int size_px,
                 uint64_t seed) {
  InputView view;
  view.x_px = (width_px - size_px) / 2;
  view.y_px = (height_px - size_px) / 2;
  view.side_px = size_px;
  return Looked(options, width_px, height_px, view, seed);
}

ColourMap DrawnColour(const std::string& options, uint64_t seed,
                      const std::array<double, 3>& mean_bgr) {
  Random random(seed);
  return MakeComponent<Augmentation>(options).value()->Colour(mean_bgr, random);
}

Image Changed(const std::string& options, Image image, uint64_t seed) {
  Random random(seed);
  MakeComponent<Augmentation>(options).value()->Change(random, &image);
  return image;
}

std::array<double, 3> Mapped(const ColourMap& map, const std::array<double, 3>& bgr) {
  std::array<double, 3> out;
  for (size_t i = 0; i < 3; ++i) {
    out[i] =
        map[4 * i] * bgr[0] + map[4 * i + 1] * bgr[1] + map[4 * i + 2] * bgr[2] + map[4 * i + 3];
  }
  return out;
}

void ExpectColours(const ColourMap& map, const std::array<std::array<double, 3>, 4>& expected) {
  for (size_t p = 0; p < 4; ++p) {
    const std::array<double, 3> out = Mapped(map, kFourPixels[p]);
    for (size_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(std::clamp(out[c], 0.0, 255.0), expected[p][c], 0.03) << p << " " << c;
    }
  }
}

std::vector<double> FactorsOfSeeds() {
  std::vector<double> factors(50);
  for (size_t seed = 0; seed < factors.size(); ++seed) {
    factors[seed] = Random(seed).Uniform(0.6, 1.4);
  }
  return factors;
}

}  // namespace facet
