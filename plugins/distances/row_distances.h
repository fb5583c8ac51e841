// How far apart rows are, every one of some from every one of all: from their differences, pair by
// pair, because the expansion |a|^2 - 2 ab + |b|^2 loses small distances. A few pairs of rows at a
// time stay in a processor's registers and caches, so that it costs about what a product of
// matrices does, and no more memory than its result.
//
// What a pair gives depends on its two rows alone, and not on their order: equal rows have a
// distance of 0, and are exactly as far from any third one. Nothing depends on the number of
// threads. Sums are taken in the width of the processor's vectors.
#ifndef FACET_PLUGINS_DISTANCES_ROW_DISTANCES_H_
#define FACET_PLUGINS_DISTANCES_ROW_DISTANCES_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "plugins/distances/row_kernels.h"

namespace facet {

// [A, N]: l2 distances of the first A = num_anchors rows of x [N, D] (float32 or float64) and all,
// or their squares. The gradient at a distance of 0 is 0; a pair whose entry has a gradient of 0
// costs next to nothing. On other devices than the CPU: the same, by PyTorch's operations.
at::Tensor AnchorDistances(const at::Tensor& x, int64_t num_anchors, bool squared);

// [T]: l2 distances of rows first[t] and second[t] (int64), or their squares; as AnchorDistances().
// Nothing of T x D is made. IndexError (c10): an index outside x.
at::Tensor PairedDistances(const at::Tensor& x, const at::Tensor& first, const at::Tensor& second,
                           bool squared);

// Rows as MeasureRows() takes them: no gradient, contiguous, with zeros appended.
at::Tensor MeasurableRows(const at::Tensor& x);

// out [count, N] float64: squared distances, or inner products, of rows `first` to first + count of
// `rows` (MeasurableRows() in float64, on the CPU) and the N rows of `all`. Several threads.
void MeasureRows(RowMeasure measure, const at::Tensor& rows, int64_t first, int64_t count,
                 const at::Tensor& all, double* out);

}  // namespace facet

#endif  // FACET_PLUGINS_DISTANCES_ROW_DISTANCES_H_
