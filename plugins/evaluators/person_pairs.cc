#include "plugins/evaluators/person_pairs.h"

#include <atomic>
#include <boost/sort/pdqsort/pdqsort.hpp>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

#include "core/base/check.h"
#include "core/base/parallel_work.h"
#include "core/base/status.h"
#include "plugins/evaluators/evaluation_threads.h"
#include "plugins/evaluators/lane_sums.h"
#include "plugins/evaluators/person_bootstrap.h"
#include "plugins/evaluators/resampling.h"

namespace facet {
namespace {

// Limits of false accepts: a rounding error is none too many.
double LimitOf(double far, double all) { return far * all * (1 + 1e-12); }

// FARs in ascending order, with their places in the caller's.
std::vector<std::pair<double, size_t>> Ascending(const std::vector<double>& fars) {
  std::vector<std::pair<double, size_t>> ascending;
  for (const double far : fars) ascending.emplace_back(far, ascending.size());
  std::sort(ascending.begin(), ascending.end());
  return ascending;
}

// kLanes draws side by side: how often each has a person, and sums of pairs' copies.
class DrawsTogether {
 public:
  DrawsTogether(const std::vector<const double*>& copies, size_t num_people)
      : table_((num_people + 1) * kLanes), num_people_(num_people) {
    double most = 1.0;
    for (size_t lane = 0; lane < copies.size(); ++lane) {
      for (size_t person = 0; person < num_people; ++person) {
        most = std::max(most, copies[lane][person]);
        table_[person * kLanes + lane] = static_cast<float>(copies[lane][person]);
      }
    }
    std::fill(table_.end() - kLanes, table_.end(), 1.0F);  // of a pair of one person
    constexpr double kExact = 1 << 24;
    FACET_CHECK(most * most <= kExact);
    piece_ = static_cast<size_t>(std::min(4096.0, kExact / (most * most)));
  }

  double Copies(size_t person, size_t lane) const { return table_[person * kLanes + lane]; }

  // Calls use(begin, end, sums of the lanes) for pieces of the pairs in turn, until it says false.
  template <class Use>
  void Walk(const std::vector<uint32_t>& first, const std::vector<uint32_t>& second,
            const Use& use) const {
    float sums[kLanes];
    for (size_t begin = 0; begin < first.size(); begin += piece_) {
      const size_t end = std::min(first.size(), begin + piece_);
      SumOfPairs(table_.data(), &first[begin], &second[begin], end - begin, sums);
      if (!use(begin, end, sums)) return;
    }
  }

  std::vector<double> Totals(const std::vector<uint32_t>& first,
                             const std::vector<uint32_t>& second) const {
    std::vector<double> totals(kLanes);
    Walk(first, second, [&](size_t, size_t, const float* sums) {
      for (size_t lane = 0; lane < kLanes; ++lane) totals[lane] += sums[lane];
      return true;
    });
    return totals;
  }

  // Of all pairs of two people's templates: those of all templates without those of one person.
  std::vector<double> TotalsOfTwoPeople(const std::vector<int64_t>& templates) const {
    std::vector<double> totals(kLanes);
    for (size_t lane = 0; lane < kLanes; ++lane) {
      double sum = 0.0, squares = 0.0;
      for (size_t person = 0; person < num_people_; ++person) {
        const double drawn = Copies(person, lane) * static_cast<double>(templates[person]);
        sum += drawn;
        squares += drawn * drawn;
      }
      totals[lane] = (sum * sum - squares) / 2;
    }
    return totals;
  }

 private:
  std::vector<float> table_;  // [people + 1, kLanes]
  size_t num_people_;
  size_t piece_;
};

// The true accept rates of kLanes draws at most.
class RatesTogether {
 public:
  RatesTogether(const GenuinePairs& genuine, const std::vector<uint32_t>& nobody,
                const ImpostorPairs& impostor, const OrderedImpostors& in_order,
                const std::vector<std::pair<double, size_t>>& fars,
                const std::vector<const double*>& copies, size_t num_people)
      : genuine_(genuine),
        nobody_(nobody),
        impostor_(impostor),
        in_order_(in_order),
        fars_(fars),
        num_draws_(copies.size()),
        draws_(copies, num_people),
        all_genuine_(draws_.Totals(genuine.people, nobody)),
        all_impostor_(impostor.templates.empty() ? draws_.Totals(in_order.first, in_order.second)
                                                 : draws_.TotalsOfTwoPeople(impostor.templates)) {}

  // False: more impostor pairs have to be kept.
  bool Compute() {
    FindPlaces();
    for (size_t lane = 0; lane < num_draws_; ++lane) {
      if (!Says(lane) || places_[lane].size() == fars_.size()) continue;
      if (!impostor_.has_all()) return false;
      places_[lane].resize(fars_.size(), genuine_.people.size());
    }
    SumAccepted();
    return true;
  }

  std::vector<std::optional<std::vector<double>>> Rates() const {
    std::vector<std::optional<std::vector<double>>> all(num_draws_);
    for (size_t lane = 0; lane < num_draws_; ++lane) {
      if (!Says(lane)) continue;
      std::vector<double>& rates = all[lane].emplace(fars_.size());
      for (size_t i = 0; i < fars_.size(); ++i) {
        rates[fars_[i].second] = accepted_[lane][i] / all_genuine_[lane];
      }
    }
    return all;
  }

 private:
  bool Says(size_t lane) const { return all_genuine_[lane] > 0.0 && all_impostor_[lane] > 0.0; }

  // Where the impostors become too many: the genuine pairs before are accepted.
  void FindPlaces() {
    std::vector<double> sums(kLanes);
    places_.assign(num_draws_, {});
    draws_.Walk(in_order_.first, in_order_.second,
                [&](size_t begin, size_t end, const float* more) {
                  bool is_wanted = false;
                  for (size_t lane = 0; lane < num_draws_; ++lane) {
                    if (!Says(lane)) continue;
                    const double after = sums[lane] + more[lane];
                    if (IsOver(lane, after)) FindPlacesIn(begin, end, lane, sums[lane]);
                    sums[lane] = after;
                    is_wanted = is_wanted || places_[lane].size() < fars_.size();
                  }
                  return is_wanted;
                });
  }

  // Whether the next limit is passed.
  bool IsOver(size_t lane, double sum) const {
    const size_t next = places_[lane].size();
    return next < fars_.size() && sum > LimitOf(fars_[next].first, all_impostor_[lane]);
  }

  void FindPlacesIn(size_t begin, size_t end, size_t lane, double sum) {
    for (size_t i = begin; i < end; ++i) {
      sum += draws_.Copies(in_order_.first[i], lane) * draws_.Copies(in_order_.second[i], lane);
      while (IsOver(lane, sum)) places_[lane].push_back(in_order_.places[i]);
    }
  }

  void SumAccepted() {
    std::vector<double> sums(kLanes);
    accepted_.assign(num_draws_, {});
    draws_.Walk(genuine_.people, nobody_, [&](size_t begin, size_t end, const float* more) {
      for (size_t lane = 0; lane < num_draws_; ++lane) {
        if (!Says(lane)) continue;
        size_t at = begin;
        double sum = sums[lane];
        while (accepted_[lane].size() < fars_.size()) {
          const size_t place = places_[lane][accepted_[lane].size()];
          if (place >= end) break;
          for (; at < place; ++at) sum += draws_.Copies(genuine_.people[at], lane);
          accepted_[lane].push_back(sum);
        }
        sums[lane] += more[lane];
      }
      return true;
    });
    for (size_t lane = 0; lane < num_draws_; ++lane) {
      if (Says(lane)) accepted_[lane].resize(fars_.size(), all_genuine_[lane]);
    }
  }

  const GenuinePairs& genuine_;
  const std::vector<uint32_t>& nobody_;
  const ImpostorPairs& impostor_;
  const OrderedImpostors& in_order_;
  const std::vector<std::pair<double, size_t>>& fars_;
  const size_t num_draws_;
  const DrawsTogether draws_;
  const std::vector<double> all_genuine_, all_impostor_;
  std::vector<std::vector<size_t>> places_;  // of each lane, by ascending FAR
  std::vector<std::vector<double>> accepted_;
};

void ForLists(size_t count, const std::function<void(size_t)>& work) {
  ParallelWork(static_cast<int64_t>(count), EvaluationThreads(), [&](int64_t i) {
    work(static_cast<size_t>(i));
    return absl::OkStatus();
  }).IgnoreError();  // never one
}

}  // namespace

GenuinePairs GenuinePairs::Sorted(const std::vector<std::pair<float, uint32_t>>& pairs) {
  constexpr uint32_t kSign = uint32_t{1} << 31;
  // Numbers in the order of the pairs: their sorting has no branches.
  std::vector<uint64_t> keys;
  keys.reserve(pairs.size());
  for (const auto& [distance, person] : pairs) {
    const float value = distance + 0.0F;  // of one zero
    uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    keys.push_back(uint64_t{bits ^ (bits & kSign ? ~uint32_t{0} : kSign)} << 32 | person);
  }
  boost::sort::pdqsort_branchless(keys.begin(), keys.end());
  GenuinePairs sorted;
  sorted.distances.resize(keys.size());
  sorted.people.resize(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    auto bits = static_cast<uint32_t>(keys[i] >> 32);
    bits ^= bits & kSign ? kSign : ~uint32_t{0};
    std::memcpy(&sorted.distances[i], &bits, sizeof bits);
    sorted.people[i] = static_cast<uint32_t>(keys[i]);
  }
  return sorted;
}

GenuinePlaces::GenuinePlaces(const std::vector<float>& sorted) : sorted_(sorted) {
  sorted_.resize(sorted.size() + kTogether, std::numeric_limits<float>::infinity());
  size_t num_cells = 1 << 10;
  while (num_cells < sorted.size()) num_cells *= 2;
  last_cell_ = static_cast<double>(num_cells - 1);
  starts_.reserve(num_cells + 1);
  if (!sorted.empty()) {
    low_ = sorted.front();
    const double scale = static_cast<double>(num_cells) / (sorted.back() - low_);
    scale_ = std::isfinite(scale) ? scale : 0.0;
  }
  for (size_t i = 0; i < sorted.size(); ++i) {
    const size_t cell = CellOf(sorted[i]);
    while (starts_.size() <= cell) starts_.push_back(static_cast<uint32_t>(i));
  }
  starts_.resize(num_cells + 1, static_cast<uint32_t>(sorted.size()));
}

// No branch on a distance but the rare one after a few, as nothing could foretell it.
void GenuinePlaces::Of(const float* distances, size_t count, uint32_t* places) const {
  for (size_t i = 0; i < count; ++i) places[i] = starts_[CellOf(distances[i])];
  const float* const sorted = sorted_.data();
  for (size_t i = 0; i < count; ++i) {
    const float* const from = sorted + places[i];
    const float distance = distances[i];
    uint32_t below = 0;
    for (size_t k = 0; k < kTogether; ++k) below += from[k] < distance ? 1 : 0;
    places[i] += below;
    if (below == kTogether) places[i] = From(places[i], distance);
  }
}

// The place is that one or a later one.
uint32_t GenuinePlaces::From(size_t place, float distance) const {
  for (size_t i = 0; i < kMany; ++i, ++place) {
    if (!(sorted_[place] < distance)) return static_cast<uint32_t>(place);
  }
  const size_t end = starts_[CellOf(distance) + 1];
  const auto first = sorted_.begin() + static_cast<std::ptrdiff_t>(place);
  const auto last = sorted_.begin() + static_cast<std::ptrdiff_t>(std::max(place, end));
  return static_cast<uint32_t>(std::lower_bound(first, last, distance) - sorted_.begin());
}

ImpostorList::ImpostorList(size_t num_genuine) : counts_(num_genuine + 1), place_bits_(1) {
  while (place_bits_ < 31 && num_genuine >> place_bits_ != 0) ++place_bits_;
  FACET_CHECK(num_genuine >> place_bits_ == 0);
}

void ImpostorList::Add(uint32_t first, const ImpostorPair* pairs, size_t count) {
  constexpr size_t kPiece = 1 << 17;
  if (count == 0) return;
  if (pieces_.empty() || pieces_.back().pairs.size() + count > pieces_.back().pairs.capacity()) {
    pieces_.emplace_back().pairs.reserve(std::max(kPiece, count));
  }
  Piece& piece = pieces_.back();
  piece.runs.push_back({first, pairs[0].second, 0});
  const size_t before = piece.pairs.size();
  piece.pairs.resize(before + count);
  uint32_t* const to = &piece.pairs[before];
  uint32_t* const counts = counts_.data();
  size_t begin = 0;  // of the run
  for (size_t i = 0; i < count; ++i) {
    const auto [place, second] = pairs[i];
    if ((second - piece.runs.back().second) >> (32 - place_bits_) != 0) {
      piece.runs.back().count = static_cast<uint32_t>(i - begin);
      piece.runs.push_back({first, second, 0});
      begin = i;
    }
    to[i] = place | (second - piece.runs.back().second) << place_bits_;
    ++counts[place];
  }
  piece.runs.back().count = static_cast<uint32_t>(count - begin);
}

void ImpostorPairs::Keep(std::vector<ImpostorList> kept) {
  lists = std::move(kept);
  ends.assign(lists[0].counts().size(), 0);
  int64_t total = 0;
  for (size_t place = 0; place < ends.size(); ++place) {
    for (const ImpostorList& list : lists) total += list.counts()[place];
    ends[place] = total;
  }
}

OrderedImpostors ImpostorPairs::InOrder() const {
  std::vector<std::vector<size_t>> next;
  for (const ImpostorList& list : lists) {
    next.emplace_back(list.counts().begin(), list.counts().end());
  }
  size_t total = 0;
  for (size_t place = 0; place < ends.size(); ++place) {
    for (std::vector<size_t>& of_list : next) total += std::exchange(of_list[place], total);
  }
  OrderedImpostors ordered;
  ordered.places.resize(total);
  ordered.first.resize(total);
  ordered.second.resize(total);
  ForLists(lists.size(), [&](size_t i) {
    lists[i].ForEach([&](const ImpostorPair& pair, uint32_t first) {
      const size_t to = next[i][pair.place]++;
      ordered.places[to] = pair.place;
      ordered.first[to] = first;
      ordered.second[to] = pair.second;
    });
  });
  return ordered;
}

std::vector<int64_t> ImpostorPairs::AcceptedAt(const GenuinePairs& genuine,
                                               const GenuinePlaces& of) const {
  std::vector<int64_t> accepted;
  for (const size_t threshold : CurveThresholds(genuine.people.size())) {
    accepted.push_back(ends[of.Of(genuine.distances[threshold])]);
  }
  return accepted;
}

std::vector<size_t> CurveThresholds(size_t num_genuine) {
  constexpr size_t kPoints = 2000;
  const size_t step = std::max<size_t>(1, num_genuine / kPoints);
  std::vector<size_t> thresholds;
  for (size_t i = step; i <= num_genuine; i += step) thresholds.push_back(i - 1);
  return thresholds;
}

std::optional<std::vector<double>> PersonPairs::TrueAcceptRates(
    const std::vector<double>& fars) const {
  std::vector<double> rates;
  for (const double far : fars) {
    // The first impostor pair that may not be accepted any more.
    const auto next = static_cast<int64_t>(LimitOf(far, static_cast<double>(impostor_.num_all)));
    if (next >= impostor_.num_kept() && !impostor_.has_all()) return std::nullopt;
    const std::vector<int64_t>& ends = impostor_.ends;
    const size_t accepted =
        next < impostor_.num_kept()
            ? static_cast<size_t>(std::upper_bound(ends.begin(), ends.end(), next) - ends.begin())
            : genuine_.people.size();
    rates.push_back(static_cast<double>(accepted) / static_cast<double>(genuine_.people.size()));
  }
  return rates;
}

absl::StatusOr<std::optional<std::vector<std::vector<double>>>> PersonPairs::Bootstrap(
    const std::vector<double>& fars, int64_t num_draws, uint64_t seed) const {
  const auto ascending = Ascending(fars);
  const auto num_people = static_cast<size_t>(num_people_);
  const std::vector<uint32_t> nobody(genuine_.people.size(), static_cast<uint32_t>(num_people));
  const OrderedImpostors in_order = impostor_.InOrder();
  std::atomic<bool> suffices{true};
  FACET_ASSIGN_OR_RETURN(
      std::vector<std::vector<double>> draws,
      ResampleTogether<std::vector<double>>(
          {"people", num_people_, num_draws, seed}, kBothKinds, EvaluationThreads(), kLanes,
          [&](const std::vector<const double*>& copies) {
            RatesTogether rates(genuine_, nobody, impostor_, in_order, ascending, copies,
                                num_people);
            if (suffices && rates.Compute()) return rates.Rates();
            suffices = false;
            return std::vector<std::optional<std::vector<double>>>(copies.size(), fars);
          }));
  if (!suffices) return std::nullopt;
  return draws;
}

std::vector<RocPoint> PersonPairs::Roc() const {
  const std::vector<size_t> thresholds = CurveThresholds(genuine_.people.size());
  std::vector<RocPoint> roc;
  for (size_t i = 0; i < thresholds.size(); ++i) {
    const std::vector<float>& distances = genuine_.distances;
    const auto right =
        std::upper_bound(distances.begin(), distances.end(), distances[thresholds[i]]) -
        distances.begin();
    roc.push_back({static_cast<double>(wrong_[i]) / static_cast<double>(impostor_.num_all),
                   1.0 - static_cast<double>(right) / static_cast<double>(distances.size())});
  }
  return roc;
}

}  // namespace facet
