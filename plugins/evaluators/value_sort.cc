#include "plugins/evaluators/value_sort.h"

#include <algorithm>
#include <boost/sort/pdqsort/pdqsort.hpp>
#include <cmath>
#include <memory>
#include <utility>

#include "core/base/parallel_work.h"
#include "plugins/evaluators/evaluation_threads.h"

namespace facet {
namespace {

constexpr size_t kBuckets = 1024;
constexpr size_t kSmall = 1 << 16;  // below, one thread sorts
constexpr int kMostLevels = 3;      // of buckets that are as full as what they are of
constexpr size_t kShort = 24;       // at most so many are sorted by insertion

// From `from` to `to`, which may be the same. Quick where few values are before others that belong
// behind them: unforeseeable branches are what costs time.
void InsertAll(const double* from, size_t count, double* to) {
  if (count > 0) to[0] = from[0];
  for (size_t i = 1; i < count; ++i) {
    const double value = from[i];
    size_t place = i;
    for (; place > 0 && to[place - 1] > value; --place) to[place] = to[place - 1];
    to[place] = value;
  }
}

void SortLevel(double* begin, double* end, double* room, int level);

// From `values` to `room` by buckets, a piece a thread, and back in order.
void SortByBuckets(double* begin, size_t count, const ValueBuckets& buckets, double* room,
                   int level) {
  const int threads = EvaluationThreads();
  const auto num_pieces = static_cast<size_t>(threads);
  const auto piece = [&](size_t p) { return count * p / num_pieces; };
  std::vector<std::vector<size_t>> places(num_pieces, std::vector<size_t>(kBuckets));
  ParallelWork(threads, threads, [&](int64_t p) {
    std::vector<size_t>& counts = places[static_cast<size_t>(p)];
    for (size_t i = piece(static_cast<size_t>(p)); i < piece(static_cast<size_t>(p) + 1); ++i) {
      ++counts[buckets.Of(begin[i])];
    }
    return absl::OkStatus();
  }).IgnoreError();  // never one
  std::vector<size_t> starts;
  size_t place = 0;
  for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
    starts.push_back(place);
    for (std::vector<size_t>& of_piece : places) place += std::exchange(of_piece[bucket], place);
  }
  starts.push_back(place);
  ParallelWork(threads, threads, [&](int64_t p) {
    std::vector<size_t>& next = places[static_cast<size_t>(p)];
    for (size_t i = piece(static_cast<size_t>(p)); i < piece(static_cast<size_t>(p) + 1); ++i) {
      room[next[buckets.Of(begin[i])]++] = begin[i];
    }
    return absl::OkStatus();
  }).IgnoreError();
  std::vector<CacheSorter> sorters(num_pieces);
  const auto is_full = [&](size_t bucket) {  // too much for one thread
    return starts[bucket + 1] - starts[bucket] > count / 8;
  };
  ParallelWork(kBuckets, threads, [&](int64_t index, int worker) {
    const auto bucket = static_cast<size_t>(index);
    double* const out = begin + starts[bucket];
    std::copy(room + starts[bucket], room + starts[bucket + 1], out);
    if (!is_full(bucket)) {
      sorters[static_cast<size_t>(worker)].Sort(out, starts[bucket + 1] - starts[bucket],
                                                buckets.Low(bucket), buckets.Low(bucket + 1));
    }
    return absl::OkStatus();
  }).IgnoreError();
  for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
    if (!is_full(bucket)) continue;
    SortLevel(begin + starts[bucket], begin + starts[bucket + 1], room + starts[bucket], level + 1);
  }
}

void SortLevel(double* begin, double* end, double* room, int level) {
  const auto count = static_cast<size_t>(end - begin);
  if (count < kSmall || level == kMostLevels) return boost::sort::pdqsort(begin, end);
  const auto [low, high] = std::minmax_element(begin, end);
  if (*low == *high) return;
  const ValueBuckets buckets(*low, *high, kBuckets);
  if (!buckets.are_usable()) return boost::sort::pdqsort(begin, end);
  SortByBuckets(begin, count, buckets, room, level);
}

}  // namespace

ValueBuckets::ValueBuckets(double low, double high, size_t count)
    : count_(count),
      low_(low),
      scale_(static_cast<double>(count) / (high - low)),
      last_(static_cast<double>(count - 1)),
      usable_(high > low && std::isfinite(scale_) && scale_ > 0.0) {}

// By buckets of one value on average, in which nearly all values lie as they must.
void CacheSorter::Sort(double* values, size_t count, double low, double high) {
  if (count <= kShort) return InsertAll(values, count, values);
  const ValueBuckets buckets(low, high, count);
  if (!buckets.are_usable()) return boost::sort::pdqsort(values, values + count);
  buckets_.resize(std::max(buckets_.size(), count));
  scattered_.resize(buckets_.size());
  places_.assign(count, 0);
  uint32_t* const found = buckets_.data();
  for (size_t i = 0; i < count; ++i) found[i] = buckets.Of(values[i]);
  for (size_t i = 0; i < count; ++i) ++places_[found[i]];
  uint32_t place = 0, most = 0;
  for (uint32_t& each : places_) {
    most = std::max(most, each);
    place += std::exchange(each, place);
  }
  for (size_t i = 0; i < count; ++i) scattered_[places_[found[i]]++] = values[i];
  if (most > kShort) {
    uint32_t begin = 0;
    for (const uint32_t end : places_) {
      if (end - begin > kShort) {
        boost::sort::pdqsort(scattered_.begin() + begin, scattered_.begin() + end);
      }
      begin = end;
    }
  }
  InsertAll(scattered_.data(), count, values);
}

void SortValues(double* begin, double* end) {
  const auto count = static_cast<size_t>(end - begin);
  if (count < kSmall) return boost::sort::pdqsort(begin, end);
  // Not a vector, whose zeros one thread would write.
  const std::unique_ptr<double[]> room(new double[count]);
  SortLevel(begin, end, room.get(), 0);
}

}  // namespace facet
