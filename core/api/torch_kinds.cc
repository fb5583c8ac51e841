// Out-of-line parts of the kinds whose interfaces hold tensors. Nothing here may need a LibTorch
// function: libfacet.so, which the host loads, does not link it.
#include "core/api/architecture.h"
#include "core/api/loss.h"
#include "core/api/miner.h"

namespace facet {

const char* TensorFingerprint() { return FACET_FINGERPRINT; }

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

}  // namespace facet
