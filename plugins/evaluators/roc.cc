#include "plugins/evaluators/roc.h"

#include <algorithm>
#include <cmath>
#include <limits>

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

// The frr of a ROC at a far: the largest and the smallest where it falls straight down, the value of
// the line between two points elsewhere.
struct FrrRange {
  double high, low;
};

// Goes along a ROC as far rises.
class FrrWalk {
 public:
  explicit FrrWalk(const std::vector<RocPoint>& roc) : roc_(roc) {}

  FrrRange At(double far) {
    while (roc_[first_].far < far) ++first_;
    const RocPoint& next = roc_[first_];
    if (next.far > far) {
      const RocPoint& before = roc_[first_ - 1];
      const double frr =
          before.frr + (far - before.far) / (next.far - before.far) * (next.frr - before.frr);
      return {frr, frr};
    }
    size_t last = first_;
    while (last + 1 < roc_.size() && roc_[last + 1].far == far) ++last;
    return {next.frr, roc_[last].frr};
  }

 private:
  const std::vector<RocPoint>& roc_;
  size_t first_ = 0;  // the first point that is not left of the last far
};

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

std::vector<RocPoint> MeanRocAtFarOf(const std::vector<std::vector<RocPoint>>& folds) {
  std::vector<double> rates;
  std::vector<FrrWalk> walks;
  for (const std::vector<RocPoint>& fold : folds) {
    const auto middle = static_cast<std::ptrdiff_t>(rates.size());
    for (const RocPoint& point : fold) rates.push_back(point.far);
    std::inplace_merge(rates.begin(), rates.begin() + middle, rates.end());
    rates.erase(std::unique(rates.begin(), rates.end()), rates.end());
    walks.emplace_back(fold);
  }
  const auto n = static_cast<double>(folds.size());
  std::vector<RocPoint> mean;
  for (const double far : rates) {
    FrrRange sum = {0.0, 0.0};
    for (FrrWalk& walk : walks) {
      const FrrRange range = walk.At(far);
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

RocSummary::RocSummary(const std::vector<double>& far) : tar_(far.size(), 0.0) {
  for (const double rate : far) far_.emplace_back(rate, far_.size());
  std::sort(far_.begin(), far_.end());
}

void RocSummary::Cross(const RocPoint& point) {
  const double gap_before = last_.frr - last_.far, gap_after = point.frr - point.far;
  const double t = gap_before / (gap_before - gap_after);
  equal_error_rate_ = last_.far + t * (point.far - last_.far);
  has_crossed_ = true;
}

// tar rises with far: the last point is the best.
void RocSummary::Close() {
  if (has_points_) tar_[far_[next_far_].second] = std::max(0.0, 1.0 - last_.frr);
  ++next_far_;
}

std::vector<double> RocSummary::TrueAcceptRates() const {
  std::vector<double> rates = tar_;
  for (size_t i = next_far_; i < far_.size(); ++i) {
    rates[far_[i].second] = std::max(0.0, 1.0 - last_.frr);
  }
  return rates;
}

void RocCorners::Add(const RocPoint& point) {
  if (!kept_.empty() && kept_.back().far == point.far && kept_.back().frr == point.frr) return;
  while (kept_.size() >= 2) {
    const RocPoint &a = kept_[kept_.size() - 2], &b = kept_.back();
    const double cross =
        (b.far - a.far) * (point.frr - a.frr) - (b.frr - a.frr) * (point.far - a.far);
    if (std::abs(cross) > 1e-15) break;
    kept_.pop_back();
  }
  kept_.push_back(point);
}

std::vector<RocPoint> WithoutCollinear(const std::vector<RocPoint>& roc) {
  RocCorners corners;
  for (const RocPoint& point : roc) corners.Add(point);
  return corners.Take();
}

}  // namespace facet
