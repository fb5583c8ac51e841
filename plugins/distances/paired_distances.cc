// PairedDistances() of row_distances.h.
#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "plugins/distances/row_distances.h"

namespace facet {
namespace {

void CheckRows(const at::Tensor& indices, int64_t size) {
  for (int64_t t = 0; t < indices.numel(); ++t) {
    const int64_t row = indices.data_ptr<int64_t>()[t];
    TORCH_CHECK_INDEX(row >= 0 && row < size, "index ", row, " of ", size, " rows");
  }
}

class PairedFunction : public torch::autograd::Function<PairedFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& given_first, const at::Tensor& given_second,
                            bool squared) {
    const at::Tensor first = given_first.contiguous(), second = given_second.contiguous();
    CheckRows(first, x.size(0));
    CheckRows(second, x.size(0));
    const at::Tensor rows = MeasurableRows(x);
    const at::Tensor out = at::empty({first.numel()}, rows.options());
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "PairedDistances", [&] {
      const int64_t dimension = rows.size(1);
      const scalar_t* const value = rows.data_ptr<scalar_t>();
      at::parallel_for(0, first.numel(), 64, [&](int64_t begin, int64_t end) {
        for (int64_t t = begin; t < end; ++t) {
          scalar_t* const distance = out.data_ptr<scalar_t>() + t;
          RowKernelsOfProcessor<scalar_t>().measure(
              {RowMeasure::kSquaredDistance, value + first.data_ptr<int64_t>()[t] * dimension, 1,
               value + second.data_ptr<int64_t>()[t] * dimension, 1, dimension, distance, 1});
          if (!squared) *distance = std::sqrt(*distance);
        }
      });
    });
    context->save_for_backward({x, first, second, squared ? at::Tensor() : out});
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor x = saved[0].detach().contiguous(), gradient = gradients[0].contiguous();
    const at::Tensor out = at::zeros_like(x);
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "PairedDistancesBackward", [&] {
      // Each thread has some columns of all pairs: rows come in several pairs.
      at::parallel_for(0, x.size(1), kRowStep, [&](int64_t begin, int64_t end) {
        Spread(x.data_ptr<scalar_t>(), saved[1], saved[2], gradient.data_ptr<scalar_t>(),
               saved[3].defined() ? saved[3].data_ptr<scalar_t>() : nullptr, x.size(1), begin, end,
               out.data_ptr<scalar_t>());
      });
    });
    return {out, {}, {}, {}};
  }

 private:
  // Columns [begin, end) of the gradient.
  template <class T>
  static void Spread(const T* x, const at::Tensor& first, const at::Tensor& second,
                     const T* gradient, const T* distances, int64_t dimension, int64_t begin,
                     int64_t end, T* out) {
    for (int64_t t = 0; t < first.numel(); ++t) {
      if (gradient[t] == 0 || (distances != nullptr && distances[t] == 0)) continue;
      const T pull = distances == nullptr ? 2 * gradient[t] : gradient[t] / distances[t];
      const int64_t i = first.data_ptr<int64_t>()[t] * dimension;
      const int64_t j = second.data_ptr<int64_t>()[t] * dimension;
      for (int64_t d = begin; d < end; ++d) {
        const T slope = pull * (x[i + d] - x[j + d]);
        out[i + d] += slope;
        out[j + d] -= slope;
      }
    }
  }
};

}  // namespace

at::Tensor PairedDistances(const at::Tensor& x, const at::Tensor& first, const at::Tensor& second,
                           bool squared) {
  if (x.is_cpu() && x.numel() > 0) return PairedFunction::apply(x, first, second, squared);
  const at::Tensor difference = x.index_select(0, first) - x.index_select(0, second);
  return squared ? at::square(difference).sum({1}) : at::norm(difference, 2, {1});
}

}  // namespace facet
