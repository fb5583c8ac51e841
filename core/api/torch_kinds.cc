// Out-of-line parts of the kinds that use LibTorch (libfacet_torch).
#include <ATen/ATen.h>

#include "core/api/architecture.h"
#include "core/api/loss.h"
#include "core/api/miner.h"

namespace facet {

Architecture::~Architecture() = default;
Loss::~Loss() = default;
Miner::~Miner() = default;

absl::StatusOr<Tuples> Miner::Mine(const at::Tensor&, const at::Tensor&, uint64_t) {
  return absl::UnimplementedError("this miner streams an epoch, it mines no single batch");
}
absl::Status Miner::BeginEpoch(const at::Tensor&, uint64_t) {
  return absl::UnimplementedError("this miner mines batches, it streams no epoch");
}
absl::StatusOr<Tuples> Miner::Next(int64_t, const EmbedFunction&, bool*) {
  return absl::UnimplementedError("this miner mines batches, it streams no epoch");
}

at::Tensor Reduce(const std::vector<LossGroup>& groups, const at::Tensor& embeddings) {
  // The empty product keeps the graph connected when every group is empty.
  at::Tensor total = embeddings.sum() * 0.0;
  for (const LossGroup& group : groups) {
    if (group.elements.numel() == 0) continue;
    const at::Tensor sum = group.elements.sum();
    if (group.reduction == Reduction::kSum) {
      total = total + sum;
    } else if (group.reduction == Reduction::kMean) {
      total = total + sum / static_cast<double>(group.elements.numel());
    } else {
      const at::Tensor count = (group.elements > 0).sum().clamp_min(1);
      total = total + sum / count;
    }
  }
  return total;
}

}  // namespace facet
