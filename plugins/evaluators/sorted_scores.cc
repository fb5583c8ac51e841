#include "plugins/evaluators/sorted_scores.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "core/base/check.h"
#include "core/base/parallel_work.h"
#include "plugins/evaluators/evaluation_threads.h"
#include "plugins/evaluators/value_sort.h"

namespace facet {
namespace {

constexpr size_t kFew = 1 << 16;  // below, one thread does it all
constexpr size_t kBuckets = 2048;
constexpr size_t kBlock = 2048;    // scores that are read at once
constexpr size_t kSamples = 4096;  // by which is guessed from where to where distances lie
constexpr size_t kKinds = 3;

// From any order into two sorted lists: by buckets that both lists share, in two passes over what
// is read, then bucket by bucket in a core's cache.
class Distribution {
 public:
  Distribution(size_t count, const ReadScores& read)
      : count_(count),
        read_(read),
        num_pieces_(static_cast<size_t>(EvaluationThreads())),
        buckets_(GuessBuckets()),
        next_(num_pieces_, std::vector<size_t>(kKinds * kBuckets)) {}

  SortedScores Scores() {
    ForPieces([&](std::vector<size_t>& counts, const double*, const uint32_t* slots, size_t count) {
      for (size_t i = 0; i < count; ++i) ++counts[slots[i]];
    });
    SortedScores scores;
    PlaceBuckets(kImpostorScore, &scores.impostor);
    PlaceBuckets(kGenuineScore, &scores.genuine);
    double* const lists[] = {scores.impostor.data(), scores.genuine.data()};
    ForPieces([&](std::vector<size_t>& next, const double* distances, const uint32_t* slots,
                  size_t count) {
      for (size_t i = 0; i < count; ++i) {
        if (slots[i] >= 2 * kBuckets) continue;
        lists[slots[i] / kBuckets][next[slots[i]]++] = distances[i];
      }
    });
    SortBuckets(lists);
    return scores;
  }

 private:
  struct Block {
    double distances[kBlock];
    uint8_t kinds[kBlock];
    uint32_t slots[kBlock];
  };

  ValueBuckets GuessBuckets() const {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    double distance = 0.0;
    uint8_t kind = 0;
    for (size_t i = 0; i < kSamples; ++i) {
      const size_t at = count_ / kSamples * i;
      read_(at, at + 1, &distance, &kind);
      if (kind == kNoScore) continue;
      low = std::min(low, distance);
      high = std::max(high, distance);
    }
    return {low, high, kBuckets};
  }

  // use(piece's counts, distances, their slots: kind and bucket, how many), from each to the next.
  template <class Use>
  void ForPieces(const Use& use) {
    ParallelWork(static_cast<int64_t>(num_pieces_), static_cast<int>(num_pieces_), [&](int64_t p) {
      const auto piece = static_cast<size_t>(p);
      Block block;
      const size_t last = count_ * (piece + 1) / num_pieces_;
      for (size_t begin = count_ * piece / num_pieces_; begin < last; begin += kBlock) {
        const size_t count = std::min(kBlock, last - begin);
        read_(begin, begin + count, block.distances, block.kinds);
        for (size_t i = 0; i < count; ++i) {
          block.slots[i] = block.kinds[i] * static_cast<uint32_t>(kBuckets) +
                           (buckets_.are_usable() ? buckets_.Of(block.distances[i]) : 0);
        }
        use(next_[piece], block.distances, block.slots, count);
      }
      return absl::OkStatus();
    }).IgnoreError();  // never one
  }

  // Where each bucket of a list begins, and where in it what each piece has.
  void PlaceBuckets(ScoreKind kind, Distances* list) {
    std::vector<size_t>& starts = starts_[kind];
    size_t place = 0;
    for (size_t slot = kind * kBuckets; slot < (kind + size_t{1}) * kBuckets; ++slot) {
      starts.push_back(place);
      for (std::vector<size_t>& of_piece : next_) place += std::exchange(of_piece[slot], place);
    }
    starts.push_back(place);
    list->resize(place, boost::container::default_init);
  }

  void SortBuckets(double* const (&lists)[2]) {
    std::vector<CacheSorter> sorters(num_pieces_);
    ParallelWork(2 * kBuckets, static_cast<int>(num_pieces_), [&](int64_t slot, int worker) {
      const size_t kind = static_cast<size_t>(slot) / kBuckets, bucket = slot % kBuckets;
      const size_t begin = starts_[kind][bucket], count = starts_[kind][bucket + 1] - begin;
      if (IsFull(count)) return absl::OkStatus();
      sorters[static_cast<size_t>(worker)].Sort(lists[kind] + begin, count, buckets_.Low(bucket),
                                                buckets_.Low(bucket + 1));
      return absl::OkStatus();
    }).IgnoreError();
    for (size_t kind = 0; kind < 2; ++kind) {
      for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
        const size_t begin = starts_[kind][bucket], end = starts_[kind][bucket + 1];
        if (IsFull(end - begin)) SortValues(lists[kind] + begin, lists[kind] + end);
      }
    }
  }

  // Too much for one thread: values do not lie as the samples said.
  bool IsFull(size_t count) const { return count > std::max(kFew, count_ / 64); }

  const size_t count_;
  const ReadScores& read_;
  const size_t num_pieces_;
  const ValueBuckets buckets_;
  std::vector<std::vector<size_t>> next_;  // of each piece, by slots
  std::vector<size_t> starts_[2];
};

Distances Difference(const Distances& all, const Distances& some) {
  Distances rest;
  rest.reserve(all.size() - std::min(all.size(), some.size()));
  std::set_difference(all.begin(), all.end(), some.begin(), some.end(), std::back_inserter(rest));
  return rest;
}

// Where a walk over the pairs of one fold is.
struct Cursor {
  const Distances* values;
  double share;  // of a pair
  size_t next = 0;

  bool done() const { return next == values->size(); }
  // Adds what lies at this distance.
  void Pass(double distance, double* sum) {
    for (; !done() && (*values)[next] == distance; ++next) *sum += share;
  }
};

// The points of a ROC by runs: of impostor pairs, then of genuine ones, or of both at one distance.
struct RatesOf {
  explicit RatesOf(const SortedScores& scores)
      : num_genuine(static_cast<double>(scores.genuine.size())),
        num_impostor(static_cast<double>(scores.impostor.size())) {}
  // After so many genuine and impostor pairs; as VisitRoc() says.
  RocPoint At(size_t g, size_t i) const { return {FarAt(i), FrrAt(g)}; }
  double FarAt(size_t i) const { return static_cast<double>(i) / num_impostor; }
  double FrrAt(size_t g) const { return 1.0 - static_cast<double>(g) / num_genuine; }

  double num_genuine, num_impostor;
};

// The end of the values that equal the one at `begin`.
size_t EndOfEqual(const Distances& values, size_t begin, size_t end) {
  size_t next = begin + 1;
  while (next < end && values[next] == values[begin]) ++next;
  return next;
}

// Calls runs->Start(), and ->Impostors(g, begin, end) for those that lie between two genuine pairs,
// ->Genuine(i, begin, end) likewise, or ->Both(g, i) after a distance of both.
template <class Runs>
void VisitRuns(const SortedScores& scores, Runs* runs) {
  const Distances &genuine = scores.genuine, &impostor = scores.impostor;
  const auto run_end = [](const Distances& values, size_t begin, const Distances& others,
                          size_t other) {
    if (other == others.size()) return values.size();
    const double limit = others[other];
    while (begin < values.size() && values[begin] < limit) ++begin;
    return begin;
  };
  runs->Start();
  size_t g = 0, i = 0;
  while (g < genuine.size() || i < impostor.size()) {
    const size_t impostor_end = run_end(impostor, i, genuine, g);
    if (impostor_end > i) runs->Impostors(g, i, impostor_end);
    i = impostor_end;
    const size_t genuine_end = run_end(genuine, g, impostor, i);
    if (genuine_end > g) runs->Genuine(i, g, genuine_end);
    g = genuine_end;
    if (g == genuine.size() || i == impostor.size() || genuine[g] != impostor[i]) continue;
    g = EndOfEqual(genuine, g, genuine.size());
    i = EndOfEqual(impostor, i, impostor.size());
    runs->Both(g, i);
  }
}

class RunsOfSummary {
 public:
  RunsOfSummary(const SortedScores& scores, RocSummary* summary)
      : scores_(scores), rates_(scores), summary_(*summary) {}

  void Start() { summary_.Add({}); }

  // The sum is that of Add() for each point: the mean of two equal frr is that frr.
  void Impostors(size_t g, size_t begin, size_t end) {
    const RocPoint last = rates_.At(g, end);
    const bool is_plain = summary_.IsPlainUpTo(last);
    const double tar = 1.0 - last.frr;
    double area = summary_.area(), far = rates_.FarAt(begin);
    for (size_t i = begin; i < end;) {
      i = EndOfEqual(scores_.impostor, i, end);
      if (!is_plain) {
        summary_.Add({rates_.FarAt(i), last.frr});
        continue;
      }
      const double next = rates_.FarAt(i);
      area += (next - far) * tar;
      far = next;
    }
    if (is_plain) summary_.Skip(last, area);
  }

  // The area gains nothing.
  void Genuine(size_t i, size_t begin, size_t end) {
    if (summary_.IsPlainUpTo(rates_.At(end, i))) return summary_.Add(rates_.At(end, i));
    for (size_t g = begin; g < end;) {
      g = EndOfEqual(scores_.genuine, g, end);
      summary_.Add(rates_.At(g, i));
    }
  }

  void Both(size_t g, size_t i) { summary_.Add(rates_.At(g, i)); }

 private:
  const SortedScores& scores_;
  const RatesOf rates_;
  RocSummary& summary_;
};

class RunsOfCorners {
 public:
  RunsOfCorners(const SortedScores& scores, RocCorners* corners)
      : scores_(scores), rates_(scores), corners_(*corners) {
    // Room that is not used is no memory; lists that grow are copied.
    corners_.Reserve(2 * std::min(scores.genuine.size(), scores.impostor.size()) + 3);
  }

  void Start() { corners_.Add({}); }

  void Impostors(size_t g, size_t begin, size_t end) {
    for (size_t i = begin; i < end;) {
      i = EndOfEqual(scores_.impostor, i, end);
      corners_.Add(rates_.At(g, i));
      if (corners_.IsLevel()) return corners_.MoveLast(rates_.At(g, end));
    }
  }

  void Genuine(size_t i, size_t begin, size_t end) {
    for (size_t g = begin; g < end;) {
      g = EndOfEqual(scores_.genuine, g, end);
      corners_.Add(rates_.At(g, i));
      if (corners_.IsUpright()) return corners_.MoveLast(rates_.At(end, i));
    }
  }

  void Both(size_t g, size_t i) { corners_.Add(rates_.At(g, i)); }

 private:
  const SortedScores& scores_;
  const RatesOf rates_;
  RocCorners& corners_;
};

}  // namespace

void SortedScores::Sort() {
  SortValues(genuine.data(), genuine.data() + genuine.size());
  SortValues(impostor.data(), impostor.data() + impostor.size());
}

SortedScores SortedScores::Of(size_t count, const ReadScores& read) {
  if (count >= kFew) return Distribution(count, read).Scores();
  std::vector<double> distances(count);
  std::vector<uint8_t> kinds(count);
  read(0, count, distances.data(), kinds.data());
  SortedScores scores;
  for (size_t i = 0; i < count; ++i) {
    if (kinds[i] != kNoScore) scores.Add(distances[i], kinds[i] == kGenuineScore);
  }
  scores.Sort();
  return scores;
}

void SummarizeRoc(const SortedScores& scores, RocSummary* summary, RocCorners* corners) {
  FACET_CHECK(!scores.genuine.empty() && !scores.impostor.empty());
  const int threads =
      scores.genuine.size() + scores.impostor.size() < kFew ? 1 : EvaluationThreads();
  ParallelWork(2, std::min(2, threads), [&](int64_t which) {
    if (which == 0 && summary != nullptr) {
      RunsOfSummary runs(scores, summary);
      VisitRuns(scores, &runs);
    }
    if (which == 1 && corners != nullptr) {
      RunsOfCorners runs(scores, corners);
      VisitRuns(scores, &runs);
    }
    return absl::OkStatus();
  }).IgnoreError();  // never one
}

std::vector<RocPoint> RocOf(const SortedScores& scores) {
  FACET_CHECK(!scores.genuine.empty() && !scores.impostor.empty());
  std::vector<RocPoint> roc;
  VisitRoc(scores, [&](const RocPoint& point) { roc.push_back(point); });
  return roc;
}

std::vector<RocPoint> RocCornersOf(const SortedScores& scores) {
  RocCorners corners;
  SummarizeRoc(scores, nullptr, &corners);
  return corners.Take();
}

double BestThreshold(const SortedScores& scores) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const size_t num_genuine = scores.genuine.size(), num_impostor = scores.impostor.size();
  FACET_CHECK(num_genuine + num_impostor > 0);
  const auto right = [&](size_t g, size_t i) { return g + num_impostor - i; };
  size_t best = right(0, 0);
  VisitDistances(scores, [&](double, size_t g, size_t i) { best = std::max(best, right(g, i)); });
  double low = kInfinity, high = -kInfinity;  // of the longest stretch so far
  bool is_open = false;                       // a stretch of best thresholds, from `begin`
  double begin = 0.0;
  VisitDistances(scores, [&](double distance, size_t g, size_t i) {
    const bool is_last = g == num_genuine && i == num_impostor;
    const bool is_best = right(g, i) == best && !is_last;
    if (is_open && !is_best && distance - begin > high - low) {
      low = begin;
      high = distance;
    }
    if (is_best && !is_open) begin = distance;
    is_open = is_best;
  });
  if (low > high) return right(0, 0) == best ? -kInfinity : kInfinity;
  const double middle = low + (high - low) / 2;
  return middle > low ? middle : high;  // neighbours in floating point have no middle
}

double AccuracyAt(const SortedScores& scores, double threshold) {
  const auto below = [threshold](const Distances& values) {
    return std::lower_bound(values.begin(), values.end(), threshold) - values.begin();
  };
  const auto all = static_cast<double>(scores.genuine.size() + scores.impostor.size());
  return static_cast<double>(below(scores.genuine) + static_cast<int64_t>(scores.impostor.size()) -
                             below(scores.impostor)) /
         all;
}

SortedScores Without(const SortedScores& all, const SortedScores& some) {
  return {Difference(all.genuine, some.genuine), Difference(all.impostor, some.impostor)};
}

std::vector<RocPoint> MeanRocOf(const std::vector<SortedScores>& folds) {
  const double share = 1.0 / static_cast<double>(folds.size());
  std::vector<Cursor> genuine, impostor;
  for (const SortedScores& fold : folds) {
    FACET_CHECK(!fold.genuine.empty() && !fold.impostor.empty());
    genuine.push_back({&fold.genuine, share / static_cast<double>(fold.genuine.size())});
    impostor.push_back({&fold.impostor, share / static_cast<double>(fold.impostor.size())});
  }
  std::vector<RocPoint> roc = {{}};
  double far = 0.0, tar = 0.0;
  for (;;) {
    double distance = std::numeric_limits<double>::infinity();
    for (const std::vector<Cursor>* const cursors : {&genuine, &impostor}) {
      for (const Cursor& each : *cursors) {
        if (!each.done()) distance = std::min(distance, (*each.values)[each.next]);
      }
    }
    bool is_last = true;
    for (Cursor& each : genuine) each.Pass(distance, &tar);
    for (Cursor& each : impostor) each.Pass(distance, &far);
    for (const Cursor& each : genuine) is_last = is_last && each.done();
    for (const Cursor& each : impostor) is_last = is_last && each.done();
    if (is_last) break;
    roc.push_back({std::min(far, 1.0), std::max(1.0 - tar, 0.0)});
  }
  roc.push_back({1.0, 0.0});  // free of the sums' rounding
  return roc;
}

}  // namespace facet
