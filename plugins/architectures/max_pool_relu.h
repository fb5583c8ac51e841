// ReLU of the maximum of 2x2 windows, at a stride of 2, in one pass each way.
//
//   x = MaxPoolRelu(convolution(x));
//
// The values and gradients of at::max_pool2d(x, 2, 2).relu_(): of equal values a window's first one
// takes the gradient, and a NaN takes the window. On the CPU, for images with their channels last,
// of float32 or bfloat16 and of even sides, a byte per window is kept for the gradient instead of the
// input, the output and an int64 per window. Elsewhere it is those two calls. No second derivative.
#ifndef FACET_PLUGINS_ARCHITECTURES_MAX_POOL_RELU_H_
#define FACET_PLUGINS_ARCHITECTURES_MAX_POOL_RELU_H_

#include <ATen/core/Tensor.h>

namespace facet {

at::Tensor MaxPoolRelu(const at::Tensor& x);  // [N, C, H, W]

}  // namespace facet

#endif  // FACET_PLUGINS_ARCHITECTURES_MAX_POOL_RELU_H_
