#include "plugins/architectures/max_pool_relu.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "plugins/architectures/max_pool_kernels.h"

namespace facet {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kGrain = 1 << 14;  // values per task, at least
constexpr auto kLayout = at::MemoryFormat::ChannelsLast;

const float* Values(const at::Tensor& x, float) { return x.data_ptr<float>(); }
float* MutableValues(const at::Tensor& x, float) { return x.data_ptr<float>(); }
const uint16_t* Values(const at::Tensor& x, uint16_t) {
  return static_cast<const uint16_t*>(x.data_ptr());
}
uint16_t* MutableValues(const at::Tensor& x, uint16_t) {
  return static_cast<uint16_t*>(x.data_ptr());
}

// Calls use(row) for each row of windows of [N, C, 2 * rows, 2 * windows], in any thread.
template <class Use>
void ForEachRow(const at::Tensor& windows, const Use& use) {
  const int64_t rows = windows.size(0) * windows.size(2);
  const int64_t values = std::max<int64_t>(1, 4 * windows.size(3) * windows.size(1));
  at::parallel_for(0, rows, std::max<int64_t>(1, kGrain / values), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) use(row);
  });
}

template <class Type>
void Pool(const at::Tensor& x, const at::Tensor& out, uint8_t* winners) {
  const int64_t channels = out.size(1), windows = out.size(3), row_size = windows * channels;
  const Type* const from = Values(x, Type{});
  Type* const to = MutableValues(out, Type{});
  ForEachRow(out, [&](int64_t row) {
    const Type* const upper = from + 4 * row * row_size;
    PoolRows(upper, upper + 2 * row_size, windows, channels, to + row * row_size,
             winners == nullptr ? nullptr : winners + row * row_size);
  });
}

template <class Type>
void Unpool(const at::Tensor& gradient, const at::Tensor& winners, const at::Tensor& out) {
  const int64_t channels = winners.size(1), windows = winners.size(3);
  const int64_t row_size = windows * channels;
  const Type* const from = Values(gradient, Type{});
  const uint8_t* const of_windows = winners.data_ptr<uint8_t>();
  Type* const to = MutableValues(out, Type{});
  ForEachRow(winners, [&](int64_t row) {
    Type* const upper = to + 4 * row * row_size;
    UnpoolRows(from + row * row_size, of_windows + row * row_size, windows, channels, upper,
               upper + 2 * row_size);
  });
}

at::Tensor Pooled(const at::Tensor& x, uint8_t* winners) {
  at::Tensor out =
      at::empty({x.size(0), x.size(1), x.size(2) / 2, x.size(3) / 2}, x.options(), kLayout);
  x.scalar_type() == at::kFloat ? Pool<float>(x, out, winners) : Pool<uint16_t>(x, out, winners);
  return out;
}

class MaxPoolReluFunction : public torch::autograd::Function<MaxPoolReluFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x) {
    const at::Tensor winners = at::empty({x.size(0), x.size(1), x.size(2) / 2, x.size(3) / 2},
                                         x.options().dtype(at::kByte), kLayout);
    context->save_for_backward({winners});
    return Pooled(x, winners.data_ptr<uint8_t>());
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor winners = context->get_saved_variables()[0];
    const at::Tensor gradient = gradients[0].contiguous(kLayout);
    at::Tensor out =
        at::empty({winners.size(0), winners.size(1), 2 * winners.size(2), 2 * winners.size(3)},
                  gradient.options(), kLayout);
    gradient.scalar_type() == at::kFloat ? Unpool<float>(gradient, winners, out)
                                         : Unpool<uint16_t>(gradient, winners, out);
    return {out};
  }
};

bool HasKernel(const at::Tensor& x) {
  const at::ScalarType type = x.scalar_type();
  return x.is_cpu() && (type == at::kFloat || type == at::kBFloat16) && x.dim() == 4 &&
         x.is_contiguous(kLayout) && x.size(2) % 2 == 0 && x.size(3) % 2 == 0 && x.numel() > 0;
}

}  // namespace

at::Tensor MaxPoolRelu(const at::Tensor& x) {
  if (!HasKernel(x)) return at::max_pool2d(x, 2, 2).relu_();
  const bool learns = at::GradMode::is_enabled() && x.requires_grad();
  return learns ? MaxPoolReluFunction::apply(x) : Pooled(x, /*winners=*/nullptr);
}

}  // namespace facet
