// Sides against the formula of the manual, places against squares measured in half pixels.
#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/augmentations/augmentation_testing.h"

namespace facet {
namespace {

std::string Fixed(double zoom) { return absl::StrFormat(R"({"min": %g, "max": %g})", zoom, zoom); }

TEST(Zoom, DrawsOneUniformNumber) {
  const auto zoom = MakeComponent<Augmentation>(R"({"min": 0.8, "max": 1.5})").value();
  int least = 100, most = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    Random random(seed), same(seed);
    InputView view;
    view.x_px = 38, view.y_px = 38, view.side_px = 24, view.angle_rad = 0.1, view.mirror = true;
    zoom->Look(100, 100, 24, random, &view);
    EXPECT_EQ(view.side_px, std::lround(24 / same.Uniform(0.8, 1.5)));
    EXPECT_EQ(random.Bits(), same.Bits());
    EXPECT_EQ(view.angle_rad, 0.1);
    EXPECT_TRUE(view.mirror);
    least = std::min(least, view.side_px);
    most = std::max(most, view.side_px);
  }
  EXPECT_EQ(least, 16);  // 24 / 1.5
  EXPECT_EQ(most, 30);   // 24 / 0.8
}

TEST(Zoom, ACentralViewStaysCentral) {
  for (int crop_px = 24; crop_px < 40; ++crop_px) {
    for (const double zoom : {0.7, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.5, 2.0, 10.0}) {
      const InputView view = Looked(Fixed(zoom), crop_px, 100, 24, 1);
      EXPECT_EQ(view.side_px, std::min<int>(crop_px, static_cast<int>(std::lround(24 / zoom))));
      EXPECT_EQ(view.x_px, (crop_px - view.side_px) / 2) << crop_px << " " << zoom;
      EXPECT_EQ(view.y_px, (100 - view.side_px) / 2);
    }
  }
}

TEST(Zoom, KeepsTheCentreWithinHalfAPixelAndLiesInside) {
  for (int x = 0; x <= 40 - 24; ++x) {
    for (const double zoom : {0.6, 0.75, 0.9, 1.1, 1.3, 5.0}) {
      InputView view;
      view.x_px = x, view.y_px = 16 - x, view.side_px = 24;
      view = Looked(Fixed(zoom), 40, 40, view, 1);
      const int side = view.side_px;
      // Twice the centre, moved as far as it must.
      const int wanted = std::clamp(2 * x + 24, side, 80 - side);
      EXPECT_LE(std::abs(2 * view.x_px + side - wanted), 1) << x << " " << zoom;
      const int wanted_y = std::clamp(2 * (16 - x) + 24, side, 80 - side);
      EXPECT_LE(std::abs(2 * view.y_px + side - wanted_y), 1) << x << " " << zoom;
    }
  }
}

TEST(Zoom, TheSideIsAtLeastAPixelAndAtMostTheCrop) {
  EXPECT_EQ(Looked(Fixed(10), 3, 2, 2, 1).side_px, 1);
  const InputView whole = Looked(Fixed(0.1), 36, 50, 24, 1);
  EXPECT_EQ(whole.side_px, 36);
  EXPECT_EQ(whole.x_px, 0);
  EXPECT_EQ(whole.y_px, 7);
}

TEST(Zoom, TwoZoomsMultiply) {
  const InputView view = Looked(Fixed(2), 100, 100, Looked(Fixed(2), 100, 100, 40, 1), 1);
  EXPECT_EQ(view.side_px, 10);
  EXPECT_EQ(view.x_px, 45);
}

TEST(Zoom, RefusesAnEmptyRange) {
  EXPECT_EQ(MakeComponent<Augmentation>(R"({"min": 1.2})").status(),
            absl::InvalidArgumentError("min = 1.2 is above max = 1.1; it may be at most that"));
}

}  // namespace
}  // namespace facet
