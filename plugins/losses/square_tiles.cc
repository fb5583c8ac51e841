#include "plugins/losses/square_tiles.h"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <type_traits>

namespace facet {
namespace {

constexpr int64_t kTile = 32;

// A tile, turned: apart from the matrix, whose rows may all fall on the same lines of a cache.
template <class T>
struct TurnedTile {
  T values[kTile][kTile];

  void Read(const T* from, int64_t stride, int64_t rows, int64_t columns) {
    const int64_t whole = rows - rows % 4;
    for (int64_t i = 0; i < whole; i += 4) {
      int64_t j = 0;
      for (; j + 4 <= columns; j += 4) ReadFour(from + i * stride + j, stride, i, j);
      ReadEach(from, stride, i, i + 4, j, columns);
    }
    ReadEach(from, stride, whole, rows, 0, columns);
  }

 private:
  typedef T Four __attribute__((vector_size(4 * sizeof(T)), aligned(alignof(T)), may_alias));
  using Integer = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;
  typedef Integer Places __attribute__((vector_size(4 * sizeof(T))));

  // Four values of each of four rows.
  void ReadFour(const T* from, int64_t stride, int64_t i, int64_t j) {
    const auto row = [&](int64_t r) { return reinterpret_cast<const Four*>(from + r * stride); };
    constexpr Places kLow = {0, 4, 1, 5}, kHigh = {2, 6, 3, 7};
    const Four low02 = __builtin_shuffle(*row(0), *row(2), kLow);
    const Four high02 = __builtin_shuffle(*row(0), *row(2), kHigh);
    const Four low13 = __builtin_shuffle(*row(1), *row(3), kLow);
    const Four high13 = __builtin_shuffle(*row(1), *row(3), kHigh);
    const auto to = [&](int64_t column) { return reinterpret_cast<Four*>(&values[j + column][i]); };
    *to(0) = __builtin_shuffle(low02, low13, kLow);
    *to(1) = __builtin_shuffle(low02, low13, kHigh);
    *to(2) = __builtin_shuffle(high02, high13, kLow);
    *to(3) = __builtin_shuffle(high02, high13, kHigh);
  }

  void ReadEach(const T* from, int64_t stride, int64_t row, int64_t last_row, int64_t column,
                int64_t last_column) {
    for (int64_t i = row; i < last_row; ++i) {
      for (int64_t j = column; j < last_column; ++j) values[j][i] = from[i * stride + j];
    }
  }
};

// Calls each(row, column) for the tiles on and above the diagonal.
template <class Each>
void ForEachTile(int64_t size, const Each& each) {
  const int64_t across = (size + kTile - 1) / kTile;
  at::parallel_for(0, across * across, across, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      // Threads get tiles in one piece; folded, each piece has as many above the diagonal.
      const int64_t fold = i / across, row = fold % 2 == 0 ? fold / 2 : across - 1 - fold / 2;
      if (i % across >= row) each(row * kTile, i % across * kTile);
    }
  });
}

template <class T>
void Mirror(T* square, int64_t size) {
  ForEachTile(size, [&](int64_t row, int64_t column) {
    const int64_t rows = std::min(kTile, size - row), columns = std::min(kTile, size - column);
    TurnedTile<T> turned;
    turned.Read(square + row * size + column, size, rows, columns);
    for (int64_t j = 0; j < columns; ++j) {
      T* const to = square + (column + j) * size + row;
      for (int64_t i = 0; i < (row == column ? j : rows); ++i) to[i] = turned.values[j][i];
    }
  });
}

template <class T>
void Add(T* square, int64_t size) {
  ForEachTile(size, [&](int64_t row, int64_t column) {
    const int64_t rows = std::min(kTile, size - row), columns = std::min(kTile, size - column);
    T* const upper = square + row * size + column;
    T* const lower = square + column * size + row;
    TurnedTile<T> turned, sums;
    turned.Read(lower, size, columns, rows);
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < columns; ++j) upper[i * size + j] += turned.values[i][j];
    }
    if (row == column) return;
    sums.Read(upper, size, rows, columns);
    for (int64_t j = 0; j < columns; ++j) std::copy_n(sums.values[j], rows, lower + j * size);
  });
}

}  // namespace

void MirrorUpper(const at::Tensor& square) {
  AT_DISPATCH_FLOATING_TYPES(square.scalar_type(), "MirrorUpper",
                             [&] { Mirror(square.data_ptr<scalar_t>(), square.size(0)); });
}

void AddTransposed(const at::Tensor& square) {
  AT_DISPATCH_FLOATING_TYPES(square.scalar_type(), "AddTransposed",
                             [&] { Add(square.data_ptr<scalar_t>(), square.size(0)); });
}

}  // namespace facet
