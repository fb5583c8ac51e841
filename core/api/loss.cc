#include "core/api/loss.h"

namespace facet {

Loss::~Loss() = default;

AnchorLoss::~AnchorLoss() = default;

absl::StatusOr<std::vector<LossGroup>> AnchorLoss::Compute(const LossInput& input) {
  return ComputeAnchors(input, input.labels.numel());
}

}  // namespace facet
