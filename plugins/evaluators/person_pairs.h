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

  static GenuinePairs Sorted(const std::vector<std::pair<float, uint32_t>>& pairs);
};

// Finds how many genuine distances are below another one.
class GenuinePlaces {
 public:
  explicit GenuinePlaces(const std::vector<float>& sorted);
  uint32_t Of(float distance) const {
    uint32_t place = 0;
    Of(&distance, 1, &place);
    return place;
  }
  // Of many at once, whose reads from memory then overlap.
  void Of(const float* distances, size_t count, uint32_t* places) const;

 private:
  static constexpr size_t kTogether = 4, kMany = 16;
  // Rises with the distance.
  size_t CellOf(float distance) const {
    double cell = (static_cast<double>(distance) - low_) * scale_;
    cell = cell > 0.0 ? cell : 0.0;
    cell = cell < last_cell_ ? cell : last_cell_;
    return static_cast<size_t>(cell);
  }
  uint32_t From(size_t place, float distance) const;

  std::vector<float> sorted_;  // and kTogether infinite ones
  double low_ = 0.0, scale_ = 0.0, last_cell_ = 0.0;
  std::vector<uint32_t> starts_;  // the first distance of this or a later cell
};

struct ImpostorPair {
  uint32_t place;   // genuine pairs that are nearer
  uint32_t second;  // person; the number of people where both are one
};

// Impostor pairs in the order in which they were found, of one first person and near second ones in a
// row: four bytes each. In pieces, nothing is copied as it grows.
class ImpostorList {
 public:
  ImpostorList() = default;
  // No place is above that.
  explicit ImpostorList(size_t num_genuine);

  void Add(uint32_t first, const ImpostorPair* pairs, size_t count);
  // How many have each place.
  const std::vector<uint32_t>& counts() const { return counts_; }

  // Calls use(pair, first person) for each.
  template <class Use>
  void ForEach(const Use& use) const {
    const uint32_t place_bits = (uint32_t{1} << place_bits_) - 1;
    for (const Piece& piece : pieces_) {
      const uint32_t* next = piece.pairs.data();
      for (const Run& run : piece.runs) {
        for (uint32_t i = 0; i < run.count; ++i, ++next) {
          use(ImpostorPair{*next & place_bits, run.second + (*next >> place_bits_)}, run.first);
        }
      }
    }
  }

 private:
  struct Run {
    uint32_t first, second, count;  // second: what the pairs' numbers are added to
  };
  struct Piece {
    std::vector<Run> runs;
    std::vector<uint32_t>
        pairs;  // place, and above it the second person's number from the run's on
  };

  std::vector<Piece> pieces_;
  std::vector<uint32_t> counts_;
  uint32_t place_bits_ = 0;  // below 32
};

// By place, for what walks along them.
struct OrderedImpostors {
  std::vector<uint32_t> places, first, second;
};

// Those that are kept, in any order: rates need no more than how many have each place.
struct ImpostorPairs {
  std::vector<ImpostorList> lists;
  std::vector<int64_t> ends;  // of each place, the last included: how many have it or a lower one
  int64_t num_all = 0;        // those that are not kept are no nearer than those that are
  // Templates of each person where all pairs of two people's templates are meant; else empty, and
  // all are kept.
  std::vector<int64_t> templates;

  int64_t num_kept() const { return ends.empty() ? 0 : ends.back(); }
  bool has_all() const { return num_kept() == num_all; }
  void Keep(std::vector<ImpostorList> lists);
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
