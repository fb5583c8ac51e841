// What a training run leaves behind: weights, checkpoints, and how it goes on from one.
#include <utility>

#include "core/base/status.h"
#include "core/training/model.h"
#include "core/training/trainer.h"

namespace facet {
namespace {

constexpr char kBufferPrefix[] = "buffer/";
constexpr char kState[] = "training.state";

}  // namespace

std::vector<NamedTensor> Trainer::Buffers() const {
  std::vector<NamedTensor> buffers = architecture_.Buffers();
  for (const NamedTensor& buffer : loss_.Buffers()) {
    buffers.push_back({kLossPrefix + buffer.name, buffer.tensor});
  }
  return buffers;
}

TensorSources Trainer::Weights() const {
  TensorSources sources;
  optimizer_->Export(/*state=*/false, &sources);
  for (const NamedTensor& buffer : Buffers()) {
    sources.tensors[buffer.name] = SourceOf(buffer.tensor);
  }
  return sources;
}

absl::Status Trainer::SaveCheckpoint() {
  TensorSources sources;
  optimizer_->Export(/*state=*/true, &sources);
  memory_.Export(&sources);
  for (const NamedTensor& buffer : Buffers()) {
    sources.tensors[kBufferPrefix + buffer.name] = SourceOf(buffer.tensor);
  }
  const RateSchedule::State& s = schedule_.state();
  sources.metadata[kState] =
      Dump({{"epoch", epoch_},
            {"batch", batch_},
            {"step", step_},
            {"loss_sum", loss_sum_},
            {"num_skipped", num_skipped_},
            {"log", log_},
            {"schedule", {s.stage, s.epochs, s.since_best, s.has_best, s.best, s.done}}});
  return checkpoints_->Save(step_, std::move(sources));
}

absl::Status Trainer::Resume(const StoredTensors& checkpoint) {
  FACET_RETURN_IF_ERROR(optimizer_->Import(checkpoint));
  FACET_RETURN_IF_ERROR(memory_.Import(checkpoint));
  for (const NamedTensor& buffer : Buffers()) {
    const auto found = checkpoint.tensors.find(kBufferPrefix + buffer.name);
    if (found == checkpoint.tensors.end() || found->second.shape != buffer.tensor.sizes().vec()) {
      return absl::DataLossError(
          absl::StrCat("the checkpoint has no buffer ", buffer.name, " of this shape"));
    }
    CopyFrom(found->second, buffer.tensor);
  }
  FACET_ASSIGN_OR_RETURN(const Json state, ParseJson(checkpoint.metadata.at(kState), "checkpoint"));
  epoch_ = state.at("epoch");
  batch_ = state.at("batch");
  step_ = state.at("step");
  loss_sum_ = state.at("loss_sum");
  num_skipped_ = state.at("num_skipped");
  log_ = state.at("log").get<std::vector<Json>>();
  const Json& s = state.at("schedule");
  schedule_.set_state({s.at(0), s.at(1), s.at(2), s.at(3), s.at(4), s.at(5)});
  return absl::OkStatus();
}

}  // namespace facet
