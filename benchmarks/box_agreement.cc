#include "benchmarks/box_agreement.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace facet::bench {
namespace {

constexpr double kMinOverlap = 0.25;

double Side(const Box& box) { return (box.width + box.height) / 2; }

}  // namespace

Distribution DistributionOf(const std::vector<double>& values) {
  FACET_CHECK(!values.empty());
  Distribution result;
  const auto count = static_cast<double>(values.size());
  for (const double value : values) result.mean += value / count;
  double squares = 0.0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  if (values.size() > 1) result.deviation = std::sqrt(squares / (count - 1));
  return result;
}

double MedianOf(std::vector<double> values) {
  FACET_CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Agreement AgreementOf(const std::vector<BoxPair>& pairs) {
  std::vector<double> log_side, x, y;
  for (const auto& [first, second] : pairs) {
    const double side = Side(first);
    log_side.push_back(std::log(Side(second) / side));
    x.push_back((second.Centre().x - first.Centre().x) / side);
    y.push_back((second.Centre().y - first.Centre().y) / side);
  }
  return {pairs.size(), DistributionOf(log_side), DistributionOf(x), DistributionOf(y)};
}

BoxConvention DeriveConvention(const std::vector<BoxPair>& own_and_canonical) {
  std::vector<double> log_scale, x, y;
  for (const auto& [own, canonical] : own_and_canonical) {
    log_scale.push_back(std::log(Side(canonical) / Side(own)));
    x.push_back((canonical.Centre().x - own.Centre().x) / own.width);
    y.push_back((canonical.Centre().y - own.Centre().y) / own.height);
  }
  return {std::exp(MedianOf(log_scale)), MedianOf(x), MedianOf(y), true};
}

std::optional<size_t> BoxOfFace(const std::vector<Box>& boxes, const Box& face) {
  std::optional<size_t> best;
  double most = kMinOverlap;
  for (size_t i = 0; i < boxes.size(); ++i) {
    const double overlap = IntersectionOverUnion(boxes[i], face);
    if (overlap > most) {
      most = overlap;
      best = i;
    }
  }
  return best;
}

}  // namespace facet::bench
