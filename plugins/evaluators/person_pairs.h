// Pairs of people by distance, for true accept rates at low false accept rates and their bootstrap
// over people (person_bootstrap.h's rule: a pair counts m_a * m_b times, a genuine one m_a times).
//
// A true accept rate depends on the genuine pairs and, of each impostor pair, on its place among
// them alone: how many are nearer than it. Of the impostor pairs only the nearest are kept, as many
// as the largest false accept rate asks for, and the weight of all follows from the people's
// numbers of templates.
#ifndef FACET_PLUGINS_EVALUATORS_PERSON_PAIRS_H_
#define FACET_PLUGINS_EVALUATORS_PERSON_PAIRS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "plugins/evaluators/roc.h"

namespace facet {

// Genuine pairs, sorted by distance.
struct GenuinePairs {
  std::vector<float> distances;
  std::vector<uint32_t> people;

  static GenuinePairs Sorted(std::vector<std::pair<float, uint32_t>> pairs);
};

// Finds how many genuine distances are below another one.
class GenuinePlaces {
 public:
  explicit GenuinePlaces(const std::vector<float>& sorted);
  uint32_t Of(float distance) const {
    const size_t cell = CellOf(distance);
    const auto found = std::lower_bound(sorted_.begin() + starts_[cell],
                                        sorted_.begin() + starts_[cell + 1], distance);
    return static_cast<uint32_t>(found - sorted_.begin());
  }

 private:
  static constexpr size_t kCells = 1 << 18;
  // Rises with the distance.
  size_t CellOf(float distance) const {
    const double cell = (static_cast<double>(distance) - low_) * scale_;
    return cell > 0.0 ? static_cast<size_t>(std::min(cell, kCells - 1.0)) : 0;
  }

  const std::vector<float>& sorted_;
  double low_ = 0.0, scale_ = 0.0;
  std::vector<uint32_t> starts_;  // the first distance of this or a later cell
};

struct ImpostorPair {
  uint32_t place;          // genuine pairs that are nearer
  uint32_t first, second;  // people; `second` is the number of people where they are one
};

// By place, for what walks along them.
struct OrderedImpostors {
  std::vector<uint32_t> places, first, second;
};

// Those that are kept, in any order: rates need no more than how many have each place.
struct ImpostorPairs {
  std::vector<std::vector<ImpostorPair>> lists;
  std::vector<int64_t> ends;  // of each place, the last included: how many have it or a lower one
  int64_t num_all = 0;        // those that are not kept are no nearer than those that are
  // Templates of each person where all pairs of two people's templates are meant; else empty, and
  // all are kept.
  std::vector<int64_t> templates;

  int64_t num_kept() const { return ends.empty() ? 0 : ends.back(); }
  bool has_all() const { return num_kept() == num_all; }
  // `num_genuine`: no place is above it.
  void Keep(std::vector<std::vector<ImpostorPair>> lists, size_t num_genuine);
  OrderedImpostors InOrder() const;
  // How many of those that are kept each of CurveThresholds() accepts.
  std::vector<int64_t> AcceptedAt(const GenuinePairs& genuine, const GenuinePlaces& of) const;
};

// The genuine pairs whose distances are the thresholds of a curve: every so many one, a few thousand
// at most.
std::vector<size_t> CurveThresholds(size_t num_genuine);

class PersonPairs {
 public:
  // `wrong`: impostor pairs that are accepted at each of CurveThresholds().
  PersonPairs(GenuinePairs genuine, ImpostorPairs impostor, std::vector<int64_t> wrong,
              int64_t num_people)
      : genuine_(std::move(genuine)),
        impostor_(std::move(impostor)),
        wrong_(std::move(wrong)),
        num_people_(num_people) {}

  int64_t num_genuine() const { return static_cast<int64_t>(genuine_.people.size()); }
  int64_t num_impostor() const { return impostor_.num_all; }
  int64_t num_people() const { return num_people_; }

  // For each FAR in (0, 1] the largest TAR that a threshold reaches with at most that FAR, pairs of
  // equal distance accepted together. None: more impostor pairs have to be kept for it.
  std::optional<std::vector<double>> TrueAcceptRates(const std::vector<double>& fars) const;
  // TrueAcceptRates() of every draw of people that has pairs of both kinds. FailedPrecondition: too
  // few people.
  absl::StatusOr<std::optional<std::vector<std::vector<double>>>> Bootstrap(
      const std::vector<double>& fars, int64_t num_draws, uint64_t seed) const;
  // One point for each of CurveThresholds().
  std::vector<RocPoint> Roc() const;

 private:
  GenuinePairs genuine_;
  ImpostorPairs impostor_;
  std::vector<int64_t> wrong_;
  int64_t num_people_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_PERSON_PAIRS_H_
