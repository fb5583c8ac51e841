#include "core/training/objective.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "core/api/guard.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/training/model.h"
#include "core/training/reduce.h"
#include "core/training/tuple_supply.h"
#include "core/training/tuples.h"

namespace facet {
namespace {

bool HaveElements(const std::vector<LossGroup>& groups) {
  return std::any_of(groups.begin(), groups.end(),
                     [](const LossGroup& group) { return group.elements.numel() > 0; });
}

}  // namespace

Objective::Objective(const ObjectiveParts& parts, int64_t micro_batch, const MemorySettings& memory,
                     const Numerics& numerics, bool reads_losses)
    : parts_(parts),
      micro_batch_(micro_batch),
      memory_settings_(memory),
      numerics_(numerics),
      reads_losses_(reads_losses || parts.loss.takes() != TupleKind::kNone),
      memory_(memory.size, numerics.device) {}

at::Tensor Objective::Images(const Batch& batch) {
  return ImagesOf(batch, parts_.architecture.input().size_px, numerics_);
}

absl::StatusOr<at::Tensor> Objective::Embed(const at::Tensor& images, bool training) {
  return Guard(parts_.architecture_name, [&]() -> absl::StatusOr<at::Tensor> {
    return parts_.architecture.Forward(images, training).to(at::kFloat);
  });
}

absl::StatusOr<Tuples> Objective::Mine(const at::Tensor& embeddings, const at::Tensor& labels,
                                       int64_t num_anchors, uint64_t seed) {
  const at::Tensor detached = embeddings.detach();
  FACET_ASSIGN_OR_RETURN(Tuples tuples, Guard(parts_.miner_name, [&] {
                           return parts_.anchor_miner != nullptr
                                      ? parts_.anchor_miner->MineAnchors(detached, labels,
                                                                         num_anchors, seed)
                                      : parts_.miner->Mine(detached, labels, seed);
                         }));
  if (parts_.anchor_miner == nullptr && num_anchors < labels.numel()) {
    tuples = KeepAnchors(tuples, num_anchors);
  }
  num_skipped_ += NumSkipped(tuples, num_anchors);
  return ConvertTuples(tuples, parts_.loss.takes());
}

absl::StatusOr<Objective::LossValue> Objective::LossOf(const at::Tensor& embeddings,
                                                       const at::Tensor& labels,
                                                       int64_t num_anchors, uint64_t seed) {
  LossInput input;
  input.embeddings = embeddings;
  input.labels = labels;
  Tuples tuples;
  if (parts_.miner != nullptr) {
    FACET_ASSIGN_OR_RETURN(tuples, Mine(embeddings, labels, num_anchors, seed));
    input.tuples = &tuples;
  } else if (parts_.anchor_loss == nullptr && num_anchors < labels.numel()) {
    tuples = AllTuples(parts_.loss.takes(), labels, num_anchors);
    input.tuples = &tuples;
  }
  FACET_ASSIGN_OR_RETURN(const std::vector<LossGroup> groups, Guard(parts_.loss_name, [&] {
                           return parts_.anchor_loss != nullptr
                                      ? parts_.anchor_loss->ComputeAnchors(input, num_anchors)
                                      : parts_.loss.Compute(input);
                         }));
  LossValue value;
  FACET_ASSIGN_OR_RETURN(value.loss, ReduceGroups(groups));
  value.labels = labels;
  const bool has_tuples = input.tuples == nullptr || NumTuples(tuples) > 0;
  value.has_elements = has_tuples && HaveElements(groups);
  return value;
}

Objective::Value Objective::ValueOf(const LossValue& loss, const at::Tensor& embeddings,
                                    const at::Tensor& labels) const {
  Value value = {0.0, at::Tensor(), embeddings.detach(), labels};
  if (!reads_losses_) {
    value.unread = loss.loss.detach();
    return value;
  }
  value.loss = loss.loss.item<double>();
  if (parts_.loss.takes() == TupleKind::kNone) return value;
  if (loss.has_elements && value.loss != 0) return value;
  if (!CanHaveTuples(ToVector(loss.labels), labels.numel())) {
    value.tuples = TuplesOfStep::kNoneThere;
  } else if (!loss.has_elements) {
    value.tuples = TuplesOfStep::kNoneFound;
  }
  return value;
}

absl::StatusOr<Objective::LossValue> Objective::LossWithMemory(const at::Tensor& embeddings,
                                                               const at::Tensor& labels,
                                                               int64_t step, uint64_t seed) {
  if (memory_.count() == 0 || step < memory_settings_.start_step) {
    return LossOf(embeddings, labels, labels.numel(), seed);
  }
  return LossOf(at::cat({embeddings, memory_.embeddings()}), at::cat({labels, memory_.labels()}),
                labels.numel(), seed);
}

absl::StatusOr<Objective::Value> Objective::Differentiate(const Batch& batch, int64_t step,
                                                          uint64_t seed) {
  const at::Tensor images = Images(batch);
  const at::Tensor labels = LabelsOf(batch, numerics_);
  if (micro_batch_ > 0 && micro_batch_ < labels.numel()) {
    return DifferentiateInParts(images, labels, step, seed);
  }
  at::manual_seed(seed);
  FACET_ASSIGN_OR_RETURN(const at::Tensor embeddings, Embed(images, /*training=*/true));
  FACET_ASSIGN_OR_RETURN(const LossValue of_batch, LossWithMemory(embeddings, labels, step, seed));
  const Value value = ValueOf(of_batch, embeddings, labels);
  if (std::isfinite(value.loss)) of_batch.loss.backward();
  return value;
}

absl::StatusOr<Objective::Value> Objective::DifferentiateInParts(const at::Tensor& images,
                                                                 const at::Tensor& labels,
                                                                 int64_t step, uint64_t seed) {
  const int64_t size = labels.numel();
  const auto embed_part = [&](int64_t begin) {
    at::manual_seed(DeriveSeed(seed, absl::StrCat("part/", begin)));
    return Embed(images.narrow(0, begin, std::min(micro_batch_, size - begin)), /*training=*/true);
  };
  std::vector<at::Tensor> parts;
  {
    const at::NoGradGuard no_grad;
    for (int64_t begin = 0; begin < size; begin += micro_batch_) {
      FACET_ASSIGN_OR_RETURN(at::Tensor part, embed_part(begin));
      parts.push_back(std::move(part));
    }
  }
  const at::Tensor embeddings = at::cat(parts).set_requires_grad(true);
  at::manual_seed(seed);
  FACET_ASSIGN_OR_RETURN(const LossValue of_batch, LossWithMemory(embeddings, labels, step, seed));
  const Value value = ValueOf(of_batch, embeddings, labels);
  if (!std::isfinite(value.loss)) return value;
  of_batch.loss.backward();
  if (!embeddings.grad().defined()) return value;
  const KeptValues buffers(Buffers());
  for (int64_t begin = 0; begin < size; begin += micro_batch_) {
    FACET_ASSIGN_OR_RETURN(const at::Tensor part, embed_part(begin));
    if (!part.requires_grad()) break;  // the whole network is frozen
    part.backward(embeddings.grad().narrow(0, begin, part.size(0)));
  }
  buffers.Restore();
  return value;
}

absl::StatusOr<Objective::Validation> Objective::Validate(const Batch& batch) {
  const at::NoGradGuard no_grad;
  const int64_t num_skipped = num_skipped_;
  const at::Tensor labels = LabelsOf(batch, numerics_);
  FACET_ASSIGN_OR_RETURN(const at::Tensor embeddings, Embed(Images(batch), /*training=*/false));
  Validation validation;
  if (const std::optional<at::Tensor> scores = parts_.loss.Scores(embeddings)) {
    validation.num_correct = scores->argmax(1).eq(labels).sum().item<int64_t>();
  } else {
    if (parts_.loss.takes() != TupleKind::kNone && !CanHaveTuples(batch.labels, labels.numel())) {
      return validation;
    }
    FACET_ASSIGN_OR_RETURN(const LossValue value, LossOf(embeddings, labels, labels.numel(), 0));
    validation.loss = value.loss.item<double>();
    num_skipped_ = num_skipped;
  }
  validation.num_images = labels.numel();
  return validation;
}

std::vector<NamedTensor> Objective::Buffers() const {
  std::vector<NamedTensor> buffers = parts_.architecture.Buffers();
  for (const NamedTensor& buffer : parts_.loss.Buffers()) {
    buffers.push_back({kLossPrefix + buffer.name, buffer.tensor});
  }
  return buffers;
}

int64_t Objective::TakeSkipped() { return std::exchange(num_skipped_, 0); }

KeptValues::KeptValues(std::vector<NamedTensor> tensors) : tensors_(std::move(tensors)) {
  const at::NoGradGuard no_grad;
  for (const NamedTensor& named : tensors_) copies_.push_back(named.tensor.clone());
}

void KeptValues::Restore() const {
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < tensors_.size(); ++i) {
    at::Tensor tensor = tensors_[i].tensor;
    tensor.copy_(copies_[i]);
  }
}

}  // namespace facet
