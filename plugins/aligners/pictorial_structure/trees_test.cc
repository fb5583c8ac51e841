#include "plugins/aligners/pictorial_structure/trees.h"

#include <cmath>
#include <limits>

#include "core/api/component.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

std::vector<CostMap> RandomCosts(size_t parts, int width, int height, uint64_t seed) {
  Random random(seed);
  std::vector<CostMap> costs(parts, CostMap(width, height, 0.0));
  for (CostMap& map : costs) {
    for (double& value : map.values) value = random.Uniform(-2, 2);
  }
  return costs;
}

double CostOf(const PartTree& tree, const std::vector<CostMap>& costs,
              const std::vector<Point>& places) {
  double sum = 0;
  for (size_t part = 0; part < places.size(); ++part) {
    const TreePart& edge = tree.parts[part];
    sum += costs[part].At(static_cast<int>(places[part].x), static_cast<int>(places[part].y));
    if (edge.parent < 0) continue;
    const Point& parent = places[static_cast<size_t>(edge.parent)];
    sum += (std::pow(places[part].x - parent.x - edge.offset.x, 2) +
            std::pow(places[part].y - parent.y - edge.offset.y, 2)) /
           (2 * edge.variance);
  }
  return sum;
}

// All placements of four parts on 4 x 3 pixels, 12^4 for each tree.
TEST(PictorialTrees, BestPlacementIsTheBestOfAll) {
  const std::vector<PartTree> trees = {
      {{{-1, {0, 0}, 1}, {0, {1, 0}, 0.8}, {1, {0.4, 1}, 1.5}, {1, {-1, 0.6}, 0.7}}, -0.4},
      {{{2, {1, 1}, 0.9}, {2, {-1, 0}, 1.1}, {-1, {0, 0}, 1}, {0, {0, -1}, 2}}, -1.1}};
  for (uint64_t seed = 0; seed < 5; ++seed) {
    const std::vector<CostMap> costs = RandomCosts(4, 4, 3, seed);
    double best = -std::numeric_limits<double>::infinity();
    for (const PartTree& tree : trees) {
      for (int code = 0; code < 12 * 12 * 12 * 12; ++code) {
        std::vector<Point> places;
        for (int rest = code, part = 0; part < 4; ++part, rest /= 12) {
          places.push_back({static_cast<double>(rest % 4), static_cast<double>(rest % 12 / 4)});
        }
        best = std::max(best, tree.log_weight - CostOf(tree, costs, places));
      }
    }
    const Placement found = BestPlacement(trees, costs);
    EXPECT_NEAR(found.confidence, best, 1e-12);
    const PartTree& tree = trees[static_cast<size_t>(found.tree)];
    EXPECT_NEAR(tree.log_weight - CostOf(tree, costs, found.parts), best, 1e-12);
  }
}

// The paper's mean frontal shape, from its first tree; the other two are turned about as much to
// either side.
TEST(PictorialTrees, ThePapersTreesAreFaces) {
  const std::vector<PartTree> trees = PaperTrees();
  ASSERT_EQ(trees.size(), 3u);
  const std::vector<Point> frontal = {{0, 0},   {9, 0},   {19, 0}, {28, 0}, {10, 12},
                                      {15, 12}, {20, 12}, {7, 19}, {23, 19}};
  std::vector<double> slopes;
  double mix = 0;
  for (const PartTree& tree : trees) {
    // Where each part lies if every edge is at rest, from the left eye's left corner.
    std::vector<Point> places(9);
    for (int step = 0; step < 9; ++step) {
      for (size_t part = 0; part < 9; ++part) {
        const TreePart& edge = tree.parts[part];
        if (edge.parent < 0) continue;
        const Point& parent = places[static_cast<size_t>(edge.parent)];
        places[part] = {parent.x + edge.offset.x, parent.y + edge.offset.y};
      }
    }
    if (slopes.empty()) {
      for (size_t part = 0; part < 9; ++part) {
        EXPECT_EQ(places[part].x, frontal[part].x);
        EXPECT_EQ(places[part].y, frontal[part].y);
      }
    }
    slopes.push_back(places[3].y / places[3].x);
    mix += std::exp(tree.log_weight);
  }
  EXPECT_NEAR(mix, 1, 1e-12);
  EXPECT_EQ(slopes[0], 0);
  EXPECT_EQ(slopes[1], -slopes[2]);
  // The deformation scale that the paper's files hold for the first edge: 1 / (2 variance).
  EXPECT_NEAR(1 / (2 * trees[0].parts[1].variance), 0.4312, 5e-4);  // variance in two digits
}

TEST(PictorialTrees, LearningFindsTheTreesThatMadeTheShapes) {
  std::vector<PartTree> truth = PaperTrees();
  for (TreePart& edge : truth[0].parts) edge.offset.x *= 1.1;
  const std::vector<double> shares = {0.5, 0.3, 0.2};
  Random random(4);
  std::vector<std::vector<Point>> shapes;
  for (int i = 0; i < 3000; ++i) {
    const double draw = random.Uniform();
    const PartTree& tree = truth[draw < 0.5 ? 0 : draw < 0.8 ? 1 : 2];
    std::vector<Point> noise(9), shape(9, Point{20, 30});
    for (Point& p : noise) p = {random.Normal(), random.Normal()};
    for (int step = 0; step < 9; ++step) {
      for (size_t part = 0; part < 9; ++part) {
        const TreePart& edge = tree.parts[part];
        if (edge.parent < 0) continue;
        const Point& parent = shape[static_cast<size_t>(edge.parent)];
        const double sigma = std::sqrt(edge.variance);
        shape[part] = {parent.x + edge.offset.x + sigma * noise[part].x,
                       parent.y + edge.offset.y + sigma * noise[part].y};
      }
    }
    shapes.push_back(shape);
  }
  const std::vector<PartTree> learned = LearnTrees(PaperTrees(), shapes, 0.1);
  for (size_t t = 0; t < 3; ++t) {
    double log_variances = 0;
    for (size_t part = 1; part < 9; ++part) {
      const TreePart &got = learned[t].parts[part], &want = truth[t].parts[part];
      EXPECT_EQ(got.parent, want.parent);
      // 600 shapes or more: standard errors are sigma / 24 for offsets and variance / 24 for
      // variances; five of them, and some for the shapes that EM cannot tell apart.
      EXPECT_NEAR(got.offset.x, want.offset.x, 0.25 * std::sqrt(want.variance));
      EXPECT_NEAR(got.offset.y, want.offset.y, 0.25 * std::sqrt(want.variance));
      EXPECT_NEAR(got.variance, want.variance, 0.25 * want.variance);
      log_variances += std::log(got.variance);
    }
    EXPECT_NEAR(std::exp(learned[t].log_weight + log_variances), shares[t], 0.05);
  }
}

TEST(PictorialTrees, LearningFromOneShapeKeepsTheLeastVariance) {
  const std::vector<Point> shape = {{0, 0},   {9, 0},   {19, 0}, {28, 0}, {10, 12},
                                    {15, 12}, {20, 12}, {7, 19}, {23, 19}};
  const std::vector<PartTree> learned = LearnTrees(PaperTrees(), {shape}, 0.25);
  for (const PartTree& tree : learned) {
    EXPECT_TRUE(std::isfinite(tree.log_weight));
    for (const TreePart& edge : tree.parts) EXPECT_GE(edge.variance, 0.25);
  }
}

}  // namespace
}  // namespace facet
