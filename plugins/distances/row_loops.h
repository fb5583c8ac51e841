// The loops of row_kernels.h in vectors of a given width, always inlined: into functions that are
// compiled for a processor with such vectors.
#ifndef FACET_PLUGINS_DISTANCES_ROW_LOOPS_H_
#define FACET_PLUGINS_DISTANCES_ROW_LOOPS_H_

#include <algorithm>
#include <cstdint>

#include "plugins/distances/row_kernels.h"

namespace facet {

#define FACET_KERNEL inline __attribute__((always_inline)) void

// kBytes: a vector's.
template <class T, int kBytes>
struct RowLoops {
  typedef T Vector __attribute__((vector_size(kBytes), aligned(alignof(T)), may_alias));
  static constexpr int kLanes = kBytes / static_cast<int>(sizeof(T));

  // The second half of twice kHalf bytes is added to the first.
  template <int kHalf>
  static FACET_KERNEL AddHalves(T* lanes) {
    typedef T Half __attribute__((vector_size(kHalf), may_alias));
    *reinterpret_cast<Half*>(lanes) += *reinterpret_cast<const Half*>(lanes + kHalf / sizeof(T));
  }

  // kRows of x with kColumns of y.
  template <RowMeasure kMeasure, int kRows, int kColumns>
  static FACET_KERNEL Tile(const MeasureTask<T>& task, int64_t row, int64_t column) {
    const int64_t dimension = task.dimension;
    const T* const x = task.x + row * dimension;
    const T* const y = task.y + column * dimension;
    Vector sums[kRows][kColumns] = {};
    for (int64_t d = 0; d < dimension; d += kLanes) {
      Vector a[kRows];
#pragma GCC unroll 4
      for (int r = 0; r < kRows; ++r) {
        a[r] = *reinterpret_cast<const Vector*>(x + r * dimension + d);
      }
#pragma GCC unroll 4
      for (int c = 0; c < kColumns; ++c) {
        const Vector b = *reinterpret_cast<const Vector*>(y + c * dimension + d);
#pragma GCC unroll 4
        for (int r = 0; r < kRows; ++r) {
          if (kMeasure == RowMeasure::kProduct) {
            sums[r][c] += a[r] * b;
          } else {
            const Vector difference = a[r] - b;
            sums[r][c] += difference * difference;
          }
        }
      }
    }
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
      for (int c = 0; c < kColumns; ++c) {
        alignas(kBytes) T lanes[kLanes];
        *reinterpret_cast<Vector*>(lanes) = sums[r][c];
        if (kBytes > 32) AddHalves<32>(lanes);
        if (kBytes > 16) AddHalves<16>(lanes);
        T total = lanes[0] + lanes[1];
        if (sizeof(T) == 4) total += lanes[2] + lanes[3];
        task.out[(row + r) * task.out_stride + column + c] = total;
      }
    }
  }

  template <RowMeasure kMeasure, int kRows>
  static FACET_KERNEL TileRow(const MeasureTask<T>& task, int64_t row, int64_t first,
                              int64_t last) {
    int64_t column = first;
    for (; column + 2 <= last; column += 2) Tile<kMeasure, kRows, 2>(task, row, column);
    if (column < last) Tile<kMeasure, kRows, 1>(task, row, column);
  }

  // As many rows of y at a time as stay in the first cache but one.
  template <RowMeasure kMeasure>
  static FACET_KERNEL Measure(const MeasureTask<T>& task) {
    constexpr int64_t kColumns = 32;
    for (int64_t first = 0; first < task.num_y; first += kColumns) {
      const int64_t last = std::min(first + kColumns, task.num_y);
      int64_t row = 0;
      for (; row + 4 <= task.num_x; row += 4) TileRow<kMeasure, 4>(task, row, first, last);
      for (; row < task.num_x; ++row) TileRow<kMeasure, 1>(task, row, first, last);
    }
  }

  static FACET_KERNEL Measure(const MeasureTask<T>& task) {
    if (task.measure == RowMeasure::kProduct) {
      Measure<RowMeasure::kProduct>(task);
    } else {
      Measure<RowMeasure::kSquaredDistance>(task);
    }
  }

  template <int kVectors>
  static FACET_KERNEL PullPart(const T* x, const T* const* y, const T* weights, int count,
                               int64_t d, T* out) {
    Vector own[kVectors], sums[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      own[v] = *reinterpret_cast<const Vector*>(x + d + v * kLanes);
      sums[v] = *reinterpret_cast<const Vector*>(out + d + v * kLanes);
    }
    for (int i = 0; i < count; ++i) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        sums[v] += weights[i] * (own[v] - *reinterpret_cast<const Vector*>(y[i] + d + v * kLanes));
      }
    }
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      *reinterpret_cast<Vector*>(out + d + v * kLanes) = sums[v];
    }
  }

  // So few rows of y at a time that they stay in the first cache; a weight of 0 costs nothing.
  static FACET_KERNEL Pull(const PullTask<T>& task) {
    constexpr int64_t kColumns = 16;
    for (int64_t first = 0; first < task.num_y; first += kColumns) {
      const int64_t last = std::min(first + kColumns, task.num_y);
      for (int64_t row = 0; row < task.num_x; ++row) {
        const T* rows[kColumns];
        T weights[kColumns];
        int count = 0;
        for (int64_t column = first; column < last; ++column) {
          rows[count] = task.y + column * task.dimension;
          weights[count] = task.weights[row * task.weight_stride + column];
          count += weights[count] != 0;
        }
        if (count == 0) continue;
        const T* const x = task.x + row * task.dimension;
        T* const out = task.out + row * task.dimension;
        int64_t d = 0;
        for (; d + 4 * kLanes <= task.dimension; d += 4 * kLanes) {
          PullPart<4>(x, rows, weights, count, d, out);
        }
        for (; d < task.dimension; d += kLanes) PullPart<1>(x, rows, weights, count, d, out);
      }
    }
  }
};

#undef FACET_KERNEL

}  // namespace facet

#endif  // FACET_PLUGINS_DISTANCES_ROW_LOOPS_H_
