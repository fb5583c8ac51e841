#include "plugins/evaluators/pair_cells.h"

#include <algorithm>
#include <limits>

namespace facet {
namespace {

constexpr size_t kCells = 1 << 13;  // with their counts and flags they stay in a core's first cache

struct Ranges {
  float base, scale;
  const uint8_t* flags;
};

template <bool kCosine>
inline __attribute__((always_inline)) void FindCells(const PairProducts& pairs,
                                                     const Ranges& ranges, uint32_t* cells) {
  constexpr float kLast = kCells - 1;
  const float base = ranges.base, scale = ranges.scale, square = pairs.square;
  for (size_t i = 0; i < pairs.count; ++i) {
    const float value = kCosine ? square - pairs.products[i]
                                : (square + pairs.others[i]) - 2.0F * pairs.products[i];
    float cell = (value - base) * scale;
    cell = cell > 0.0F ? cell : 0.0F;  // what is no number is measured
    cell = cell < kLast ? cell : kLast;
    cells[i] = static_cast<uint32_t>(static_cast<int32_t>(cell));
  }
}

inline __attribute__((always_inline)) size_t CountCells(const PairProducts& pairs,
                                                        const Ranges& ranges,
                                                        uint32_t* __restrict cells,
                                                        uint32_t* __restrict counts,
                                                        uint32_t* __restrict near) {
  if (pairs.others == nullptr) {
    FindCells<true>(pairs, ranges, cells);
  } else {
    FindCells<false>(pairs, ranges, cells);
  }
  size_t num_near = 0;
  for (size_t i = 0; i < pairs.count; ++i) {
    const uint32_t cell = cells[i];
    ++counts[cell];
    near[num_near] = pairs.first + static_cast<uint32_t>(i);
    num_near += ranges.flags[cell];
  }
  return num_near;
}

using CountFunction = size_t(const PairProducts&, const Ranges&, uint32_t*, uint32_t*, uint32_t*);

// The same function for a set of instructions.
#define FACET_COUNT_CELLS(name, attribute)                                                       \
  attribute size_t Count##name(const PairProducts& pairs, const Ranges& ranges, uint32_t* cells, \
                               uint32_t* counts, uint32_t* near) {                               \
    return CountCells(pairs, ranges, cells, counts, near);                                       \
  }

FACET_COUNT_CELLS(Everywhere, )
#if defined(__x86_64__)
FACET_COUNT_CELLS(Avx2, __attribute__((target("avx2"))))
FACET_COUNT_CELLS(Avx512, __attribute__((target("avx512f"))))
#endif
#undef FACET_COUNT_CELLS

CountFunction* Best() {
  static CountFunction* const kBest = [] {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return CountAvx512;
    if (__builtin_cpu_supports("avx2")) return CountAvx2;
#endif
    return CountEverywhere;
  }();
  return kBest;
}

}  // namespace

CellCounts::CellCounts(size_t most)
    : cells_(most), near_(most), counts_(kCells), flushed_(kCells) {}

void CellCounts::Flush() {
  for (size_t cell = 0; cell < kCells; ++cell) flushed_[cell] += counts_[cell];
  std::fill(counts_.begin(), counts_.end(), 0);
}

PairCells::PairCells(double cutoff, const std::vector<double>& thresholds, double error)
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

size_t PairCells::Count(const PairProducts& pairs, CellCounts* counts) const {
  const Ranges ranges = {base_, scale_, flags_.data()};
  return Best()(pairs, ranges, counts->cells_.data(), counts->counts_.data(), counts->near_.data());
}

void PairCells::AddCounted(const CellCounts& counts, std::vector<int64_t>* slots) const {
  for (size_t cell = 0; cell < kCells; ++cell) {
    if (flags_[cell] == 0) (*slots)[slots_[cell]] += counts.flushed_[cell];
  }
}

}  // namespace facet
