#include "plugins/distances/row_distances.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace facet {
namespace {

constexpr int64_t kBlock = 64;  // rows on each side of a tile: both stay in the second cache

int64_t NumBlocks(int64_t rows) { return (rows + kBlock - 1) / kBlock; }

template <class T>
void MeasureTile(const T* x, int64_t dimension, int64_t row, int64_t num_rows, int64_t column,
                 int64_t num_columns, bool squared, T* tile) {
  RowKernelsOfProcessor<T>().measure({RowMeasure::kSquaredDistance, x + row * dimension, num_rows,
                                      x + column * dimension, num_columns, dimension, tile,
                                      kBlock});
  if (squared) return;
  for (int64_t r = 0; r < num_rows; ++r) {
    for (int64_t c = 0; c < num_columns; ++c)
      tile[r * kBlock + c] = std::sqrt(tile[r * kBlock + c]);
  }
}

// Where all rows are anchors, the tiles on and above the diagonal say everything.
template <class T>
void Measure(const at::Tensor& rows, int64_t num_anchors, bool squared, const at::Tensor& out) {
  const int64_t size = rows.size(0), dimension = rows.size(1);
  const bool symmetric = num_anchors == size;
  const T* const x = rows.data_ptr<T>();
  T* const distances = out.data_ptr<T>();
  const int64_t across = NumBlocks(size), num_tiles = NumBlocks(num_anchors) * across;
  at::parallel_for(0, num_tiles, 1, [&](int64_t begin, int64_t end) {
    std::vector<T> tile(kBlock * kBlock);
    for (int64_t i = begin; i < end; ++i) {
      // Threads get tiles in one piece; folded, each piece has as many above the diagonal.
      const int64_t block =
          i / across % 2 == 0 ? i / across / 2 : NumBlocks(num_anchors) - 1 - i / across / 2;
      const int64_t row = block * kBlock, column = i % across * kBlock;
      if (symmetric && column < row) continue;
      const int64_t num_rows = std::min(kBlock, num_anchors - row);
      const int64_t num_columns = std::min(kBlock, size - column);
      MeasureTile(x, dimension, row, num_rows, column, num_columns, squared, tile.data());
      for (int64_t r = 0; r < num_rows; ++r) {
        std::copy_n(&tile[static_cast<size_t>(r * kBlock)], num_columns,
                    distances + (row + r) * size + column);
      }
      if (!symmetric || column == row) continue;
      for (int64_t c = 0; c < num_columns; ++c) {
        for (int64_t r = 0; r < num_rows; ++r) {
          distances[(column + c) * size + row + r] = tile[static_cast<size_t>(r * kBlock + c)];
        }
      }
    }
  });
}

// The slope of a pair's entry by the difference of its rows, over that difference.
template <class T>
T Pull(T gradient, const T* distance) {
  if (distance == nullptr) return 2 * gradient;
  return *distance > 0 ? gradient / *distance : 0;
}

// weights [rows of the block, N]: how strongly each row is pulled from each other, by the entries
// that it is the anchor of and those in which it is the other image.
template <class T>
void WeightsOfBlock(const T* gradient, const T* distances, int64_t num_anchors, int64_t size,
                    int64_t row, int64_t num_rows, int64_t stride, T* weights) {
  const auto pull = [&](int64_t entry) {
    return Pull(gradient[entry], distances == nullptr ? nullptr : distances + entry);
  };
  std::fill_n(weights, num_rows * stride, T{0});
  for (int64_t r = 0; r < std::min(num_rows, num_anchors - row); ++r) {
    const int64_t begin = (row + r) * size;
    for (int64_t j = 0; j < size; ++j) weights[r * stride + j] = pull(begin + j);
  }
  for (int64_t i = 0; i < num_anchors; ++i) {
    const int64_t begin = i * size + row;
    for (int64_t r = 0; r < num_rows; ++r) weights[r * stride + i] += pull(begin + r);
  }
}

template <class T>
void Differentiate(const at::Tensor& rows, int64_t num_anchors, const at::Tensor& gradient,
                   const at::Tensor& distances, const at::Tensor& out) {
  const int64_t size = rows.size(0), dimension = rows.size(1);
  const T* const x = rows.data_ptr<T>();
  const T* const measured = distances.defined() ? distances.data_ptr<T>() : nullptr;
  const int64_t stride = (size / kRowStep + 1) * kRowStep + kRowStep;  // no power of two
  at::parallel_for(0, NumBlocks(size), 1, [&](int64_t begin, int64_t end) {
    std::vector<T> weights(static_cast<size_t>(kBlock * stride));
    for (int64_t block = begin; block < end; ++block) {
      const int64_t row = block * kBlock, num_rows = std::min(kBlock, size - row);
      WeightsOfBlock(gradient.data_ptr<T>(), measured, num_anchors, size, row, num_rows, stride,
                     weights.data());
      RowKernelsOfProcessor<T>().pull(
          {x + row * dimension, num_rows, x, row < num_anchors ? size : num_anchors, dimension,
           weights.data(), stride, out.data_ptr<T>() + row * dimension});
    }
  });
}

// In float64, in which what cancels between a row's own part and the others' loses nothing.
at::Tensor DifferentiateByProducts(const at::Tensor& x, int64_t num_anchors,
                                   const at::Tensor& gradient, const at::Tensor& distances) {
  at::Tensor weights = gradient.to(at::kDouble);
  weights =
      distances.defined() ? weights.div(distances).masked_fill(distances.eq(0), 0) : 2 * weights;
  const at::Tensor all = x.to(at::kDouble), anchors = all.narrow(0, 0, num_anchors);
  at::Tensor out = all * weights.sum(0).unsqueeze(1) - weights.t().mm(anchors);
  out.narrow(0, 0, num_anchors).add_(anchors * weights.sum(1).unsqueeze(1) - weights.mm(all));
  return out.to(x.scalar_type());
}

class DistancesFunction : public torch::autograd::Function<DistancesFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            int64_t num_anchors, bool squared) {
    at::Tensor out;
    if (x.is_cpu()) {
      const at::Tensor rows = MeasurableRows(x);
      out = at::empty({num_anchors, x.size(0)}, rows.options());
      if (x.scalar_type() == at::kDouble) {
        Measure<double>(rows, num_anchors, squared, out);
      } else {
        Measure<float>(rows, num_anchors, squared, out);
      }
    } else {
      out = at::cdist(x.narrow(0, 0, num_anchors), x, 2.0, /*compute_mode=*/2);
      if (squared) out.square_();
    }
    context->saved_data["num_anchors"] = num_anchors;
    context->save_for_backward({x, squared ? at::Tensor() : out});
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &distances = saved[1];
    const int64_t num_anchors = context->saved_data["num_anchors"].toInt();
    const at::Tensor gradient = gradients[0].contiguous();
    if (!x.is_cpu()) {
      return {DifferentiateByProducts(x, num_anchors, gradient, distances), {}, {}};
    }
    const at::Tensor rows = MeasurableRows(x), out = at::zeros_like(rows);
    if (x.scalar_type() == at::kDouble) {
      Differentiate<double>(rows, num_anchors, gradient, distances, out);
    } else {
      Differentiate<float>(rows, num_anchors, gradient, distances, out);
    }
    return {out.narrow(1, 0, x.size(1)), {}, {}};
  }
};

}  // namespace

at::Tensor AnchorDistances(const at::Tensor& x, int64_t num_anchors, bool squared) {
  return DistancesFunction::apply(x, num_anchors, squared);
}

at::Tensor MeasurableRows(const at::Tensor& x) {
  const at::Tensor rows = x.detach();
  const int64_t missing = (kRowStep - rows.size(1) % kRowStep) % kRowStep;
  return (missing == 0 ? rows : at::constant_pad_nd(rows, {0, missing}, 0)).contiguous();
}

void MeasureRows(RowMeasure measure, const at::Tensor& rows, int64_t first, int64_t count,
                 const at::Tensor& all, double* out) {
  const int64_t size = all.size(0), dimension = all.size(1);
  const double* const x = rows.data_ptr<double>() + first * dimension;
  const double* const y = all.data_ptr<double>();
  const int64_t across = NumBlocks(size);
  at::parallel_for(0, NumBlocks(count) * across, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t row = i / across * kBlock, column = i % across * kBlock;
      RowKernelsOfProcessor<double>().measure(
          {measure, x + row * dimension, std::min(kBlock, count - row), y + column * dimension,
           std::min(kBlock, size - column), dimension, out + row * size + column, size});
    }
  });
}

}  // namespace facet
