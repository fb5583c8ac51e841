#include "plugins/evaluators/all_pairs.h"

#include <cblas.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "core/base/parallel_work.h"
#include "core/base/random.h"
#include "plugins/evaluators/evaluation_threads.h"

namespace facet {
namespace {

constexpr size_t kRows = 256, kColumns = 512;  // of a tile: it stays in a core's cache
constexpr size_t kDepth = 256;                 // columns of descriptors that are multiplied at once
constexpr size_t kCells = 1 << 16;
constexpr int64_t kFewest = 1 << 20;  // impostor pairs: keeping these costs nothing
constexpr int kSamples = 100'000;     // by which is guessed how near those are that are kept

// Threads share the tiles; each multiplies alone.
class OneBlasThread {
 public:
  OneBlasThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneBlasThread() { omp_set_num_threads(before_); }
  OneBlasThread(const OneBlasThread&) = delete;
  OneBlasThread& operator=(const OneBlasThread&) = delete;

 private:
  int before_;  // of the calling thread alone
};

// Templates of known people, those of a person side by side.
struct Order {
  std::vector<uint32_t> templates;
  std::vector<uint32_t> people, ends;  // of each: who it is, and where the next person begins
  std::vector<int64_t> counts;         // of each person

  Order(const std::vector<int32_t>& given, int64_t num_people)
      : counts(static_cast<size_t>(num_people)) {
    for (size_t i = 0; i < given.size(); ++i) {
      if (given[i] < 0) continue;
      templates.push_back(static_cast<uint32_t>(i));
      ++counts[static_cast<size_t>(given[i])];
    }
    std::stable_sort(templates.begin(), templates.end(),
                     [&](uint32_t a, uint32_t b) { return given[a] < given[b]; });
    uint32_t end = 0;
    for (size_t person = 0; person < counts.size(); ++person) {
      end += static_cast<uint32_t>(counts[person]);
      people.resize(end, static_cast<uint32_t>(person));
      ends.resize(end, end);
    }
  }
};

// Ranges of what a product of matrices gives: of a distance by cosine itself, of an l2 one its
// square. Pairs in a range that is flagged must be measured, those in others only counted.
class Cells {
 public:
  // `error`: of a value. Flagged are those up to `cutoff`, and those that a threshold may lie in.
  Cells(double cutoff, const std::vector<double>& thresholds, double error)
      : flags_(kCells), slots_(kCells) {
    base_ = static_cast<float>(cutoff);
    const double top = std::max(thresholds.empty() ? 0.0 : thresholds.back(), cutoff) + 4 * error;
    scale_ = static_cast<float>((kCells - 2.0) / (top - cutoff));
    for (size_t cell = 0; cell < kCells; ++cell) {
      const double low = base_ + static_cast<double>(cell) / scale_ - error;
      const double high = cell + 1 == kCells ? std::numeric_limits<double>::infinity()
                                             : low + 1.0 / scale_ + 2 * error;
      const auto next = std::lower_bound(thresholds.begin(), thresholds.end(), low);
      const bool is_split = next != thresholds.end() && *next <= high;
      flags_[cell] = cell == 0 || low <= cutoff || is_split ? 1 : 0;
      slots_[cell] = static_cast<size_t>(next - thresholds.begin());
    }
  }

  float base() const { return base_; }
  float scale() const { return scale_; }
  const uint8_t* flags() const { return flags_.data(); }
  // How many thresholds a value of a cell that is not flagged lies beyond.
  size_t Slot(size_t cell) const { return slots_[cell]; }

 private:
  float base_ = 0.0F, scale_ = 0.0F;
  std::vector<uint8_t> flags_;
  std::vector<size_t> slots_;
};

class Scorer {
 public:
  Scorer(const TemplateRows& rows, Order order)
      : order_(std::move(order)),
        rows_(rows.Picked(order_.templates)),
        threads_(EvaluationThreads()),
        all_(order_.templates.size()) {
    std::iota(all_.begin(), all_.end(), 0U);
    int64_t same = 0;
    for (const int64_t count : order_.counts) same += count * (count - 1) / 2;
    const auto count = static_cast<int64_t>(all_.size());
    impostor_.num_all = count * (count - 1) / 2 - same;
    impostor_.templates = order_.counts;
  }

  PersonPairs Score(double share) {
    const auto num_people = static_cast<int64_t>(order_.counts.size());
    MeasureGenuine();
    if (genuine_.people.empty() || impostor_.num_all == 0) {
      return PersonPairs(std::move(genuine_), std::move(impostor_), {}, num_people);
    }
    const GenuinePlaces places(genuine_.distances);
    const auto all = static_cast<double>(impostor_.num_all);
    double wanted = std::max(share * all, static_cast<double>(kFewest));
    std::vector<int64_t> beyond;
    for (bool suffices = false; !suffices; wanted *= 1.25) {
      const bool everything = wanted >= all / 2;
      beyond = everything ? KeepAll(places) : KeepNearest(places, 1.02 * wanted / all);
      suffices = everything || static_cast<double>(impostor_.num_kept()) >= share * all;
    }
    std::vector<int64_t> wrong = impostor_.AcceptedAt(genuine_, places);
    for (size_t i = 0; i < beyond.size(); ++i) wrong[i] += beyond[i];
    return PersonPairs(std::move(genuine_), std::move(impostor_), std::move(wrong), num_people);
  }

 private:
  // What one thread has; no two in one line of a cache.
  struct alignas(64) Worker {
    std::vector<ImpostorPair> kept;
    std::vector<float> product, distances;
    std::vector<uint32_t> cells, near;
    std::vector<int64_t> histogram;  // of cells
    std::vector<int64_t> slots;      // pairs that are measured and not kept
  };

  size_t num_blocks() const { return (all_.size() + kRows - 1) / kRows; }

  // work(row, worker) for all rows.
  template <class Work>
  void ForRows(const Work& work) const {
    ParallelWork(static_cast<int64_t>(num_blocks()), threads_, [&](int64_t block, int worker) {
      const size_t begin = static_cast<size_t>(block) * kRows;
      for (size_t row = begin; row < std::min(all_.size(), begin + kRows); ++row) {
        work(row, static_cast<size_t>(worker));
      }
      return absl::OkStatus();
    }).IgnoreError();  // never one
  }

  void MeasureGenuine() {
    std::vector<std::vector<std::pair<float, uint32_t>>> lists(static_cast<size_t>(threads_));
    ForRows([&](size_t row, size_t worker) {
      const size_t count = order_.ends[row] - row - 1;
      std::vector<float> distances(count);
      rows_.Distances(row, all_.data() + row + 1, count, distances.data());
      for (const float distance : distances) {
        lists[worker].emplace_back(distance, order_.people[row]);
      }
    });
    for (size_t i = 1; i < lists.size(); ++i) {
      lists[0].insert(lists[0].end(), lists[i].begin(), lists[i].end());
    }
    genuine_ = GenuinePairs::Sorted(std::move(lists[0]));
  }

  std::vector<int64_t> KeepAll(const GenuinePlaces& places) {
    std::vector<Worker> workers(static_cast<size_t>(threads_));
    ForRows([&](size_t row, size_t number) {
      Worker& worker = workers[number];
      const size_t end = order_.ends[row], count = all_.size() - end;
      worker.distances.resize(count);
      rows_.Distances(row, all_.data() + end, count, worker.distances.data());
      for (size_t i = 0; i < count; ++i) {
        worker.kept.push_back(
            {places.Of(worker.distances[i]), order_.people[row], order_.people[end + i]});
      }
    });
    Keep(&workers);
    return {};
  }

  void Keep(std::vector<Worker>* workers) {
    std::vector<std::vector<ImpostorPair>> lists;
    for (Worker& worker : *workers) lists.push_back(std::move(worker.kept));
    impostor_.Keep(std::move(lists), genuine_.people.size());
  }

  // The distance that this share of the impostor pairs do not exceed, nearly.
  float GuessCutoff(double share) const {
    Random random(DeriveSeed(0, "all pairs"));
    std::vector<float> distances;
    while (distances.size() < static_cast<size_t>(kSamples)) {
      const size_t first = random.Index(all_.size()), second = random.Index(all_.size());
      if (order_.people[first] == order_.people[second]) continue;
      distances.push_back(rows_.Distance(first, second));
    }
    const auto place = distances.begin() + static_cast<std::ptrdiff_t>(share * kSamples);
    std::nth_element(distances.begin(), place, distances.end());
    return *place;
  }

  // As GuessCutoff() says. How many of the others each of CurveThresholds() accepts.
  std::vector<int64_t> KeepNearest(const GenuinePlaces& places, double share) {
    const float cutoff = GuessCutoff(share);
    std::vector<double> thresholds;  // in the products' terms
    std::vector<uint32_t> threshold_places;
    for (const size_t threshold : CurveThresholds(genuine_.people.size())) {
      thresholds.push_back(InProducts(genuine_.distances[threshold]));
      threshold_places.push_back(places.Of(genuine_.distances[threshold]));
    }
    const Cells cells(InProducts(cutoff), thresholds, ErrorOfProducts());
    std::vector<Worker> workers(static_cast<size_t>(threads_));
    const double wanted = 1.05 * share * static_cast<double>(impostor_.num_all);
    for (Worker& worker : workers) {
      worker.kept.reserve(static_cast<size_t>(wanted / threads_));
      worker.product.resize(kRows * kColumns);
      for (auto* const list : {&worker.cells, &worker.near}) list->resize(kColumns);
      worker.distances.resize(kColumns);
      worker.histogram.resize(kCells);
      worker.slots.resize(thresholds.size() + 1);
    }
    const auto measure = [&](size_t row, size_t count, size_t number) {
      Worker& worker = workers[number];
      rows_.Distances(row, worker.near.data(), count, worker.distances.data());
      for (size_t i = 0; i < count; ++i) {
        const float distance = worker.distances[i];
        const uint32_t place = places.Of(distance);
        if (distance <= cutoff) {
          worker.kept.push_back({place, order_.people[row], order_.people[worker.near[i]]});
        } else {
          ++worker.slots[static_cast<size_t>(
              std::lower_bound(threshold_places.begin(), threshold_places.end(), place) -
              threshold_places.begin())];
        }
      }
    };
    ParallelWork(static_cast<int64_t>(num_blocks()), threads_, [&](int64_t block, int number) {
      const OneBlasThread one_thread;
      ScoreBlock(
          static_cast<size_t>(block) * kRows, cells, &workers[static_cast<size_t>(number)],
          [&](size_t row, size_t count) { measure(row, count, static_cast<size_t>(number)); });
      return absl::OkStatus();
    }).IgnoreError();
    Keep(&workers);
    return BeyondOf(workers, cells, thresholds.size());
  }

  // Calls measure(row, count) where `near` has so many others to be measured.
  template <class Measure>
  void ScoreBlock(size_t begin, const Cells& cells, Worker* worker, const Measure& measure) const {
    const size_t end = std::min(all_.size(), begin + kRows);
    for (size_t left = order_.ends[begin]; left < all_.size(); left += kColumns) {
      const size_t right = std::min(all_.size(), left + kColumns);
      Multiply(begin, end, left, right, worker->product.data());
      for (size_t row = begin; row < end && order_.ends[row] < right; ++row) {
        const size_t first = std::max<size_t>(left, order_.ends[row]);
        const float* const product =
            worker->product.data() + (row - begin) * kColumns + (first - left);
        FindCells(product, row, first, right - first, cells, worker->cells.data());
        size_t count = 0;
        for (size_t i = 0; i < right - first; ++i) {
          const uint32_t cell = worker->cells[i];
          ++worker->histogram[cell];
          worker->near[count] = static_cast<uint32_t>(first + i);
          count += cells.flags()[cell];
        }
        measure(row, count);
      }
    }
  }

  // In pieces: the error grows with their length and their number, not with the product of both.
  void Multiply(size_t begin, size_t end, size_t left, size_t right, float* product) const {
    const PaddedRows rows = rows_.rows();
    for (size_t from = 0; from < rows.stride; from += kDepth) {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(end - begin),
                  static_cast<int>(right - left),
                  static_cast<int>(std::min(kDepth, rows.stride - from)), 1.0F,
                  rows.values + begin * rows.stride + from, static_cast<int>(rows.stride),
                  rows.values + left * rows.stride + from, static_cast<int>(rows.stride),
                  from == 0 ? 0.0F : 1.0F, product, static_cast<int>(kColumns));
    }
  }

  void FindCells(const float* product, size_t row, size_t first, size_t count, const Cells& cells,
                 uint32_t* found) const {
    const float base = cells.base(), scale = cells.scale(), last = kCells - 1;
    const bool cosine = rows_.cosine();
    const float square = cosine ? 1.0F : squares_[row], factor = cosine ? 1.0F : 2.0F;
    const float* const others = cosine ? nullptr : &squares_[first];
    for (size_t i = 0; i < count; ++i) {
      const float value = (cosine ? square : square + others[i]) - factor * product[i];
      float cell = (value - base) * scale;
      cell = cell > 0.0F ? cell : 0.0F;  // what is no number is measured
      cell = cell < last ? cell : last;
      found[i] = static_cast<uint32_t>(static_cast<int32_t>(cell));
    }
  }

  std::vector<int64_t> BeyondOf(const std::vector<Worker>& workers, const Cells& cells,
                                size_t num_thresholds) const {
    std::vector<int64_t> slots(num_thresholds + 1);
    for (const Worker& worker : workers) {
      for (size_t i = 0; i < slots.size(); ++i) slots[i] += worker.slots[i];
      for (size_t cell = 0; cell < kCells; ++cell) {
        if (cells.flags()[cell] == 0) slots[cells.Slot(cell)] += worker.histogram[cell];
      }
    }
    slots.pop_back();  // beyond all thresholds
    std::partial_sum(slots.begin(), slots.end(), slots.begin());
    return slots;
  }

  double InProducts(float distance) const {
    return rows_.cosine() ? double{distance} : double{distance} * distance;
  }

  // Of a value from a product against that of the measured distance. With u the rounding unit, a sum
  // of n products of rows is off by n u |x| |y| at most in whatever order (Higham, Accuracy and
  // Stability of Numerical Algorithms, 2nd ed., section 3.1).
  double ErrorOfProducts() {
    const PaddedRows rows = rows_.rows();
    squares_.resize(all_.size());
    double largest = 0.0;
    for (size_t row = 0; row < all_.size(); ++row) {
      double square = 0.0;
      const float* const values = rows.values + row * rows.stride;
      for (size_t i = 0; i < rows.stride; ++i) square += double{values[i]} * values[i];
      squares_[row] = static_cast<float>(square);
      largest = std::max(largest, square);
    }
    const double unit = std::numeric_limits<float>::epsilon() / 2;
    const auto stride = static_cast<double>(rows.stride);
    // Of the product, twice in a square; of the measured sum of at most 4 `largest`; of the other
    // roundings, among them those of the cells.
    const double terms =
        2 * (kDepth + 2 + stride / kDepth) + 4 * (stride / kLanes + kLanes + 8) + 160;
    return 1.01 * terms * unit * largest + std::numeric_limits<float>::min();
  }

  const Order order_;
  const TemplateRows rows_;
  const int threads_;
  std::vector<uint32_t> all_;   // 0, 1, ...
  std::vector<float> squares_;  // |row|^2
  GenuinePairs genuine_;
  ImpostorPairs impostor_;
};

}  // namespace

PersonPairs ScoreAllPairs(const TemplateRows& rows, const std::vector<int32_t>& people,
                          int64_t num_people, double share) {
  return Scorer(rows, Order(people, num_people)).Score(share);
}

}  // namespace facet
