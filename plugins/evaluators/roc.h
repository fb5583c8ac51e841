// Verification statistics from distances: ROC, equal error rate, best threshold. Exact, with ties.
//
// A pair is accepted ("same person") if its distance is below the threshold. FAR (false accept
// rate) is the share of impostor pairs accepted, FRR (false reject rate) that of genuine pairs
// rejected, TAR = 1 - FRR. Pairs of equal distance are accepted or rejected together, so no result
// depends on their order. Weights are numbers of copies of a pair (bootstrap); a pair of weight 0
// is absent.
#ifndef FACET_PLUGINS_EVALUATORS_ROC_H_
#define FACET_PLUGINS_EVALUATORS_ROC_H_

#include <cstddef>
#include <utility>
#include <vector>

namespace facet {

struct Comparison {
  double distance = 0.0;  // finite
  bool genuine = false;
  double weight = 1.0;
};

struct RocPoint {
  double far = 0.0, frr = 1.0;
};

void SortByDistance(std::vector<Comparison>& comparisons);

// One point for each distinct distance, after (far 0, frr 1); far rises, frr falls, the last is
// (1, 0). `sorted` by distance, with genuine and impostor pairs of positive weight.
std::vector<RocPoint> RocOf(const std::vector<Comparison>& sorted);

// The mean over the folds of their tar at every far (vertical averaging, Fawcett, Pattern
// Recognition Letters 27, 2006): for folds whose distances have different scales, so that no
// threshold is common to them. `folds`: RocOf() each.
std::vector<RocPoint> MeanRocAtFarOf(const std::vector<std::vector<RocPoint>>& folds);

// Where far = frr: linear interpolation on the segment of the ROC on which frr - far changes sign.
// Without ties it is the rule of VLFeat's vl_roc; with ties it does not depend on the order of the
// input, which vl_roc's does.
double EqualErrorRate(const std::vector<RocPoint>& roc);

// Area under TAR over FAR by trapezoids = P(genuine < impostor) + P(equal) / 2.
double AreaUnderRoc(const std::vector<RocPoint>& roc);

// The largest TAR that a threshold reaches with a FAR of at most `far`; no interpolation.
double TrueAcceptRate(const std::vector<RocPoint>& roc, double far);

// The threshold with the most pairs classified right. Between two neighbouring distinct distances
// all thresholds do equally well: of the longest stretch (in distance) of best ones, the first of
// equals, it returns the middle. Only if no threshold between two distances is best: -infinity (all
// rejected) or +infinity (all accepted). `sorted` by distance, not empty.
double BestThreshold(const std::vector<Comparison>& sorted);

// Share of the weight that is classified right.
double AccuracyAt(const std::vector<Comparison>& comparisons, double threshold);

// EqualErrorRate(), AreaUnderRoc() and TrueAcceptRate() of a ROC whose points come one by one.
class RocSummary {
 public:
  explicit RocSummary(const std::vector<double>& far);

  void Add(const RocPoint& point) {
    if (has_points_) {
      area_ += (point.far - last_.far) * (1.0 - (point.frr + last_.frr) / 2);
      if (!has_crossed_ && point.frr <= point.far) Cross(point);
    }
    while (next_far_ < far_.size() && point.far > far_[next_far_].first) Close();
    last_ = point;
    has_points_ = true;
  }

  // Whether up to a later point of the same far, or of the same frr, nothing but the area depends on
  // the points between.
  bool IsPlainUpTo(const RocPoint& point) const {
    return (has_crossed_ || point.frr > point.far) &&
           (next_far_ == far_.size() || point.far <= far_[next_far_].first);
  }
  // In place of all points up to a plain one; `area` then.
  void Skip(const RocPoint& point, double area) {
    last_ = point;
    area_ = area;
  }

  double equal_error_rate() const { return equal_error_rate_; }
  double area() const { return area_; }
  // At each of `far`, in its order; after the last point.
  std::vector<double> TrueAcceptRates() const;

 private:
  void Cross(const RocPoint& point);
  void Close();

  std::vector<std::pair<double, size_t>> far_;  // ascending, with the place in the caller's order
  std::vector<double> tar_;                     // as far as they are known
  size_t next_far_ = 0;
  RocPoint last_;
  bool has_points_ = false, has_crossed_ = false;
  double area_ = 0.0, equal_error_rate_ = 0.0;
};

// WithoutCollinear() of points that come one by one.
class RocCorners {
 public:
  void Add(const RocPoint& point);
  void Reserve(size_t count) { kept_.reserve(count); }

  // Whether the last point was added beside another of its frr, or above another of its far. Further
  // points of that frr, or that far, then take the last one's place: what Add() computes of their
  // other neighbours grows with their distance.
  bool IsLevel() const {
    return kept_.size() >= 2 && kept_[kept_.size() - 2].frr == kept_.back().frr;
  }
  bool IsUpright() const {
    return kept_.size() >= 2 && kept_[kept_.size() - 2].far == kept_.back().far;
  }
  void MoveLast(const RocPoint& point) { kept_.back() = point; }

  std::vector<RocPoint> Take() { return std::move(kept_); }

 private:
  std::vector<RocPoint> kept_;
};

// Without the points that lie on the line between their neighbours.
std::vector<RocPoint> WithoutCollinear(const std::vector<RocPoint>& roc);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_ROC_H_
