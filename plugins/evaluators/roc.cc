#include "plugins/evaluators/roc.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <set>

#include "core/base/check.h"

namespace facet {
namespace {

struct Weights {
  double genuine = 0.0, impostor = 0.0;
  void Add(const Comparison& each) { (each.genuine ? genuine : impostor) += each.weight; }
};

Weights TotalOf(const std::vector<Comparison>& comparisons) {
  Weights total;
  for (const Comparison& each : comparisons) total.Add(each);
  return total;
}

// The frr of a ROC at `far`: the largest and the smallest where it falls straight down, the value
// of the line between two points elsewhere.
struct FrrRange {
  double high, low;
};
FrrRange FrrAt(const std::vector<RocPoint>& roc, double far) {
  const auto before = [](const RocPoint& point, double value) { return point.far < value; };
  const auto first = std::lower_bound(roc.begin(), roc.end(), far, before);
  if (first->far > far) {
    const RocPoint &a = *(first - 1), &b = *first;
    const double frr = a.frr + (far - a.far) / (b.far - a.far) * (b.frr - a.frr);
    return {frr, frr};
  }
  auto last = first;
  while (last + 1 != roc.end() && (last + 1)->far == far) ++last;
  return {first->frr, last->frr};
}

}  // namespace

void SortByDistance(std::vector<Comparison>& comparisons) {
  std::sort(comparisons.begin(), comparisons.end(),
            [](const Comparison& a, const Comparison& b) { return a.distance < b.distance; });
}

std::vector<RocPoint> RocOf(const std::vector<Comparison>& sorted) {
  const Weights total = TotalOf(sorted);
  FACET_CHECK(total.genuine > 0.0 && total.impostor > 0.0);
  std::vector<RocPoint> roc = {{0.0, 1.0}};
  roc.reserve(sorted.size() + 1);
  Weights accepted;
  for (size_t i = 0; i < sorted.size(); ++i) {
    accepted.Add(sorted[i]);
    if (i + 1 < sorted.size() && sorted[i + 1].distance == sorted[i].distance) continue;
    roc.push_back({accepted.impostor / total.impostor, 1.0 - accepted.genuine / total.genuine});
  }
  return roc;
}

std::vector<RocPoint> MeanRocOf(const std::vector<std::vector<Comparison>>& folds) {
  struct Step {
    double distance, far, tar;
  };
  std::vector<Step> steps;
  const double share = 1.0 / static_cast<double>(folds.size());
  for (const std::vector<Comparison>& fold : folds) {
    const Weights total = TotalOf(fold);
    FACET_CHECK(total.genuine > 0.0 && total.impostor > 0.0);
    for (const Comparison& each : fold) {
      steps.push_back({each.distance, each.genuine ? 0.0 : share * each.weight / total.impostor,
                       each.genuine ? share * each.weight / total.genuine : 0.0});
    }
  }
  std::stable_sort(steps.begin(), steps.end(),
                   [](const Step& a, const Step& b) { return a.distance < b.distance; });
  std::vector<RocPoint> roc = {{0.0, 1.0}};
  double far = 0.0, tar = 0.0;
  for (size_t i = 0; i < steps.size(); ++i) {
    far += steps[i].far;
    tar += steps[i].tar;
    if (i + 1 < steps.size() && steps[i + 1].distance == steps[i].distance) continue;
    roc.push_back({std::min(far, 1.0), std::max(1.0 - tar, 0.0)});
  }
  roc.back() = {1.0, 0.0};  // free of the sums' rounding
  return roc;
}

std::vector<RocPoint> MeanRocAtFarOf(const std::vector<std::vector<RocPoint>>& folds) {
  std::set<double> rates;
  for (const std::vector<RocPoint>& fold : folds) {
    for (const RocPoint& point : fold) rates.insert(point.far);
  }
  const auto n = static_cast<double>(folds.size());
  std::vector<RocPoint> mean;
  for (const double far : rates) {
    FrrRange sum = {0.0, 0.0};
    for (const std::vector<RocPoint>& fold : folds) {
      const FrrRange range = FrrAt(fold, far);
      sum.high += range.high;
      sum.low += range.low;
    }
    mean.push_back({far, sum.high / n});
    if (sum.low < sum.high) mean.push_back({far, sum.low / n});
  }
  return mean;
}

double EqualErrorRate(const std::vector<RocPoint>& roc) {
  size_t k = 1;
  while (roc[k].frr > roc[k].far) ++k;  // the last point is (1, 0)
  const RocPoint &before = roc[k - 1], &after = roc[k];
  const double gap_before = before.frr - before.far, gap_after = after.frr - after.far;
  const double t = gap_before / (gap_before - gap_after);
  return before.far + t * (after.far - before.far);
}

double AreaUnderRoc(const std::vector<RocPoint>& roc) {
  double area = 0.0;
  for (size_t i = 1; i < roc.size(); ++i) {
    area += (roc[i].far - roc[i - 1].far) * (1.0 - (roc[i].frr + roc[i - 1].frr) / 2);
  }
  return area;
}

double TrueAcceptRate(const std::vector<RocPoint>& roc, double far) {
  double best = 0.0;
  for (const RocPoint& point : roc) {
    if (point.far <= far) best = std::max(best, 1.0 - point.frr);
  }
  return best;
}

double BestThreshold(const std::vector<Comparison>& sorted) {
  FACET_CHECK(!sorted.empty());
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  // right[k]: weight classified right with the k smallest distinct distances accepted.
  std::vector<double> distances, right = {TotalOf(sorted).impostor};
  for (const Comparison& each : sorted) {
    if (distances.empty() || distances.back() != each.distance) {
      distances.push_back(each.distance);
      right.push_back(right.back());
    }
    right.back() += each.genuine ? each.weight : -each.weight;
  }
  const double best = *std::max_element(right.begin(), right.end());
  double low = kInfinity, high = -kInfinity;  // of the longest stretch so far
  const size_t n = distances.size();
  for (size_t k = 1; k < n; ++k) {
    if (right[k] != best) continue;
    const size_t first = k;
    while (k + 1 < n && right[k + 1] == best) ++k;
    if (distances[k] - distances[first - 1] > high - low) {
      low = distances[first - 1];
      high = distances[k];
    }
  }
  if (low > high) return right.front() == best ? -kInfinity : kInfinity;
  const double middle = low + (high - low) / 2;
  return middle > low ? middle : high;  // neighbours in floating point have no middle
}

double AccuracyAt(const std::vector<Comparison>& comparisons, double threshold) {
  double right = 0.0, total = 0.0;
  for (const Comparison& each : comparisons) {
    total += each.weight;
    if ((each.distance < threshold) == each.genuine) right += each.weight;
  }
  return right / total;
}

std::vector<RocPoint> WithoutCollinear(const std::vector<RocPoint>& roc) {
  std::vector<RocPoint> kept;
  for (const RocPoint& point : roc) {
    if (!kept.empty() && kept.back().far == point.far && kept.back().frr == point.frr) continue;
    while (kept.size() >= 2) {
      const RocPoint &a = kept[kept.size() - 2], &b = kept.back();
      const double cross =
          (b.far - a.far) * (point.frr - a.frr) - (b.frr - a.frr) * (point.far - a.far);
      if (std::abs(cross) > 1e-15) break;
      kept.pop_back();
    }
    kept.push_back(point);
  }
  return kept;
}

}  // namespace facet
