#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/loss.h"
#include "core/base/json_lines.h"
#include "core/pipeline/context.h"
#include "core/records/descriptors.h"
#include "core/records/npy.h"
#include "core/records/record_lines.h"
#include "core/stages/classify/classify.h"
#include "core/training/model.h"
#include "core/training/tensors.h"

namespace facet {
namespace {

constexpr int64_t kRowsPerBatch = 4096;

absl::Status LoadClassifier(const Model& model, Loss* loss) {
  std::vector<NamedTensor> tensors = loss->Parameters();
  for (NamedTensor& buffer : loss->Buffers()) tensors.push_back(std::move(buffer));
  for (const NamedTensor& named : tensors) {
    const auto found = model.weights.tensors.find(kLossPrefix + named.name);
    if (found == model.weights.tensors.end() || found->second.shape != named.tensor.sizes().vec()) {
      return absl::DataLossError(
          absl::StrCat("the trained model has no tensor ", kLossPrefix, named.name, " that fits"));
    }
    CopyFrom(found->second, named.tensor);
  }
  return absl::OkStatus();
}

// log p(own class) of each row; of a class of -1 nothing that counts.
absl::StatusOr<std::vector<double>> LogProbabilities(const std::string& name, Loss& loss,
                                                     const at::Tensor& descriptors,
                                                     const std::vector<int64_t>& classes,
                                                     int64_t num_classes) {
  return Guard(name, [&]() -> absl::StatusOr<std::vector<double>> {
    const std::optional<at::Tensor> scores = loss.Scores(descriptors);
    if (!scores) {
      return absl::FailedPreconditionError(
          absl::StrCat("loss \"", name,
                       "\" has no classifier, so it ranks no images; name a row in curation.scores "
                       "whose loss scores classes (facet plugins list --kind loss)"));
    }
    if (scores->dim() != 2 || scores->size(0) != descriptors.size(0) ||
        scores->size(1) != num_classes) {
      return absl::InternalError(absl::StrCat(
          "loss \"", name, "\" gives scores of the shape [", absl::StrJoin(scores->sizes(), ", "),
          "] for ", descriptors.size(0), " faces and ", num_classes, " classes"));
    }
    const at::Tensor logits = scores->to(at::kDouble);
    const at::Tensor own =
        at::tensor(at::ArrayRef<int64_t>(classes), at::kLong).clamp_min(0).unsqueeze(1);
    // log p = -log(1 + sum of the others' exp(z - z_own)): a softmax would round the surest to 1,
    // and they could not be ranked.
    const at::Tensor others =
        at::logsumexp(logits.scatter(1, own, -std::numeric_limits<double>::infinity()), {1});
    const at::Tensor behind = others - logits.gather(1, own).squeeze(1);
    const at::Tensor logs = -(behind.clamp_min(0) + at::log1p(at::exp(-behind.abs()))).contiguous();
    const double* values = logs.data_ptr<double>();
    return std::vector<double>(values, values + logs.numel());
  });
}

}  // namespace

absl::Status RunClassify(StageContext& context) {
  const at::NoGradGuard no_gradient;
  FACET_RETURN_IF_ERROR(PrepareTorch("cpu", "float32", context.threads()).status());
  FACET_ASSIGN_OR_RETURN(const std::string description, context.InputFile("model", "model.json"));
  FACET_ASSIGN_OR_RETURN(const std::string weights,
                         context.InputFile("model", "weights.safetensors"));
  FACET_ASSIGN_OR_RETURN(const Model model, ReadModel(description, weights));
  FACET_ASSIGN_OR_RETURN(const std::string npy,
                         context.InputFile("descriptors", "descriptors.npy"));
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<NpyReader> descriptors, NpyReader::Open(npy));
  FACET_ASSIGN_OR_RETURN(const std::string rows, context.InputFile("descriptors", "rows.jsonl"));
  FACET_ASSIGN_OR_RETURN(const int64_t num_rows, CountLines(rows));
  if (descriptors->shape().size() != 2 || descriptors->shape()[0] != num_rows) {
    return absl::DataLossError(absl::StrCat(npy, " does not fit ", rows));
  }
  const int64_t dimension = descriptors->shape()[1];
  const std::string name = context.component_name("loss");
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Loss> loss, context.Create<Loss>("loss"));
  FACET_RETURN_IF_ERROR(
      loss->Initialize(dimension, static_cast<int64_t>(model.classes.size()), context.seed()));
  FACET_RETURN_IF_ERROR(LoadClassifier(model, loss.get()));
  std::unordered_map<std::string, int64_t> class_of;
  for (size_t i = 0; i < model.classes.size(); ++i) {
    class_of[model.classes[i]] = static_cast<int64_t>(i);
  }

  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<RecordWriter<ScoreRecord>> writer,
                         RecordWriter<ScoreRecord>::Create(context.output_dir() + "/scores.jsonl"));
  RecordReader<DescriptorRecord> records(rows, &DescriptorRecordFromJson);
  for (int64_t first = 0; first < num_rows; first += kRowsPerBatch) {
    if (context.stop_requested()) return absl::CancelledError("stopped");
    const int64_t count = std::min(kRowsPerBatch, num_rows - first);
    const at::Tensor batch = at::empty({count, dimension}, at::kFloat);
    FACET_RETURN_IF_ERROR(descriptors->Read(batch.numel(), batch.data_ptr<float>()));
    std::vector<int64_t> samples, classes;
    for (int64_t i = 0; i < count; ++i) {
      FACET_ASSIGN_OR_RETURN(const std::optional<DescriptorRecord> record, records.Next());
      if (!record) return absl::DataLossError(absl::StrCat(rows, " does not fit ", npy));
      const auto found = class_of.find(record->identity);
      samples.push_back(record->sample);
      classes.push_back(found == class_of.end() ? -1 : found->second);
    }
    FACET_ASSIGN_OR_RETURN(
        const std::vector<double> logs,
        LogProbabilities(name, *loss, batch, classes, static_cast<int64_t>(model.classes.size())));
    for (size_t i = 0; i < classes.size(); ++i) {
      if (classes[i] < 0) continue;
      FACET_RETURN_IF_ERROR(Annotate(writer->Write({samples[i], logs[i]}),
                                     absl::StrCat("loss \"", name, "\" on sample ", samples[i])));
    }
    context.Progress(first + count, num_rows, "faces");
  }
  return writer->Finish();
}

}  // namespace facet
