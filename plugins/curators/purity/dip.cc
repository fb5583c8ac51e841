#include "plugins/curators/purity/dip.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "core/base/random.h"

namespace facet {
namespace {

// The sample's distribution function F, in counts, at its distinct values: from below[i] up
// to upto[i].
struct Steps {
  std::vector<double> x, below, upto;
};

Steps StepsOf(const std::vector<double>& sorted) {
  Steps steps;
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (i == 0 || sorted[i] != sorted[i - 1]) {
      steps.x.push_back(sorted[i]);
      steps.below.push_back(static_cast<double>(i));
      steps.upto.push_back(0);
    }
    steps.upto.back() = static_cast<double>(i + 1);
  }
  return steps;
}

// The corners of the greatest convex minorant (sign 1) or the least concave majorant (sign -1) of
// the points (x, y) from `low` to `high`.
std::vector<size_t> Hull(const std::vector<double>& x, const std::vector<double>& y, size_t low,
                         size_t high, double sign) {
  std::vector<size_t> corners;
  for (size_t i = low; i <= high; ++i) {
    while (corners.size() >= 2) {
      const size_t a = corners[corners.size() - 2], b = corners.back();
      // b lies below the line from a to i, and stays.
      if (sign * ((y[b] - y[a]) * (x[i] - x[a]) - (y[i] - y[a]) * (x[b] - x[a])) < 0) break;
      corners.pop_back();
    }
    corners.push_back(i);
  }
  return corners;
}

// The hull's height at all points from its first corner to its last.
std::vector<double> HeightsOf(const std::vector<size_t>& corners, const std::vector<double>& x,
                              const std::vector<double>& y) {
  const size_t first = corners.front();
  std::vector<double> heights(corners.back() - first + 1, y[first]);
  for (size_t c = 0; c + 1 < corners.size(); ++c) {
    const size_t a = corners[c], b = corners[c + 1];
    for (size_t i = a; i <= b; ++i) {
      heights[i - first] = y[a] + (y[b] - y[a]) * ((x[i] - x[a]) / (x[b] - x[a]));
    }
  }
  return heights;
}

// The next modal interval: at the corner of either hull where they are farthest apart, up to the
// nearest corner of the other one.
struct Interval {
  size_t low = 0, high = 0;
  double gap = 0;
};

Interval WidestGap(const std::vector<size_t>& minorant, const std::vector<size_t>& majorant,
                   const std::vector<double>& under, const std::vector<double>& over) {
  const size_t first = minorant.front();
  Interval widest;
  widest.gap = -1;
  for (const size_t i : minorant) {
    const double gap = over[i - first] - under[i - first];
    if (gap > widest.gap) {
      widest = {i, *std::lower_bound(majorant.begin(), majorant.end(), i), gap};
    }
  }
  for (const size_t i : majorant) {
    const double gap = over[i - first] - under[i - first];
    if (gap > widest.gap) {
      widest = {*(std::upper_bound(minorant.begin(), minorant.end(), i) - 1), i, gap};
    }
  }
  return widest;
}

}  // namespace

double DipStatistic(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const Steps f = StepsOf(values);
  size_t low = 0, high = f.x.size() - 1;
  double twice_dip = 1;  // in counts: no unimodal function is nearer to all steps than half of one
  while (low < high) {
    const std::vector<size_t> minorant = Hull(f.x, f.below, low, high, 1);
    const std::vector<size_t> majorant = Hull(f.x, f.upto, low, high, -1);
    const std::vector<double> under = HeightsOf(minorant, f.x, f.below);
    const std::vector<double> over = HeightsOf(majorant, f.x, f.upto);
    const Interval next = WidestGap(minorant, majorant, under, over);
    if (next.gap <= twice_dip) break;
    for (size_t i = low; i < next.low; ++i) {
      twice_dip = std::max(twice_dip, f.upto[i] - under[i - low]);
    }
    for (size_t i = next.high + 1; i <= high; ++i) {
      twice_dip = std::max(twice_dip, over[i - low] - f.below[i]);
    }
    if (next.low == low && next.high == high) break;
    low = next.low;
    high = next.high;
  }
  return twice_dip / (2 * static_cast<double>(values.size()));
}

void DipNull::Prepare(int64_t sample_size) {
  std::vector<double>& dips = dips_[sample_size];
  if (!dips.empty()) return;
  Random random(DeriveSeed(seed_, absl::StrCat("uniform samples of ", sample_size)));
  std::vector<double> sample(static_cast<size_t>(sample_size));
  for (int64_t draw = 0; draw < draws_; ++draw) {
    for (double& value : sample) value = random.Uniform();
    dips.push_back(DipStatistic(sample));
  }
  std::sort(dips.begin(), dips.end());
}

double DipNull::PValue(double dip, int64_t sample_size) const {
  const std::vector<double>& dips = dips_.at(sample_size);
  const auto at_least = dips.end() - std::lower_bound(dips.begin(), dips.end(), dip);
  return static_cast<double>(at_least) / static_cast<double>(draws_);
}

}  // namespace facet
