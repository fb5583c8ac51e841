#include "plugins/aligners/patches/similarity.h"

#include <array>
#include <cmath>
#include <vector>

#include "core/base/random.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

double Cost(const std::array<double, 4>& v, const std::vector<Point>& from,
            const std::vector<Point>& to) {
  double sum = 0;
  for (size_t i = 0; i < from.size(); ++i) {
    const double c = v[0] * std::cos(v[1]), s = v[0] * std::sin(v[1]);
    sum += std::pow(c * from[i].x - s * from[i].y + v[2] - to[i].x, 2) +
           std::pow(s * from[i].x + c * from[i].y + v[3] - to[i].y, 2);
  }
  return sum;
}

// The naive way: scale > 0, angle and shift by coordinate search from many starts. It knows nothing
// of the closed form.
double LeastCost(const std::vector<Point>& from, const std::vector<Point>& to) {
  double best = 1e300;
  for (int start = 0; start < 8; ++start) {
    std::array<double, 4> v = {1.0, start * M_PI / 4, 0.0, 0.0};
    std::array<double, 4> step = {0.5, 0.5, 2.0, 2.0};
    double cost = Cost(v, from, to);
    for (int round = 0; round < 4000; ++round) {
      for (int i = 0; i < 4; ++i) {
        bool better = false;
        for (double sign : {1.0, -1.0}) {
          std::array<double, 4> trial = v;
          trial[i] += sign * step[i];
          if (trial[0] < 0) continue;
          const double trial_cost = Cost(trial, from, to);
          if (trial_cost < cost) {
            v = trial;
            cost = trial_cost;
            better = true;
            break;
          }
        }
        step[i] *= better ? 1.6 : 0.5;
        step[i] = std::max(step[i], 1e-9);
      }
    }
    best = std::min(best, cost);
  }
  return best;
}

std::vector<Point> RandomPoints(Random& random, int count) {
  std::vector<Point> points;
  for (int i = 0; i < count; ++i) points.push_back({random.Normal(), random.Normal()});
  return points;
}

// Centred, so that the search above need not follow a long valley of angle and shift.
void Centre(std::vector<Point>& points) {
  Point mean;
  for (const Point& p : points) {
    mean.x += p.x / static_cast<double>(points.size());
    mean.y += p.y / static_cast<double>(points.size());
  }
  for (Point& p : points) p = {p.x - mean.x, p.y - mean.y};
}

TEST(FitSimilarity, FindsAnExactMap) {
  Random random(1);
  const double scale = 0.37, angle = 2.1;
  const Affine map = {{scale * std::cos(angle), -scale * std::sin(angle), 12.0,
                       scale * std::sin(angle), scale * std::cos(angle), -7.0}};
  const std::vector<Point> from = RandomPoints(random, 5);
  std::vector<Point> to;
  for (const Point& p : from) to.push_back(map(p));
  const Similarity fit = FitSimilarity(from, to).value();
  for (int i = 0; i < 6; ++i) EXPECT_NEAR(fit.to_from_from.m[i], map.m[i], 1e-12);
  EXPECT_NEAR(fit.residual_rms, 0, 1e-12);
}

TEST(FitSimilarity, NoMapIsBetterThanTheClosedForm) {
  Random random(2);
  for (int trial = 0; trial < 20; ++trial) {
    const int count = 2 + trial % 6;
    std::vector<Point> from = RandomPoints(random, count), to = RandomPoints(random, count);
    Centre(from);
    Centre(to);
    const Similarity fit = FitSimilarity(from, to).value();
    const double cost = fit.residual_rms * fit.residual_rms * count;
    // The search stops at steps of 1e-9, where the cost is flat.
    EXPECT_NEAR(cost, LeastCost(from, to), 1e-6 * (1 + cost)) << trial;
  }
}

TEST(FitSimilarity, MirroredPointsGiveTheBestRotationNotAReflection) {
  Random random(3);
  std::vector<Point> from = RandomPoints(random, 5), to;
  Centre(from);
  for (const Point& p : from) to.push_back({-p.x, p.y});
  const Similarity fit = FitSimilarity(from, to).value();
  const std::array<double, 6>& m = fit.to_from_from.m;
  EXPECT_GT(m[0] * m[4] - m[1] * m[3], 0);
  EXPECT_GT(fit.residual_rms, 0.1);
  EXPECT_NEAR(fit.residual_rms * fit.residual_rms * 5, LeastCost(from, to), 1e-6);
}

TEST(FitSimilarity, DegenerateInputIsRefused) {
  EXPECT_FALSE(FitSimilarity({{1, 1}}, {{2, 2}}).ok());
  EXPECT_FALSE(FitSimilarity({{1, 1}, {2, 2}}, {{2, 2}}).ok());
  EXPECT_FALSE(FitSimilarity({{1, 1}, {1, 1}}, {{0, 0}, {1, 1}}).ok());
  EXPECT_FALSE(FitSimilarity({{0, 0}, {1, 1}}, {{3, 3}, {3, 3}}).ok());
  EXPECT_FALSE(FitSimilarity({{0, 0}, {NAN, 1}}, {{0, 0}, {1, 1}}).ok());
}

}  // namespace
}  // namespace facet
