#include "core/api/miner.h"

namespace facet {

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

AnchorMiner::~AnchorMiner() = default;

absl::StatusOr<Tuples> AnchorMiner::Mine(const at::Tensor& embeddings, const at::Tensor& labels,
                                         uint64_t seed) {
  return MineAnchors(embeddings, labels, labels.numel(), seed);
}

}  // namespace facet
