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
#include "plugins/evaluators/pair_cells.h"

namespace facet {
namespace {

constexpr size_t kRows = 256, kColumns = 512;  // of a tile: it stays in a core's cache
constexpr size_t kDepth = 256;                 // columns of descriptors that are multiplied at once
constexpr int64_t kFewest = 1 << 20;           // impostor pairs: keeping these costs nothing
constexpr size_t kSamples = 100'000;  // by which is guessed how near those are that are kept

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
    ImpostorList kept;
    std::vector<ImpostorPair> nearest;  // of those of one row
    std::vector<float> product, distances;
    std::vector<uint32_t> places;
    CellCounts cells;
    std::vector<int64_t> slots;  // pairs that are measured and not kept
  };

  std::vector<Worker> MakeWorkers() const {
    std::vector<Worker> workers(static_cast<size_t>(threads_));
    for (Worker& worker : workers) worker.kept = ImpostorList(genuine_.people.size());
    return workers;
  }

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
    genuine_ = GenuinePairs::Sorted(lists[0]);
  }

  std::vector<int64_t> KeepAll(const GenuinePlaces& places) {
    std::vector<Worker> workers = MakeWorkers();
    ForRows([&](size_t row, size_t number) {
      Worker& worker = workers[number];
      const size_t end = order_.ends[row], count = all_.size() - end;
      worker.distances.resize(count);
      worker.nearest.resize(count);
      rows_.Distances(row, all_.data() + end, count, worker.distances.data());
      for (size_t i = 0; i < count; ++i) {
        worker.nearest[i] = {places.Of(worker.distances[i]), order_.people[end + i]};
      }
      worker.kept.Add(order_.people[row], worker.nearest.data(), count);
    });
    Keep(&workers);
    return {};
  }

  void Keep(std::vector<Worker>* workers) {
    std::vector<ImpostorList> lists;
    for (Worker& worker : *workers) lists.push_back(std::move(worker.kept));
    impostor_.Keep(std::move(lists));
  }

  // The distance that this share of the impostor pairs do not exceed, nearly.
  float GuessCutoff(double share) const {
    Random random(DeriveSeed(0, "all pairs"));
    std::vector<std::pair<uint32_t, uint32_t>> pairs;
    while (pairs.size() < kSamples) {
      const auto first = static_cast<uint32_t>(random.Index(all_.size()));
      const auto second = static_cast<uint32_t>(random.Index(all_.size()));
      if (order_.people[first] != order_.people[second]) pairs.emplace_back(first, second);
    }
    std::vector<float> distances(kSamples);
    const auto piece = [&](int64_t p) { return kSamples * static_cast<size_t>(p) / threads_; };
    ParallelWork(threads_, threads_, [&](int64_t p) {
      for (size_t i = piece(p); i < piece(p + 1); ++i) {
        distances[i] = rows_.Distance(pairs[i].first, pairs[i].second);
      }
      return absl::OkStatus();
    }).IgnoreError();  // never one
    const auto place =
        distances.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(kSamples));
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
    const PairCells cells(InProducts(cutoff), thresholds, ErrorOfProducts());
    std::vector<Worker> workers = MakeWorkers();
    for (Worker& worker : workers) {
      worker.product.resize(kRows * kColumns);
      worker.distances.resize(kColumns);
      worker.places.resize(kColumns);
      worker.nearest.resize(kColumns);
      worker.cells = CellCounts(kColumns);
      worker.slots.resize(thresholds.size() + 1);
    }
    const auto measure = [&](size_t row, const uint32_t* near, size_t count, size_t number) {
      Worker& worker = workers[number];
      rows_.Distances(row, near, count, worker.distances.data());
      places.Of(worker.distances.data(), count, worker.places.data());
      size_t num_kept = 0;
      for (size_t i = 0; i < count; ++i) {
        const float distance = worker.distances[i];
        const uint32_t place = worker.places[i];
        worker.nearest[num_kept] = {place, order_.people[near[i]]};
        if (distance <= cutoff) {
          ++num_kept;
        } else {
          ++worker.slots[static_cast<size_t>(
              std::lower_bound(threshold_places.begin(), threshold_places.end(), place) -
              threshold_places.begin())];
        }
      }
      worker.kept.Add(order_.people[row], worker.nearest.data(), num_kept);
    };
    ParallelWork(static_cast<int64_t>(num_blocks()), threads_, [&](int64_t block, int number) {
      const OneBlasThread one_thread;
      ScoreBlock(static_cast<size_t>(block) * kRows, cells, &workers[static_cast<size_t>(number)],
                 [&](size_t row, const uint32_t* near, size_t count) {
                   measure(row, near, count, static_cast<size_t>(number));
                 });
      return absl::OkStatus();
    }).IgnoreError();
    Keep(&workers);
    return BeyondOf(workers, cells, thresholds.size());
  }

  // Calls measure(row, others, count) for others that have to be measured.
  template <class Measure>
  void ScoreBlock(size_t begin, const PairCells& cells, Worker* worker,
                  const Measure& measure) const {
    const size_t end = std::min(all_.size(), begin + kRows);
    const bool cosine = rows_.cosine();
    for (size_t left = order_.ends[begin]; left < all_.size(); left += kColumns) {
      const size_t right = std::min(all_.size(), left + kColumns);
      Multiply(begin, end, left, right, worker->product.data());
      for (size_t row = begin; row < end && order_.ends[row] < right; ++row) {
        const size_t first = std::max<size_t>(left, order_.ends[row]);
        const float* const products =
            worker->product.data() + (row - begin) * kColumns + (first - left);
        const PairProducts pairs = {products, right - first, static_cast<uint32_t>(first),
                                    cosine ? 1.0F : squares_[row],
                                    cosine ? nullptr : &squares_[first]};
        const size_t count = cells.Count(pairs, &worker->cells);
        measure(row, worker->cells.near(), count);
      }
    }
    worker->cells.Flush();
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

  std::vector<int64_t> BeyondOf(const std::vector<Worker>& workers, const PairCells& cells,
                                size_t num_thresholds) const {
    std::vector<int64_t> slots(num_thresholds + 1);
    for (const Worker& worker : workers) {
      for (size_t i = 0; i < slots.size(); ++i) slots[i] += worker.slots[i];
      cells.AddCounted(worker.cells, &slots);
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
    const auto depth = std::min(stride, static_cast<double>(kDepth));
    // Of the product; of the measured sum; of the other roundings, among them those of the cells, of
    // at most 32 units. By l2 a product counts twice, and no sum of squares is above 4 `largest`.
    const double of_product = depth + 2 + stride / kDepth;
    const double of_sum = stride / kLanes + kLanes + 8;
    const double terms = (rows_.cosine() ? of_product + of_sum : 2 * of_product + 4 * of_sum) + 64;
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
