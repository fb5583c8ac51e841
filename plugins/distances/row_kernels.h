// Loops over the pairs of two sets of rows, in the vectors of the processor that runs them. One
// thread; what a pair of rows gives depends on these two rows alone, not on their places.
#ifndef FACET_PLUGINS_DISTANCES_ROW_KERNELS_H_
#define FACET_PLUGINS_DISTANCES_ROW_KERNELS_H_

#include <cstdint>

namespace facet {

// A row's values are a multiple of it: the widest vector's floats.
inline constexpr int64_t kRowStep = 16;

enum class RowMeasure { kSquaredDistance, kProduct };

template <class T>
struct MeasureTask {
  RowMeasure measure;
  const T* x;  // [num_x, dimension]
  int64_t num_x;
  const T* y;  // [num_y, dimension]
  int64_t num_y;
  int64_t dimension;
  T* out;  // [num_x, num_y], of which a row begins out_stride after the one before
  int64_t out_stride;
};

template <class T>
struct PullTask {
  const T* x;  // [num_x, dimension]
  int64_t num_x;
  const T* y;  // [num_y, dimension]
  int64_t num_y;
  int64_t dimension;
  const T* weights;  // [num_x, num_y]
  int64_t weight_stride;
  T* out;  // [num_x, dimension], added to: of each row of x the sum of weight (x - y)
};

template <class T>
struct RowKernels {
  void (*measure)(const MeasureTask<T>&);
  void (*pull)(const PullTask<T>&);
};

// Of float and double.
template <class T>
const RowKernels<T>& RowKernelsOfProcessor();

}  // namespace facet

#endif  // FACET_PLUGINS_DISTANCES_ROW_KERNELS_H_
