// Against algorithm 1 of the paper, redrawn from the same stream, and its properties.
#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "gtest/gtest.h"
#include "plugins/augmentations/augmentation_testing.h"

namespace facet {
namespace {

constexpr char kAlways[] = R"({"probability": 1})";

struct Frame {
  int x = 0, y = 0, width = 0, height = 0;
};

// S_e = Rand(s_l, s_h) S, r_e = Rand(r_1, 1 / r_1), H_e = sqrt(S_e r_e), W_e = sqrt(S_e / r_e),
// until it fits.
Frame Expected(int width, int height, Random& random) {
  while (true) {
    const double area = random.Uniform(0.02, 0.4) * width * height;
    const double aspect = random.Uniform(0.3, 1 / 0.3);
    const int64_t h = std::lround(std::sqrt(area * aspect)),
                  w = std::lround(std::sqrt(area / aspect));
    if (h < 1 || w < 1 || h > height || w > width) continue;
    Frame frame;
    frame.x = static_cast<int>(random.Index(static_cast<uint64_t>(width - w + 1)));
    frame.y = static_cast<int>(random.Index(static_cast<uint64_t>(height - h + 1)));
    frame.width = static_cast<int>(w);
    frame.height = static_cast<int>(h);
    return frame;
  }
}

TEST(Erase, ErasesARectangleOfThePaperAndNothingElse) {
  for (const auto& [width, height] : {std::pair{24, 24}, {40, 17}}) {
    const Image image = Pattern(width, height);
    for (uint64_t seed = 0; seed < 50; ++seed) {
      Random random(seed);
      const Frame frame = Expected(width, height, random);
      const Image erased = Changed(kAlways, image, seed);
      int changed = 0;
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          const bool same =
              std::equal(erased.Pixel(x, y), erased.Pixel(x, y) + 3, image.Pixel(x, y));
          const bool inside = x >= frame.x && y >= frame.y && x < frame.x + frame.width &&
                              y < frame.y + frame.height;
          ASSERT_TRUE(same || inside);
          changed += !same;
        }
      }
      // A pixel stays by chance once in 2^24.
      EXPECT_EQ(changed, frame.width * frame.height);
    }
  }
}

TEST(Erase, AreasAndAspectsFillTheirRanges) {
  double least = 1, most = 0, sum = 0, flattest = 1, tallest = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    const Image erased = Changed(kAlways, Image(100, 100), seed);
    int left = 100, right = -1, top = 100, bottom = -1;
    for (int y = 0; y < 100; ++y) {
      for (int x = 0; x < 100; ++x) {
        const uint8_t* const p = erased.Pixel(x, y);
        if (p[0] == 0 && p[1] == 0 && p[2] == 0) continue;
        left = std::min(left, x);
        right = std::max(right, x);
        top = std::min(top, y);
        bottom = std::max(bottom, y);
      }
    }
    const int width = right - left + 1, height = bottom - top + 1;
    const double area = width * height / 1e4, aspect = 1.0 * height / width;
    // The sides are rounded by half a pixel each.
    const double rounding = 0.5 * (width + height + 1) / 1e4;
    ASSERT_GE(area, 0.02 - rounding);
    ASSERT_LE(area, 0.4 + rounding);
    ASSERT_GE(aspect, 0.3 * 0.9);
    ASSERT_LE(aspect, 1 / (0.3 * 0.9));
    least = std::min(least, area);
    most = std::max(most, area);
    sum += area;
    flattest = std::min(flattest, aspect);
    tallest = std::max(tallest, aspect);
  }
  EXPECT_LT(least, 0.03);
  EXPECT_GT(most, 0.38);
  EXPECT_LT(flattest, 0.4);
  EXPECT_GT(tallest, 3.2);
  // Uniform between 0.02 and 0.4 were 0.21; tall ones of a large area are drawn again.
  EXPECT_NEAR(sum / 1000, 0.2, 0.02);
}

TEST(Erase, FillsWithAllValues) {
  const Image erased = Changed(kAlways, Image(200, 200), 1);
  EXPECT_EQ(std::set<uint8_t>(erased.bgr.begin(), erased.bgr.end()).size(), 256u);
}

TEST(Erase, NothingWhereNothingFits) {
  const Image image = Pattern(100, 2);  // 100 px of width are never wanted
  EXPECT_EQ(Changed(R"({"probability": 1, "area_min": 1, "area_max": 1})", image, 1).bgr,
            image.bgr);
}

TEST(Erase, RefusesAnEmptyRange) {
  EXPECT_EQ(
      MakeComponent<Augmentation>(R"({"area_min": 0.5})").status(),
      absl::InvalidArgumentError("area_min = 0.5 is above area_max = 0.4; it may be at most that"));
}

}  // namespace
}  // namespace facet
