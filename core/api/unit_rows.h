// Embeddings at unit length: the one rule of losses, miners and stages.
#ifndef FACET_CORE_API_UNIT_ROWS_H_
#define FACET_CORE_API_UNIT_ROWS_H_

#include <limits>

#include "core/api/tensor.h"

namespace facet {

// The l2 norm below which a row has no direction.
inline constexpr double kNoDirection = 1e-12;

// The rows of x [N, D], float32 or float64, divided by their l2 norms. A row without a direction
// gives 0, and no gradient flows through it.
inline at::Tensor UnitRows(const at::Tensor& x) {
  const at::Tensor norms = x.norm(2, {1}, /*keepdim=*/true);
  return x.div(norms.masked_fill(norms.lt(kNoDirection), std::numeric_limits<double>::infinity()));
}

}  // namespace facet

#endif  // FACET_CORE_API_UNIT_ROWS_H_
