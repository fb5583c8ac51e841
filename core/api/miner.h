// Miners: embeddings and labels -> pairs or triplets, from a batch or streamed over an epoch.
#ifndef FACET_CORE_API_MINER_H_
#define FACET_CORE_API_MINER_H_

#include <cstdint>
#include <functional>

#include "core/api/component.h"
#include "core/api/tensor.h"
#include "core/api/tuples.h"

namespace facet {

enum class MinerScope { kBatch, kEpoch };

// Embeddings [M, D] of the samples `indices` [M] (int64) under the present weights, no gradient.
using EmbedFunction = std::function<at::Tensor(const at::Tensor& indices)>;

class Miner : public Component {
 public:
  static constexpr char kKind[] = "miner";
  ~Miner() override;

  virtual TupleKind makes() const = 0;
  virtual MinerScope scope() const { return MinerScope::kBatch; }

  // Scope kBatch: tuples of one batch, indices into it. embeddings [N, D] carry no gradient.
  virtual absl::StatusOr<Tuples> Mine(const at::Tensor& embeddings, const at::Tensor& labels,
                                      uint64_t seed);

  // Scope kEpoch: the host begins an epoch over a data set with these labels [N] (int64, CPU), then
  // asks for tuples, at most `max_tuples` at a time, indices into the data set, until a call
  // returns none and `*done` is true.
  virtual absl::Status BeginEpoch(const at::Tensor& labels, uint64_t seed);
  virtual absl::StatusOr<Tuples> Next(int64_t max_tuples, const EmbedFunction& embed, bool* done);
};

// A miner of batches that tells anchors from references. The first images of what it is given are
// anchors, which its tuples begin with; the others are references alone, which anchors are compared
// with: the embeddings of earlier batches (cross-batch memory, Wang et al., CVPR 2020). So it
// measures [anchors, N] distances. Of any other miner the host mines all N images, [N, N]
// distances, and keeps the tuples that begin with an anchor.
class AnchorMiner : public Miner {
 public:
  static constexpr Traits kTraits = {Trait::kMinesForAnchors};
  ~AnchorMiner() override;

  MinerScope scope() const final { return MinerScope::kBatch; }
  absl::StatusOr<Tuples> Mine(const at::Tensor& embeddings, const at::Tensor& labels,
                              uint64_t seed) final;  // every image is an anchor

  // As Mine(), num_anchors in [0, N]. Positives and negatives are any of the N images. A selection
  // among tuples (a share of them, as many of the one sign as of the other) is one among those that
  // begin with an anchor.
  virtual absl::StatusOr<Tuples> MineAnchors(const at::Tensor& embeddings, const at::Tensor& labels,
                                             int64_t num_anchors, uint64_t seed) = 0;
};

}  // namespace facet

#endif  // FACET_CORE_API_MINER_H_
