// Sums side by side that keep vector units busy, in an order that is fixed: the bits are the same
// on every processor, whichever of its instructions are used.
#ifndef FACET_PLUGINS_EVALUATORS_LANE_SUMS_H_
#define FACET_PLUGINS_EVALUATORS_LANE_SUMS_H_

#include <cstddef>
#include <cstdint>

namespace facet {

// Rows are padded with zeros to a multiple of so many values, and drawn so many at a time.
inline constexpr size_t kLanes = 16;

// Rows of float32, each `stride` values (a multiple of kLanes) after the one before.
struct PaddedRows {
  const float* values;
  size_t stride;
};

// sums[i]: over the columns of `row` and rows others[i], of (x - y)^2 or x * y. Value d goes to sum
// d % kLanes, and those are added in their order.
void SumSquaredDifferences(const PaddedRows& rows, size_t row, const uint32_t* others, size_t count,
                           float* sums);
void SumProducts(const PaddedRows& rows, size_t row, const uint32_t* others, size_t count,
                 float* sums);

// sums[k] = sum over i of table[first[i]][k] * table[second[i]][k], for k < kLanes; `table` has
// rows of kLanes. Exact where values are whole and no sum exceeds 2^24.
void SumOfPairs(const float* table, const uint32_t* first, const uint32_t* second, size_t count,
                float* sums);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_LANE_SUMS_H_
