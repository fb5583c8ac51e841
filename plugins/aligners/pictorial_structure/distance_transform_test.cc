#include "plugins/aligners/pictorial_structure/distance_transform.h"

#include <limits>

#include "core/api/component.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

CostMap RandomMap(int width, int height, uint64_t seed) {
  Random random(seed);
  CostMap map(width, height, 0.0);
  for (double& value : map.values) value = random.Uniform(-3, 3);
  return map;
}

double CostFrom(const CostMap& map, int x, int y, int cx, int cy, double weight, Point offset) {
  const double dx = cx - x - offset.x, dy = cy - y - offset.y;
  return map.At(cx, cy) + weight * (dx * dx + dy * dy);
}

// Every pixel against every other, by the definition.
TEST(DistanceTransform, IsTheMinimumOverAllPixels) {
  const Point offsets[] = {{0, 0}, {2, -1}, {-1.37, 0.61}, {40, 40}};
  for (const double weight : {0.05, 0.4312, 10.0}) {
    for (const Point& offset : offsets) {
      const CostMap map = RandomMap(11, 7, 5);
      const DistanceTransform found = TransformDistance(map, weight, offset);
      for (int y = 0; y < map.height; ++y) {
        for (int x = 0; x < map.width; ++x) {
          double best = std::numeric_limits<double>::infinity();
          for (int cy = 0; cy < map.height; ++cy) {
            for (int cx = 0; cx < map.width; ++cx) {
              best = std::min(best, CostFrom(map, x, y, cx, cy, weight, offset));
            }
          }
          // Both are sums of three terms of the same size: rounding alone.
          EXPECT_NEAR(found.cost.At(x, y), best, 1e-12 * (1 + std::abs(best)));
          const int from = found.from[static_cast<size_t>(y * map.width + x)];
          EXPECT_NEAR(CostFrom(map, x, y, from % map.width, from / map.width, weight, offset), best,
                      1e-12 * (1 + std::abs(best)));
        }
      }
    }
  }
}

TEST(DistanceTransform, OneColumnAndOneRow) {
  for (const auto& [width, height] : {std::pair<int, int>{1, 9}, {9, 1}, {1, 1}}) {
    const CostMap map = RandomMap(width, height, 8);
    const DistanceTransform found = TransformDistance(map, 1e9, {0, 0});
    // So stiff that every pixel stays where it is.
    EXPECT_EQ(found.cost.values, map.values);
  }
}

}  // namespace
}  // namespace facet
