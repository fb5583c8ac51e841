#include "plugins/evaluators/lane_sums.h"

#include <algorithm>

// Compiled without contraction (BUILD): a fused multiply-add rounds once where others round twice.
namespace facet {
namespace {

// NOLINTNEXTLINE(modernize-use-using): the attributes do not take effect in an alias everywhere.
typedef float Lanes __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));

// NOLINTNEXTLINE(modernize-use-using)
typedef int Indices __attribute__((vector_size(4 * kLanes)));

inline __attribute__((always_inline)) const Lanes* At(const float* values) {
  return reinterpret_cast<const Lanes*>(values);
}

// From kLanes rows their columns: in each step, pairs of rows trade half of their values.
template <int kStep>
inline __attribute__((always_inline)) void Trade(Lanes* rows) {
  Indices low, high;
#pragma GCC unroll 16
  for (int i = 0; i < static_cast<int>(kLanes); ++i) {
    const bool is_upper = (i & kStep) != 0;
    low[i] = is_upper ? static_cast<int>(kLanes) + i - kStep : i;
    high[i] = is_upper ? static_cast<int>(kLanes) + i : i + kStep;
  }
#pragma GCC unroll 16
  for (int i = 0; i < static_cast<int>(kLanes); ++i) {
    if ((i & kStep) != 0) continue;
    const Lanes a = rows[i], b = rows[i + kStep];
    rows[i] = __builtin_shuffle(a, b, low);
    rows[i + kStep] = __builtin_shuffle(a, b, high);
  }
}

// The lanes of kLanes sums, each added in their order: all sums at once.
inline __attribute__((always_inline)) void AddLanes(Lanes* lanes, float* sums) {
  Trade<1>(lanes);
  Trade<2>(lanes);
  Trade<4>(lanes);
  Trade<8>(lanes);
  Lanes total = {};
#pragma GCC unroll 16
  for (size_t lane = 0; lane < kLanes; ++lane) total += lanes[lane];
  for (size_t k = 0; k < kLanes; ++k) sums[k] = total[k];
}

template <bool kDifferences, int kTogether>
inline __attribute__((always_inline)) void SumRows(const PaddedRows& rows, size_t row,
                                                   const uint32_t* others, float* sums) {
  const float* const a = rows.values + row * rows.stride;
  const float* b[kTogether];
  Lanes lanes[kTogether];
#pragma GCC unroll 16
  for (int k = 0; k < kTogether; ++k) {
    b[k] = rows.values + others[k] * rows.stride;
    lanes[k] = Lanes{};
  }
  for (size_t i = 0; i < rows.stride; i += kLanes) {
    const Lanes x = *At(a + i);
#pragma GCC unroll 16
    for (int k = 0; k < kTogether; ++k) {
      const Lanes y = *At(b[k] + i);
      if (kDifferences) {
        const Lanes difference = x - y;
        lanes[k] += difference * difference;
      } else {
        lanes[k] += x * y;
      }
    }
  }
  if constexpr (kTogether == kLanes) {
    AddLanes(lanes, sums);
  } else {
#pragma GCC unroll 16
    for (int k = 0; k < kTogether; ++k) {
      float total = 0.0F;
      for (size_t lane = 0; lane < kLanes; ++lane) total += lanes[k][lane];
      sums[k] = total;
    }
  }
}

template <bool kDifferences, int kTogether>
inline __attribute__((always_inline)) void SumAllRows(const PaddedRows& rows, size_t row,
                                                      const uint32_t* others, size_t count,
                                                      float* sums) {
  size_t i = 0;
  for (; i + kTogether <= count; i += kTogether) {
    SumRows<kDifferences, kTogether>(rows, row, others + i, sums + i);
  }
  if (count - i > kTogether / 4) {  // as many together, the last ones again
    uint32_t last[kTogether];
    float found[kTogether];
    for (size_t k = 0; k < kTogether; ++k) last[k] = others[std::min(i + k, count - 1)];
    SumRows<kDifferences, kTogether>(rows, row, last, found);
    std::copy(found, found + (count - i), sums + i);
    return;
  }
  for (; i < count; ++i) SumRows<kDifferences, 1>(rows, row, others + i, sums + i);
}

inline __attribute__((always_inline)) void SumAllPairs(const float* table, const uint32_t* first,
                                                       const uint32_t* second, size_t count,
                                                       float* sums) {
  Lanes even = {}, odd = {};
  size_t i = 0;
  for (; i + 2 <= count; i += 2) {
    even += *At(table + first[i] * kLanes) * *At(table + second[i] * kLanes);
    odd += *At(table + first[i + 1] * kLanes) * *At(table + second[i + 1] * kLanes);
  }
  if (i < count) even += *At(table + first[i] * kLanes) * *At(table + second[i] * kLanes);
  for (size_t lane = 0; lane < kLanes; ++lane) sums[lane] = even[lane] + odd[lane];
}

using RowsFunction = void(const PaddedRows&, size_t, const uint32_t*, size_t, float*);
using PairsFunction = void(const float*, const uint32_t*, const uint32_t*, size_t, float*);

struct Functions {
  RowsFunction *differences, *products;
  PairsFunction* pairs;
};

// The same three functions for a set of instructions.
#define FACET_LANE_SUMS(name, attribute, together)                                              \
  attribute void Differences##name(const PaddedRows& rows, size_t row, const uint32_t* others,  \
                                   size_t count, float* sums) {                                 \
    SumAllRows<true, together>(rows, row, others, count, sums);                                 \
  }                                                                                             \
  attribute void Products##name(const PaddedRows& rows, size_t row, const uint32_t* others,     \
                                size_t count, float* sums) {                                    \
    SumAllRows<false, together>(rows, row, others, count, sums);                                \
  }                                                                                             \
  attribute void Pairs##name(const float* table, const uint32_t* first, const uint32_t* second, \
                             size_t count, float* sums) {                                       \
    SumAllPairs(table, first, second, count, sums);                                             \
  }

FACET_LANE_SUMS(Everywhere, , 2)
#if defined(__x86_64__)
FACET_LANE_SUMS(Avx2, __attribute__((target("avx2"))), 4)
FACET_LANE_SUMS(Avx512, __attribute__((target("avx512f"))), 16)
#endif
#undef FACET_LANE_SUMS

const Functions& Best() {
  static const Functions kBest = [] {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) {
      return Functions{DifferencesAvx512, ProductsAvx512, PairsAvx512};
    }
    if (__builtin_cpu_supports("avx2")) return Functions{DifferencesAvx2, ProductsAvx2, PairsAvx2};
#endif
    return Functions{DifferencesEverywhere, ProductsEverywhere, PairsEverywhere};
  }();
  return kBest;
}

}  // namespace

void SumSquaredDifferences(const PaddedRows& rows, size_t row, const uint32_t* others, size_t count,
                           float* sums) {
  Best().differences(rows, row, others, count, sums);
}

void SumProducts(const PaddedRows& rows, size_t row, const uint32_t* others, size_t count,
                 float* sums) {
  Best().products(rows, row, others, count, sums);
}

void SumOfPairs(const float* table, const uint32_t* first, const uint32_t* second, size_t count,
                float* sums) {
  Best().pairs(table, first, second, count, sums);
}

}  // namespace facet
