// What a training run leaves behind: weights, checkpoints, and how it goes on from one.
#include "core/base/status.h"
#include "core/training/trainer.h"

namespace facet {
namespace {

constexpr char kBufferPrefix[] = "buffer/";
constexpr char kState[] = "training.state";

}  // namespace

TensorSources Trainer::Weights() const {
  TensorSources sources;
  learned_.Export(/*state=*/false, &sources);
  for (const NamedTensor& buffer : objective_.Buffers()) {
    sources.tensors[buffer.name] = SourceOf(buffer.tensor);
  }
  for (const NamedTensor& average : average_.averages()) {
    sources.tensors[average.name] = SourceOf(average.tensor);
  }
  return sources;
}

absl::Status Trainer::SaveCheckpoint() {
  FACET_RETURN_IF_ERROR(ReadLosses());
  TensorSources sources;
  learned_.Export(/*state=*/true, &sources);
  objective_.memory().Export(&sources);
  average_.Export(&sources);
  for (const NamedTensor& buffer : objective_.Buffers()) {
    sources.tensors[kBufferPrefix + buffer.name] = SourceOf(buffer.tensor);
  }
  sources.metadata[kState] = Dump({{"phase", phase_},
                                   {"phase_epoch", phase_epoch_},
                                   {"scores", scores_},
                                   {"epoch", epoch_},
                                   {"batch", batch_},
                                   {"step", step_},
                                   {"loss_sum", losses_.sum()},
                                   {"num_skipped", objective_.skipped()},
                                   {"none_there", num_none_there_},
                                   {"none_found", num_none_found_},
                                   {"without_before", without_before_},
                                   {"log", log_}});
  return checkpoints_->Save(step_, std::move(sources));
}

absl::Status Trainer::Resume(const StoredTensors& checkpoint) {
  FACET_RETURN_IF_ERROR(learned_.Import(checkpoint));
  FACET_RETURN_IF_ERROR(objective_.memory().Import(checkpoint));
  FACET_RETURN_IF_ERROR(average_.Import(checkpoint));
  for (const NamedTensor& buffer : objective_.Buffers()) {
    const auto found = checkpoint.tensors.find(kBufferPrefix + buffer.name);
    if (found == checkpoint.tensors.end() || found->second.shape != buffer.tensor.sizes().vec()) {
      return absl::DataLossError(
          absl::StrCat("the checkpoint has no buffer ", buffer.name, " of this shape"));
    }
    CopyFrom(found->second, buffer.tensor);
  }
  FACET_ASSIGN_OR_RETURN(const Json state, ParseJson(checkpoint.metadata.at(kState), "checkpoint"));
  phase_ = state.at("phase");
  phase_epoch_ = state.at("phase_epoch");
  scores_ = state.at("scores").get<std::vector<double>>();
  epoch_ = state.at("epoch");
  batch_ = state.at("batch");
  step_ = state.at("step");
  losses_.Set(state.at("loss_sum"), batch_);
  objective_.set_skipped(state.at("num_skipped"));
  num_none_there_ = state.at("none_there");
  num_none_found_ = state.at("none_found");
  without_before_ = state.at("without_before");
  log_ = state.at("log").get<std::vector<Json>>();
  return absl::OkStatus();
}

}  // namespace facet
