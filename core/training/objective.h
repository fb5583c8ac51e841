// What a step of training minimises: the loss of a batch's embeddings, with its miner's tuples and
// the memory of past embeddings; and its gradient.
//
// With a micro-batch the gradient is put together from parts of the batch, so that the network's
// activations of one part are in memory at a time (Gao et al., arXiv:2101.06983, section 3.2): the
// embeddings of all parts without a graph, the loss of the whole batch and its gradient by them,
// then each part again with a graph, which that gradient goes through. Loss and miner see the whole
// batch, so it is the gradient of the large batch for any loss, up to the order of sums; except
// that statistics of a batch (batch normalisation) are those of a part, and dropout draws per part.
#ifndef FACET_CORE_TRAINING_OBJECTIVE_H_
#define FACET_CORE_TRAINING_OBJECTIVE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/architecture.h"
#include "core/api/loss.h"
#include "core/api/miner.h"
#include "core/training/batch.h"
#include "core/training/memory.h"
#include "core/training/settings.h"
#include "core/training/tensors.h"

namespace facet {

// A loss that takes tuples may get none, and then it is 0 and teaches nothing.
enum class TuplesOfStep {
  kSome,       // or the loss takes none
  kNoneFound,  // those there are the miner did not want, or the loss
  kNoneThere  // the loss is 0 on a batch that, with the memory, shows no two images of one identity
              // beside one of another
};

struct ObjectiveParts {
  Architecture& architecture;
  Loss& loss;
  Miner* miner = nullptr;                                // may be null
  std::string architecture_name, loss_name, miner_name;  // for messages
  // The same loss, where it has Trait::kComparesAnchors, and miner, with Trait::kMinesForAnchors.
  AnchorLoss* anchor_loss = nullptr;
  AnchorMiner* anchor_miner = nullptr;
};

class Objective {
 public:
  // What `parts` refers to outlives this object. micro_batch 0: none. reads_losses = false: those of
  // a loss that takes no tuples stay on their device, so that a step does not wait for it.
  Objective(const ObjectiveParts& parts, int64_t micro_batch, const MemorySettings& memory,
            const Numerics& numerics, bool reads_losses = true);

  struct Value {
    double loss = 0.0;              // 0 where it was not read
    at::Tensor unread;              // the loss then, else undefined; no gradient
    at::Tensor embeddings, labels;  // of the batch; no gradient
    TuplesOfStep tuples = TuplesOfStep::kSome;
  };
  // Adds the gradient of the loss to what learns, if the loss is finite or was not read. `seed` decides all random
  // draws. The same call again adds the same, if weights and buffers are the same.
  absl::StatusOr<Value> Differentiate(const Batch& batch, int64_t step, uint64_t seed);
  // After the step.
  void Remember(const Value& value) { memory_.Push(value.embeddings, value.labels); }

  // The loss of a batch without its gradient. num_correct: of the classifier; -1 where there is
  // none, and only then `loss` counts.
  struct Validation {
    double loss = 0.0;
    int64_t num_correct = -1, num_images = 0;
  };
  // A batch that has no tuples says nothing of a loss that takes some: num_images is 0.
  absl::StatusOr<Validation> Validate(const Batch& batch);

  std::vector<NamedTensor> Buffers() const;  // of both, the loss's with their prefix
  int64_t TakeSkipped();  // NumSkipped() since the last call, validation not counted
  void set_skipped(int64_t count) { num_skipped_ = count; }
  int64_t skipped() const { return num_skipped_; }
  bool has_miner() const { return parts_.miner != nullptr; }
  EmbeddingMemory& memory() { return memory_; }

 private:
  absl::StatusOr<at::Tensor> Embed(const at::Tensor& images, bool training);  // [N, D] float32
  struct LossValue {
    at::Tensor loss, labels;   // of all that it was shown
    bool has_elements = true;  // of tuples
  };
  absl::StatusOr<Tuples> Mine(const at::Tensor& embeddings, const at::Tensor& labels,
                              int64_t num_anchors, uint64_t seed);
  // num_anchors: tuples begin with one of the first so many (the others come from the memory).
  absl::StatusOr<LossValue> LossOf(const at::Tensor& embeddings, const at::Tensor& labels,
                                   int64_t num_anchors, uint64_t seed);
  absl::StatusOr<LossValue> LossWithMemory(const at::Tensor& embeddings, const at::Tensor& labels,
                                           int64_t step, uint64_t seed);
  absl::StatusOr<Value> DifferentiateInParts(const at::Tensor& images, const at::Tensor& labels,
                                             int64_t step, uint64_t seed);
  at::Tensor Images(const Batch& batch);
  Value ValueOf(const LossValue& loss, const at::Tensor& embeddings,
                const at::Tensor& labels) const;

  const ObjectiveParts parts_;
  const int64_t micro_batch_;
  const MemorySettings memory_settings_;
  const Numerics numerics_;
  const bool reads_losses_;
  EmbeddingMemory memory_;
  int64_t num_skipped_ = 0;
};

// What tensors hold, to be put back: computing a gradient once more must not count twice in running
// statistics.
class KeptValues {
 public:
  explicit KeptValues(std::vector<NamedTensor> tensors);
  void Restore() const;

 private:
  std::vector<NamedTensor> tensors_;
  std::vector<at::Tensor> copies_;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_OBJECTIVE_H_
