// Losses: N x D, labels N (and a miner's tuples) -> groups of elements, each with its reduction.
#ifndef FACET_CORE_API_LOSS_H_
#define FACET_CORE_API_LOSS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/api/architecture.h"
#include "core/api/component.h"
#include "core/api/tensor.h"
#include "core/api/tuples.h"

namespace facet {

enum class Reduction { kMean, kMeanNonZero, kSum };

// `elements` is a vector (it may be empty: the group then counts as 0, with a gradient of 0). A
// contrastive loss has two groups; the loss is the sum of its groups.
struct LossGroup {
  std::string name;
  at::Tensor elements;
  Reduction reduction = Reduction::kMean;
};

struct LossInput {
  at::Tensor embeddings;           // [N, D], float32 or float64, not normalised
  at::Tensor labels;               // [N], int64 in [0, classes)
  const Tuples* tuples = nullptr;  // of the kind that takes() names; null if there is no miner
};

class Loss : public Component {
 public:
  static constexpr char kKind[] = "loss";
  ~Loss() override;

  // Which tuples it takes; kNone: labels alone. A miner's tuples of the other kind are converted by
  // the host: each triplet (a, p, n) is the pairs (a, p) and (a, n); pairs with one anchor give all
  // their combinations.
  virtual TupleKind takes() const { return TupleKind::kNone; }
  // False: without a miner it takes every tuple of the batch, from the labels (tuples is null).
  virtual bool needs_miner() const { return takes() != TupleKind::kNone; }

  // Sizes and draws what the loss learns (classifier, centres, proxies). Called once; float32, CPU.
  virtual absl::Status Initialize(int64_t dimension, int64_t num_classes, uint64_t seed) {
    static_cast<void>(dimension);
    static_cast<void>(num_classes);
    static_cast<void>(seed);
    return absl::OkStatus();
  }
  virtual absl::StatusOr<std::vector<LossGroup>> Compute(const LossInput& input) = 0;
  // Class scores [N, classes] for the validation accuracy; none if it has no classifier.
  virtual std::optional<at::Tensor> Scores(const at::Tensor& embeddings) {
    static_cast<void>(embeddings);
    return std::nullopt;
  }
  // Learned tensors, each with a gradient. The training loop optimises them all.
  virtual std::vector<NamedTensor> Parameters() { return {}; }
  // State that Compute changes but no gradient does (running statistics): float32, part of
  // checkpoints. Compute must not change it where gradients are off (validation).
  virtual std::vector<NamedTensor> Buffers() { return {}; }
};

// A loss over tuples that tells anchors from references. The first rows of the embeddings are
// anchors; the others are references alone, which anchors are compared with: the embeddings of
// earlier batches, without a gradient (cross-batch memory, Wang et al., CVPR 2020). So its matrices
// are [anchors, N]. For any other loss that needs no miner the host lists every tuple that begins
// with an anchor.
class AnchorLoss : public Loss {
 public:
  static constexpr Traits kTraits = {Trait::kTakesTuples, Trait::kComparesAnchors};
  ~AnchorLoss() override;

  absl::StatusOr<std::vector<LossGroup>> Compute(const LossInput& input) final;  // all are anchors

  // num_anchors in [0, N]. Tuples, where there are some, begin with an anchor; without them it
  // takes every tuple that does. An element for each row is one for each anchor.
  virtual absl::StatusOr<std::vector<LossGroup>> ComputeAnchors(const LossInput& input,
                                                                int64_t num_anchors) = 0;
};

}  // namespace facet

#endif  // FACET_CORE_API_LOSS_H_
