#include "plugins/aligners/pictorial_structure/trees.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace facet {
namespace {

constexpr int kIterations = 50;  // of expectation maximisation; shares settle within 20

// Parts, each after its parent.
std::vector<int> TopDown(const PartTree& tree) {
  std::vector<int> order;
  const int count = static_cast<int>(tree.parts.size());
  for (int part = 0; part < count; ++part) {
    if (tree.parts[static_cast<size_t>(part)].parent < 0) order.push_back(part);
  }
  FACET_CHECK(order.size() == 1);
  for (size_t next = 0; next < order.size(); ++next) {
    for (int part = 0; part < count; ++part) {
      if (tree.parts[static_cast<size_t>(part)].parent == order[next]) order.push_back(part);
    }
  }
  FACET_CHECK(static_cast<int>(order.size()) == count);
  return order;
}

Placement BestOfTree(const PartTree& tree, const std::vector<CostMap>& costs) {
  std::vector<CostMap> sums = costs;
  std::vector<DistanceTransform> messages(costs.size());
  const std::vector<int> order = TopDown(tree);
  for (auto part = order.rbegin(); part + 1 != order.rend(); ++part) {
    const auto index = static_cast<size_t>(*part);
    const TreePart& edge = tree.parts[index];
    messages[index] = TransformDistance(sums[index], 1.0 / (2.0 * edge.variance), edge.offset);
    std::vector<double>& parent = sums[static_cast<size_t>(edge.parent)].values;
    for (size_t i = 0; i < parent.size(); ++i) parent[i] += messages[index].cost.values[i];
  }
  const auto root = static_cast<size_t>(order[0]);
  const std::vector<double>& total = sums[root].values;
  const auto best = std::min_element(total.begin(), total.end());
  std::vector<int32_t> places(costs.size());
  places[root] = static_cast<int32_t>(best - total.begin());
  Placement placement;
  placement.confidence = tree.log_weight - *best;
  for (size_t i = 1; i < order.size(); ++i) {
    const auto part = static_cast<size_t>(order[i]);
    const auto parent = static_cast<size_t>(tree.parts[part].parent);
    places[part] = messages[part].from[static_cast<size_t>(places[parent])];
  }
  for (const int32_t place : places) {
    placement.parts.push_back(
        {static_cast<double>(place % costs[0].width), static_cast<double>(place / costs[0].width)});
  }
  return placement;
}

Point Difference(const std::vector<Point>& shape, size_t part, int parent) {
  const Point& from = shape[static_cast<size_t>(parent)];
  return {shape[part].x - from.x, shape[part].y - from.y};
}

// Log of the density of a shape's edges, up to a constant that all trees share.
double LogDensity(const PartTree& tree, const std::vector<Point>& shape) {
  double sum = 0.0;
  for (size_t part = 0; part < tree.parts.size(); ++part) {
    const TreePart& edge = tree.parts[part];
    if (edge.parent < 0) continue;
    const Point d = Difference(shape, part, edge.parent);
    const double square = std::pow(d.x - edge.offset.x, 2) + std::pow(d.y - edge.offset.y, 2);
    sum -= square / (2 * edge.variance) + std::log(edge.variance);
  }
  return sum;
}

// Offsets and variances of weighted shapes.
void Reestimate(PartTree& tree, const std::vector<std::vector<Point>>& shapes,
                const std::vector<double>& weights, double min_variance) {
  double total = 0.0;
  for (const double weight : weights) total += weight;
  for (size_t part = 0; part < tree.parts.size(); ++part) {
    TreePart& edge = tree.parts[part];
    if (edge.parent < 0) continue;
    Point mean;
    for (size_t i = 0; i < shapes.size(); ++i) {
      const Point d = Difference(shapes[i], part, edge.parent);
      mean.x += weights[i] * d.x / total;
      mean.y += weights[i] * d.y / total;
    }
    double squares = 0.0;
    for (size_t i = 0; i < shapes.size(); ++i) {
      const Point d = Difference(shapes[i], part, edge.parent);
      squares += weights[i] * (std::pow(d.x - mean.x, 2) + std::pow(d.y - mean.y, 2));
    }
    edge.offset = mean;
    edge.variance = std::max(min_variance, squares / (2 * total));
  }
}

double SumOfLogVariances(const PartTree& tree) {
  double sum = 0.0;
  for (const TreePart& edge : tree.parts) sum += edge.parent < 0 ? 0.0 : std::log(edge.variance);
  return sum;
}

PartTree MakeTree(double mix, const std::vector<TreePart>& parts) { return {parts, std::log(mix)}; }

}  // namespace

std::vector<PartTree> PaperTrees() {
  return {MakeTree(0.33, {{-1, {0, 0}, 1.0},
                          {0, {9, 0}, 1.16},
                          {1, {10, 0}, 1.03},
                          {2, {9, 0}, 1.19},
                          {1, {1, 12}, 2.49},
                          {4, {5, 0}, 0.88},
                          {5, {5, 0}, 0.92},
                          {4, {-3, 7}, 1.71},
                          {6, {3, 7}, 1.81}}),
          MakeTree(0.36, {{-1, {0, 0}, 1.0},
                          {0, {9, -1}, 1.19},
                          {1, {10, -1}, 1.03},
                          {2, {9, -1}, 1.16},
                          {5, {-5, -2}, 0.92},
                          {6, {-6, 3}, 0.88},
                          {2, {2, 11}, 2.49},
                          {4, {-2, 8}, 1.81},
                          {6, {4, 7}, 1.71}}),
          MakeTree(0.31, {{-1, {0, 0}, 1.0},
                          {0, {9, 1}, 1.16},
                          {1, {10, 1}, 1.03},
                          {2, {9, 1}, 1.19},
                          {1, {-1, 11}, 2.49},
                          {4, {5, 3}, 0.88},
                          {5, {6, -1}, 0.92},
                          {4, {-4, 7}, 1.71},
                          {6, {1, 8}, 1.81}})};
}

std::vector<PartTree> LearnTrees(const std::vector<PartTree>& initial,
                                 const std::vector<std::vector<Point>>& shapes,
                                 double min_variance) {
  std::vector<PartTree> trees = initial;
  std::vector<double> log_shares;
  for (PartTree& tree : trees) {
    log_shares.push_back(tree.log_weight);
    // The first assignment shall come from how a face is turned, not from how wide it is.
    for (TreePart& edge : tree.parts) edge.variance *= 4;
  }
  std::vector<std::vector<double>> weights(trees.size(), std::vector<double>(shapes.size()));
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    for (size_t i = 0; i < shapes.size(); ++i) {
      std::vector<double> logs;
      for (size_t t = 0; t < trees.size(); ++t) {
        logs.push_back(log_shares[t] + LogDensity(trees[t], shapes[i]));
      }
      const double best = *std::max_element(logs.begin(), logs.end());
      double sum = 0.0;
      for (const double log : logs) sum += std::exp(log - best);
      for (size_t t = 0; t < trees.size(); ++t) weights[t][i] = std::exp(logs[t] - best) / sum;
    }
    for (size_t t = 0; t < trees.size(); ++t) {
      double share = 0.0;
      for (const double weight : weights[t]) share += weight / static_cast<double>(shapes.size());
      // A tree that no shape wants any more stays as it is, with a share that never wins.
      log_shares[t] = std::log(std::max(share, 1e-12));
      if (share > 1e-6) Reestimate(trees[t], shapes, weights[t], min_variance);
    }
  }
  for (size_t t = 0; t < trees.size(); ++t) {
    trees[t].log_weight = log_shares[t] - SumOfLogVariances(trees[t]);
  }
  return trees;
}

Placement BestPlacement(const std::vector<PartTree>& trees, const std::vector<CostMap>& costs) {
  FACET_CHECK(!trees.empty() && !costs.empty());
  Placement best;
  for (size_t t = 0; t < trees.size(); ++t) {
    FACET_CHECK(trees[t].parts.size() == costs.size());
    Placement placement = BestOfTree(trees[t], costs);
    placement.tree = static_cast<int>(t);
    if (t == 0 || placement.confidence > best.confidence) best = std::move(placement);
  }
  return best;
}

}  // namespace facet
