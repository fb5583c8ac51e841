// The noise is measured again.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/api/augmentation.h"
#include "plugins/plugin_testing.h"

namespace {

using facet::Augmentation;
using facet::Image;
using facet::MakeComponent;
using facet::Random;

Image Grey(int size_px, uint8_t value) {
  Image image(size_px, size_px);
  std::fill(image.bgr.begin(), image.bgr.end(), value);
  return image;
}

TEST(NewAugmentation, HasTheDeviationThatItSays) {
  const auto noise = MakeComponent<Augmentation>(R"({"probability": 1, "strength": 10})").value();
  Image image = Grey(100, 128);
  Random random(1);
  noise->Change(random, &image);
  double sum = 0, squares = 0;
  for (const uint8_t value : image.bgr) {
    sum += value - 128.0;
    squares += (value - 128.0) * (value - 128.0);
  }
  const auto count = static_cast<double>(image.bgr.size());
  // Four standard errors: 10 / sqrt(30000), and that over the root of 2; rounding adds 1/12 to
  // the variance.
  EXPECT_NEAR(sum / count, 0, 0.24);
  EXPECT_NEAR(std::sqrt(squares / count), std::sqrt(100 + 1.0 / 12), 0.17);
}

TEST(NewAugmentation, ClipsWhatLeavesTheRange) {
  const auto noise = MakeComponent<Augmentation>(R"({"probability": 1, "strength": 10})").value();
  Image image = Grey(20, 255);
  Random random(1);
  noise->Change(random, &image);
  // Half of the noise is above 0. Without clipping it would come out dark.
  EXPECT_GT(*std::min_element(image.bgr.begin(), image.bgr.end()), 200);
}

TEST(NewAugmentation, HappensAsOftenAsItSays) {
  const auto noise = MakeComponent<Augmentation>(R"({"probability": 0.25})").value();
  int num_changed = 0;
  Random random(1);
  for (int visit = 0; visit < 1000; ++visit) {
    Image image = Grey(2, 128);
    noise->Change(random, &image);
    num_changed += image.bgr != Grey(2, 128).bgr;
  }
  EXPECT_NEAR(num_changed, 250, 55);  // four standard errors: 4 sqrt(1000 / 4 * 3 / 4)
}

}  // namespace
