#include "core/stages/project/learner.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/training/reduce.h"
#include "core/training/tensors.h"
#include "core/training/tuples.h"

namespace facet {
namespace {

constexpr char kState[] = "project.state";
constexpr char kNow[] = "now/", kAtStart[] = "epoch/";
constexpr char kTable[] = "embeddings", kKnown[] = "embeddings known";
constexpr int64_t kCallsPerNote = 256;

// All columns of tuples, defined or not.
std::vector<at::Tensor*> ColumnsOf(Tuples& t) {
  return {&t.anchors,         &t.positives,      &t.negatives,      &t.positive_first,
          &t.positive_second, &t.negative_first, &t.negative_second};
}

// What tells these tuples from others.
std::string DigestOf(Tuples tuples, bool done) {
  Sha256 hash;
  hash.Update(absl::StrCat(tuples.num_skipped, done ? " done" : " more"));
  for (const at::Tensor* column : ColumnsOf(tuples)) {
    if (!column->defined()) {
      hash.Update(" none");
      continue;
    }
    hash.Update(absl::StrCat(" ", column->numel(), ":"));
    for (const int64_t index : ToVector(*column)) hash.Update(absl::StrCat(index, ","));
  }
  return hash.HexDigest();
}

// Triplets, or positive pairs: what an epoch's log counts.
int64_t CountOf(const Tuples& tuples) {
  const at::Tensor& counted = tuples.anchors.defined() ? tuples.anchors : tuples.positive_first;
  return counted.defined() ? counted.numel() : 0;
}

// The tuples' own rows, so that a step costs as much as its tuples and not as the data set. Each
// row comes once: a loss over pairs takes together what one anchor has.
struct CompactTuples {
  at::Tensor rows;  // of the training set
  Tuples tuples;    // indices into `rows`
};
CompactTuples Compact(const Tuples& mined, at::Device device) {
  CompactTuples compact;
  compact.tuples = mined;
  std::vector<at::Tensor*> columns;
  std::vector<at::Tensor> indices;
  for (at::Tensor* column : ColumnsOf(compact.tuples)) {
    if (!column->defined()) continue;
    columns.push_back(column);
    indices.push_back(column->cpu());
  }
  const auto [rows, places, counts] =
      at::_unique2(at::cat(indices), /*sorted=*/true, /*return_inverse=*/true);
  compact.rows = rows;
  int64_t offset = 0;
  for (at::Tensor* column : columns) {
    const int64_t count = column->numel();
    *column = places.narrow(0, offset, count).to(device);
    offset += count;
  }
  return compact;
}

absl::Status Diverged() {
  return absl::OutOfRangeError("embed: the loss is not finite, training diverged; lower embed.lr");
}

at::Tensor InitialProjection(const LearnerParts& parts) {
  const ProjectSettings& settings = parts.settings;
  if (settings.initial == "pca") return PrincipalDirections(parts.rows, settings.dimension);
  at::Tensor projection = at::empty({settings.dimension, parts.rows.dimension()});
  Random random(DeriveSeed(parts.seed, "initial"));
  float* values = projection.data_ptr<float>();
  for (int64_t i = 0; i < projection.numel(); ++i) {
    values[i] = static_cast<float>(settings.initial_std * random.Normal());
  }
  return projection;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Learner>> Learner::Create(const LearnerParts& parts,
                                                         std::unique_ptr<Loss> loss,
                                                         std::unique_ptr<Miner> miner,
                                                         LearnerHooks hooks) {
  FACET_RETURN_IF_ERROR(CheckMiner(*loss, miner.get(), MinerScope::kEpoch, "embed"));
  FACET_RETURN_IF_ERROR(loss->Initialize(parts.settings.dimension, parts.num_classes, parts.seed));
  const Numerics numerics = {parts.rows.device(), at::kFloat};
  MoveTo(loss->Parameters(), numerics);
  MoveTo(loss->Buffers(), numerics);
  return std::unique_ptr<Learner>(
      new Learner(parts, std::move(loss), std::move(miner), std::move(hooks)));
}

void Learner::Begin() { projection_ = InitialProjection(parts_).to(parts_.rows.device()); }

std::vector<Learner::Named> Learner::Changing() const {
  std::vector<Named> named = {{"projection", projection_}};
  for (const NamedTensor& each : loss_->Parameters()) {
    named.push_back({absl::StrCat("loss/", each.name), each.tensor});
  }
  for (const NamedTensor& each : loss_->Buffers()) {
    named.push_back({absl::StrCat("buffer/", each.name), each.tensor});
  }
  return named;
}

absl::Status Learner::Run() {
  if (!projection_.defined()) Begin();
  while (static_cast<int64_t>(epochs_.size()) < parts_.settings.epochs) {
    FACET_RETURN_IF_ERROR(RunEpoch());
  }
  return absl::OkStatus();
}

absl::Status Learner::RunEpoch() {
  FACET_ASSIGN_OR_RETURN(Mined mined, First());
  while (true) {
    FACET_RETURN_IF_ERROR(Pause(mined));
    FACET_RETURN_IF_ERROR(Learn(mined));
    if (mined.done) return EndEpoch();
    FACET_ASSIGN_OR_RETURN(mined, Next());
  }
}

absl::Status Learner::BeginEpoch() {
  return miner_->BeginEpoch(parts_.labels,
                            DeriveSeed(parts_.seed, absl::StrCat("epoch ", epochs_.size())));
}

absl::StatusOr<Learner::Mined> Learner::Next() {
  Mined mined;
  const EmbedFunction embed = [&](const at::Tensor& rows) {
    return embedded_.At(rows, projection_);
  };
  FACET_ASSIGN_OR_RETURN(mined.tuples, miner_->Next(parts_.settings.batch, embed, &mined.done));
  return mined;
}

absl::StatusOr<Learner::Mined> Learner::First() {
  FACET_RETURN_IF_ERROR(BeginEpoch());
  const std::string expected = std::exchange(expected_, "");
  if (!expected.empty()) {
    FACET_ASSIGN_OR_RETURN(const bool passed, PassOver());
    if (passed) {
      FACET_ASSIGN_OR_RETURN(Mined mined, Next());
      if (DigestOf(mined.tuples, mined.done) == expected) return mined;
    }
    const at::NoGradGuard no_gradient;
    const std::vector<Named> changing = Changing();
    for (size_t i = 0; i < changing.size(); ++i) {
      at::Tensor tensor = changing[i].tensor;
      tensor.copy_(at_start_[i]);
    }
    passed_ = num_tuples_ = num_skipped_ = num_steps_ = 0;
    loss_sum_ = 0.0;
    embedded_.Forget();
    FACET_RETURN_IF_ERROR(BeginEpoch());
  } else {
    embedded_.Forget();
    at_start_.clear();
    for (const Named& each : Changing()) at_start_.push_back(each.tensor.detach().clone());
  }
  return Next();
}

absl::StatusOr<bool> Learner::PassOver() {
  const EmbedFunction equal = [&](const at::Tensor& rows) {
    return at::zeros({rows.numel(), 1}, at::TensorOptions(parts_.rows.device()).dtype(at::kFloat));
  };
  bool done = false;
  int64_t left = passed_;
  while (left > 0 && !done) {
    FACET_ASSIGN_OR_RETURN(const Tuples tuples,
                           miner_->Next(std::min(left, parts_.settings.batch), equal, &done));
    const int64_t count = CountOf(tuples) + tuples.num_skipped;
    if (count == 0) return false;
    left -= count;
  }
  return left == 0 && !done;
}

absl::Status Learner::Pause(const Mined& next) const {
  // Tuples prove a miner's place; at an epoch's start there is nothing to prove.
  if (passed_ > 0 && CountOf(next.tuples) == 0) return absl::OkStatus();
  return hooks_.pause([&] { return State(next); });
}

absl::Status Learner::Learn(const Mined& mined) {
  const int64_t count = CountOf(mined.tuples);
  if (count > 0) {
    FACET_ASSIGN_OR_RETURN(const double value, Update(mined.tuples));
    loss_sum_ += value;
    ++num_steps_;
  }
  num_tuples_ += count;
  num_skipped_ += mined.tuples.num_skipped;
  passed_ += count + mined.tuples.num_skipped;
  if (++num_calls_ % kCallsPerNote == 0) {
    hooks_.progress(static_cast<int64_t>(epochs_.size()),
                    absl::StrFormat("%s, epoch %d: %d tuples, %d pairs skipped", parts_.what,
                                    epochs_.size() + 1, num_tuples_, num_skipped_));
  }
  return absl::OkStatus();
}

// One gradient step; returns the loss. The gradient of W' is a product of those of the embeddings
// and the descriptors, and is added as it is computed: no step writes a second W'.
absl::StatusOr<double> Learner::Update(const Tuples& mined) {
  const at::Device device = parts_.rows.device();
  const CompactTuples step = Compact(ConvertTuples(mined, loss_->takes()), device);
  const at::Tensor embeddings = embedded_.At(step.rows, projection_).set_requires_grad(true);
  const at::Tensor labels = parts_.labels.index_select(0, step.rows).to(device);
  // A loss that draws does so by the step, wherever the run was taken up.
  at::manual_seed(DeriveSeed(parts_.seed, absl::StrCat("step ", epochs_.size(), " ", passed_)));
  FACET_ASSIGN_OR_RETURN(const std::vector<LossGroup> groups,
                         loss_->Compute({embeddings, labels, &step.tuples}));
  FACET_ASSIGN_OR_RETURN(const at::Tensor total, ReduceGroups(groups));
  const double value = total.item<double>();
  if (!std::isfinite(value)) return Diverged();
  total.backward();
  const at::NoGradGuard no_gradient;
  const double rate = parts_.settings.lr;
  if (embeddings.grad().defined()) {
    embedded_.Descend(step.rows, embeddings.grad(), rate, num_steps_ + 1, &projection_);
  }
  for (NamedTensor& parameter : loss_->Parameters()) {
    if (!parameter.tensor.grad().defined()) continue;
    parameter.tensor.sub_(parameter.tensor.grad(), rate);
    parameter.tensor.mutable_grad().zero_();
  }
  return value;
}

absl::Status Learner::EndEpoch() {
  // Once distances overflow no negative violates the margin: nothing is left to learn from, and the
  // loss alone would not tell.
  bool finite = true;
  const at::NoGradGuard no_gradient;
  parts_.rows.ForEachBlock([&](const at::Tensor& block) {
    finite = finite && at::isfinite(at::square(block.mm(projection_.t())).sum()).item<bool>();
  });
  if (!finite) return Diverged();
  const double mean = num_steps_ == 0 ? 0.0 : loss_sum_ / static_cast<double>(num_steps_);
  const std::string note = absl::StrFormat("%s, loss %.3f, %d tuples, %d pairs skipped",
                                           parts_.what, mean, num_tuples_, num_skipped_);
  epochs_.push_back({{"epoch", epochs_.size() + 1},
                     {"tuples", num_tuples_},
                     {"skipped", num_skipped_},
                     {"loss", mean}});
  passed_ = num_tuples_ = num_skipped_ = num_steps_ = 0;
  loss_sum_ = 0.0;
  hooks_.progress(static_cast<int64_t>(epochs_.size()), note);
  return absl::OkStatus();
}

TensorSources Learner::State(const Mined& next) const {
  TensorSources sources;
  const std::vector<Named> changing = Changing();
  for (size_t i = 0; i < changing.size(); ++i) {
    sources.tensors[kNow + changing[i].name] = SourceOf(changing[i].tensor);
    if (passed_ == 0) continue;
    sources.tensors[kAtStart + changing[i].name] = SourceOf(at_start_[i]);
  }
  if (passed_ > 0 && embedded_.table().defined()) {
    sources.tensors[kTable] = SourceOf(embedded_.table());
    sources.tensors[kKnown] = SourceOf(embedded_.known());
  }
  sources.metadata[kState] = Dump({{"epochs", epochs_},
                                   {"passed", passed_},
                                   {"tuples", num_tuples_},
                                   {"skipped", num_skipped_},
                                   {"steps", num_steps_},
                                   {"loss_sum", loss_sum_},
                                   {"next", DigestOf(next.tuples, next.done)}});
  return sources;
}

absl::Status Learner::Resume(const StoredTensors& state) {
  const auto found = state.metadata.find(kState);
  if (found == state.metadata.end()) return absl::DataLossError("the checkpoint has no state");
  FACET_ASSIGN_OR_RETURN(const Json json, ParseJson(found->second, "checkpoint"));
  epochs_ = json.at("epochs");
  passed_ = json.at("passed");
  num_tuples_ = json.at("tuples");
  num_skipped_ = json.at("skipped");
  num_steps_ = json.at("steps");
  loss_sum_ = json.at("loss_sum");
  if (passed_ > 0) expected_ = json.at("next");
  projection_ = at::empty({parts_.settings.dimension, parts_.rows.dimension()},
                          at::TensorOptions(parts_.rows.device()).dtype(at::kFloat));
  for (const Named& each : Changing()) {
    for (const char* prefix : {kNow, kAtStart}) {
      if (prefix == kAtStart && passed_ == 0) continue;
      const auto stored = state.tensors.find(prefix + each.name);
      if (stored == state.tensors.end() || stored->second.shape != each.tensor.sizes().vec()) {
        return absl::DataLossError(
            absl::StrCat("the checkpoint has no ", each.name, " of this shape"));
      }
      if (prefix == kNow) {
        CopyFrom(stored->second, each.tensor);
      } else {
        at_start_.push_back(FromStored(stored->second).to(parts_.rows.device()));
      }
    }
  }
  const auto table = state.tensors.find(kTable), known = state.tensors.find(kKnown);
  if (table != state.tensors.end() && known != state.tensors.end()) {
    embedded_.Restore(FromStored(table->second), FromStored(known->second));
  }
  return absl::OkStatus();
}

}  // namespace facet
