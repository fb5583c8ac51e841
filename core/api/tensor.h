// For kinds that pass tensors: LibTorch's Tensor, and LibTorch's release in the plugin's
// fingerprint (component.h), because a tensor of one release is not one of another.
#ifndef FACET_CORE_API_TENSOR_H_
#define FACET_CORE_API_TENSOR_H_

#include <ATen/core/Tensor.h>
#include <torch/version.h>

#undef FACET_TENSOR_LIBRARY
#define FACET_TENSOR_LIBRARY ", LibTorch " TORCH_VERSION

#endif  // FACET_CORE_API_TENSOR_H_
