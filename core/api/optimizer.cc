#include "core/api/optimizer.h"

namespace facet {

Optimizer::~Optimizer() = default;

absl::Status Optimizer::Climb(const OptimizedTensor&, const OptimizerStep&, double) const {
  return absl::UnimplementedError("this optimiser takes one gradient a step, it does not climb");
}

}  // namespace facet
