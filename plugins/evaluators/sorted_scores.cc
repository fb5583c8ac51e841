#include "plugins/evaluators/sorted_scores.h"

#include <algorithm>
#include <boost/sort/pdqsort/pdqsort.hpp>
#include <cmath>
#include <iterator>
#include <limits>
#include <memory>
#include <utility>

#include "core/base/check.h"
#include "core/base/parallel_work.h"
#include "plugins/evaluators/evaluation_threads.h"

namespace facet {
namespace {

constexpr size_t kBuckets = 1024;
constexpr size_t kSmall = 1 << 16;  // below, one thread sorts
constexpr int kMostLevels = 3;      // of buckets that are as full as what they are of

// Ranges of values of equal width, in order: which one a value is in rises with it.
class Buckets {
 public:
  Buckets(double low, double high)
      : low_(low), scale_(static_cast<double>(kBuckets) / (high - low)) {}
  size_t operator()(double value) const {
    return std::min(kBuckets - 1, static_cast<size_t>((value - low_) * scale_));
  }

 private:
  double low_, scale_;
};

constexpr size_t kShort = 24;  // at most so many are sorted by insertion

void SortByInsertion(double* begin, double* end) {
  for (double* next = begin + 1; next < end; ++next) {
    const double value = *next;
    double* place = next;
    for (; place > begin && place[-1] > value; --place) *place = place[-1];
    *place = value;
  }
}

// From `values` to `out`, which both stay in a processor's cache: by buckets of four values on
// average, which are nearly all short where values are spread as scores are.
void SortInCache(const double* values, size_t count, double* out) {
  if (count <= kShort) {
    std::copy(values, values + count, out);
    return SortByInsertion(out, out + count);
  }
  const auto [low, high] = std::minmax_element(values, values + count);
  const size_t num_buckets = count / 4;
  const double base = *low, scale = static_cast<double>(num_buckets) / (*high - base);
  if (!std::isfinite(scale) || scale == 0.0) {
    std::copy(values, values + count, out);
    return boost::sort::pdqsort(out, out + count);
  }
  const auto bucket_of = [&](double value) {
    return std::min(num_buckets - 1, static_cast<size_t>((value - base) * scale));
  };
  std::vector<uint32_t> places(num_buckets);
  for (size_t i = 0; i < count; ++i) ++places[bucket_of(values[i])];
  uint32_t place = 0;
  for (uint32_t& each : places) place += std::exchange(each, place);
  for (size_t i = 0; i < count; ++i) out[places[bucket_of(values[i])]++] = values[i];
  size_t begin = 0;
  for (const uint32_t end : places) {
    if (end - begin <= kShort) {
      SortByInsertion(out + begin, out + end);
    } else {
      boost::sort::pdqsort(out + begin, out + end);
    }
    begin = end;
  }
}

void SortValues(double* begin, double* end, double* room, int level);

// From `values` to `room` by buckets, a piece a thread, and back in order.
void SortByBuckets(double* begin, size_t count, double low, double high, double* room, int level) {
  const Buckets bucket_of(low, high);
  const int threads = EvaluationThreads();
  const auto num_pieces = static_cast<size_t>(threads);
  const auto piece = [&](size_t p) { return count * p / num_pieces; };
  std::vector<std::vector<size_t>> places(num_pieces, std::vector<size_t>(kBuckets));
  ParallelWork(threads, threads, [&](int64_t p) {
    std::vector<size_t>& counts = places[static_cast<size_t>(p)];
    for (size_t i = piece(static_cast<size_t>(p)); i < piece(static_cast<size_t>(p) + 1); ++i) {
      ++counts[bucket_of(begin[i])];
    }
    return absl::OkStatus();
  }).IgnoreError();  // never one
  std::vector<size_t> starts;
  size_t place = 0;
  for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
    starts.push_back(place);
    for (std::vector<size_t>& of_piece : places) {
      const size_t size = of_piece[bucket];
      of_piece[bucket] = place;
      place += size;
    }
  }
  starts.push_back(place);
  ParallelWork(threads, threads, [&](int64_t p) {
    std::vector<size_t>& next = places[static_cast<size_t>(p)];
    for (size_t i = piece(static_cast<size_t>(p)); i < piece(static_cast<size_t>(p) + 1); ++i) {
      room[next[bucket_of(begin[i])]++] = begin[i];
    }
    return absl::OkStatus();
  }).IgnoreError();
  std::vector<size_t> full;  // too much for one thread
  ParallelWork(kBuckets, threads, [&](int64_t bucket) {
    double* const first = room + starts[static_cast<size_t>(bucket)];
    double* const last = room + starts[static_cast<size_t>(bucket) + 1];
    double* const out = begin + starts[static_cast<size_t>(bucket)];
    const auto size = static_cast<size_t>(last - first);
    if (size <= count / 8) {
      SortInCache(first, size, out);
    } else {
      std::copy(first, last, out);
    }
    return absl::OkStatus();
  }).IgnoreError();
  for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
    if (starts[bucket + 1] - starts[bucket] <= count / 8) continue;
    SortValues(begin + starts[bucket], begin + starts[bucket + 1], room + starts[bucket],
               level + 1);
  }
}

void SortValues(double* begin, double* end, double* room, int level) {
  const auto count = static_cast<size_t>(end - begin);
  if (count < kSmall || level == kMostLevels) return boost::sort::pdqsort(begin, end);
  const auto [low, high] = std::minmax_element(begin, end);
  if (*low == *high) return;
  const double scale = static_cast<double>(kBuckets) / (*high - *low);
  if (!std::isfinite(scale) || scale == 0.0) {
    return boost::sort::pdqsort(begin, end);
  }
  SortByBuckets(begin, count, *low, *high, room, level);
}

void SortList(std::vector<double>* values) {
  if (values->size() < kSmall) return boost::sort::pdqsort(values->begin(), values->end());
  // Not a vector, whose zeros one thread would write.
  const std::unique_ptr<double[]> room(new double[values->size()]);
  SortValues(values->data(), values->data() + values->size(), room.get(), 0);
}

std::vector<double> Difference(const std::vector<double>& all, const std::vector<double>& some) {
  std::vector<double> rest;
  rest.reserve(all.size() - std::min(all.size(), some.size()));
  std::set_difference(all.begin(), all.end(), some.begin(), some.end(), std::back_inserter(rest));
  return rest;
}

// Where a walk over the pairs of one fold is.
struct Cursor {
  const std::vector<double>* values;
  double share;  // of a pair
  size_t next = 0;

  bool done() const { return next == values->size(); }
  // Adds what lies at this distance.
  void Pass(double distance, double* sum) {
    for (; !done() && (*values)[next] == distance; ++next) *sum += share;
  }
};

}  // namespace

void SortedScores::Sort() {
  SortList(&genuine);
  SortList(&impostor);
}

std::vector<RocPoint> RocOf(const SortedScores& scores) {
  FACET_CHECK(!scores.genuine.empty() && !scores.impostor.empty());
  std::vector<RocPoint> roc;
  VisitRoc(scores, [&](const RocPoint& point) { roc.push_back(point); });
  return roc;
}

std::vector<RocPoint> RocCornersOf(const SortedScores& scores) {
  RocCorners corners;
  VisitRoc(scores, [&](const RocPoint& point) { corners.Add(point); });
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
  const auto below = [threshold](const std::vector<double>& values) {
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
