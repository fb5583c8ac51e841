// The precision that losses compute in.
#ifndef FACET_PLUGINS_LOSSES_AT_LEAST_FLOAT_H_
#define FACET_PLUGINS_LOSSES_AT_LEAST_FLOAT_H_

#include <ATen/core/Tensor.h>

namespace facet {

// float64 as it is, everything else as float32: exponentials need it.
inline at::Tensor AtLeastFloat(const at::Tensor& x) {
  return x.scalar_type() == at::kDouble ? x : x.to(at::kFloat);
}

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_AT_LEAST_FLOAT_H_
