#include "core/training/model.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "core/base/file.h"
#include "core/base/json_lines.h"
#include "core/base/status.h"
#include "core/training/tensors.h"

namespace facet {
namespace {

constexpr int64_t kMaxInputPx = 1 << 16;

bool Agrees(const StoredTensor& stored, const at::Tensor& tensor) {
  return stored.shape == tensor.sizes().vec();
}

// "conv1_1" of conv1_1.weight.
std::string LayerOf(const std::string& tensor) { return tensor.substr(0, tensor.rfind('.')); }

}  // namespace

absl::Status WriteModel(const Model& model, TensorSources weights, const std::string& directory) {
  const bool mean_image = model.input.mean_bgr.size() > 3;
  StoredTensors mean;
  if (mean_image) {
    mean.tensors[kMeanImage] = {{model.input.size_px, model.input.size_px, 3},
                                model.input.mean_bgr};
    weights.tensors.merge(SourcesOf(mean).tensors);
  }
  const Json input = {{"size_px", model.input.size_px},
                      {"rgb", model.input.rgb},
                      {"mean_bgr", mean_image ? Json(kMeanImage) : Json(model.input.mean_bgr)},
                      {"scale_bgr", model.input.scale_bgr}};
  weights.metadata[kInputMetadata] = Dump(input);
  const Json json = {
      {"architecture", {{"use", model.architecture}, {"options", model.architecture_options}}},
      {"loss", model.loss},
      {"input", input},
      {"classes", model.classes},
      {"precision", model.precision},
      {"start", model.start},
      {"counts", model.counts}};
  FACET_RETURN_IF_ERROR(WriteTensors(directory + "/weights.safetensors", weights));
  FACET_RETURN_IF_ERROR(WriteJsonLines(directory + "/log.jsonl", model.log));
  return WriteFileAtomically(directory + "/model.json", DumpPretty(json) + "\n");
}

absl::Status WriteModel(const Model& model, const std::string& directory) {
  return WriteModel(model, SourcesOf(model.weights), directory);
}

absl::StatusOr<Model> ReadModel(const std::string& model_path, const std::string& weights_path) {
  Model model;
  FACET_ASSIGN_OR_RETURN(model.weights, ReadTensors(weights_path));
  FACET_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(model_path));
  try {
    model.architecture = json.at("architecture").at("use");
    model.architecture_options = json.at("architecture").at("options");
    model.loss = json.at("loss");
    model.classes = json.at("classes").get<std::vector<std::string>>();
    model.precision = json.at("precision");
    model.start = json.at("start");
    model.counts = json.at("counts");
  } catch (const std::exception& exception) {
    return absl::DataLossError(absl::StrCat(model_path, ": ", exception.what()));
  }
  FACET_ASSIGN_OR_RETURN(model.input,
                         ParseInputFormat(json.value("input", Json()), model.weights, model_path));
  return model;
}

absl::StatusOr<InputFormat> ParseInputFormat(const Json& json, const StoredTensors& weights,
                                             const std::string& file) {
  InputFormat input;
  try {
    input.size_px = json.at("size_px");
    input.rgb = json.at("rgb");
    input.scale_bgr = json.at("scale_bgr").get<std::array<float, 3>>();
    input.mean_bgr = json.at("mean_bgr").is_string()
                         ? weights.tensors.at(json.at("mean_bgr").get<std::string>()).values
                         : json.at("mean_bgr").get<std::vector<float>>();
  } catch (const std::exception& exception) {
    return absl::DataLossError(absl::StrCat(file, ": ", exception.what()));
  }
  if (input.size_px < 1 || input.size_px > kMaxInputPx) {
    return absl::DataLossError(absl::StrCat(file, ": an input of ", input.size_px, " px"));
  }
  const size_t num_means = input.mean_bgr.size();
  if (num_means != 3 && num_means != static_cast<size_t>(input.num_values())) {
    return absl::DataLossError(absl::StrCat(file, ": the mean has ", num_means, " values"));
  }
  return input;
}

InputFormat InputFormatOf(const NetworkInput& input) {
  InputFormat format;
  format.size_px = input.size_px;
  format.rgb = input.rgb;
  format.mean_bgr.assign(3, 0.0f);
  std::copy(input.mean_bgr.begin(), input.mean_bgr.end(), format.mean_bgr.begin());
  for (size_t c = 0; c < 3; ++c) format.scale_bgr[c] = static_cast<float>(input.scale_bgr[c]);
  return format;
}

absl::Status LoadWeights(const StoredTensors& weights, Architecture& architecture) {
  std::vector<NamedTensor> tensors = architecture.Parameters();
  for (NamedTensor& buffer : architecture.Buffers()) tensors.push_back(std::move(buffer));
  for (const NamedTensor& named : tensors) {
    const auto found = weights.tensors.find(named.name);
    if (found == weights.tensors.end() || !Agrees(found->second, named.tensor)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the model has no tensor ", named.name, " of shape [",
                       absl::StrJoin(named.tensor.sizes().vec(), ", "),
                       "]: it is of another architecture or of other options"));
    }
    CopyFrom(found->second, named.tensor);
  }
  return absl::OkStatus();
}

absl::StatusOr<Json> CopyLayers(const Model& from, const Model& to, Architecture& architecture,
                                Loss& loss) {
  std::vector<NamedTensor> tensors = architecture.Parameters();
  for (NamedTensor& buffer : architecture.Buffers()) tensors.push_back(std::move(buffer));
  const bool same_classifier = from.loss == to.loss && from.classes == to.classes;
  for (const std::vector<NamedTensor>& of_loss : {loss.Parameters(), loss.Buffers()}) {
    for (const NamedTensor& named : of_loss) {
      tensors.push_back({kLossPrefix + named.name, named.tensor});
    }
  }
  std::map<std::string, std::pair<size_t, size_t>> fits;  // layer -> tensors that agree, all
  for (const NamedTensor& named : tensors) {
    const bool of_loss = absl::StartsWith(named.name, kLossPrefix);
    const auto found = from.weights.tensors.find(named.name);
    auto& [agree, all] = fits[LayerOf(named.name)];
    ++all;
    if (found != from.weights.tensors.end() && Agrees(found->second, named.tensor) &&
        (!of_loss || same_classifier)) {
      ++agree;
    }
  }
  std::vector<std::string> copied, fresh, unused, incomplete;
  for (const NamedTensor& named : tensors) {
    const auto& [agree, all] = fits.at(LayerOf(named.name));
    if (agree < all) {
      fresh.push_back(named.name);
      continue;
    }
    CopyFrom(from.weights.tensors.at(named.name), named.tensor);
    copied.push_back(named.name);
  }
  for (const auto& [layer, count] : fits) {
    if (count.first > 0 && count.first < count.second) incomplete.push_back(layer);
  }
  if (copied.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "train.start_from: no layer of ", from.architecture, " ", Dump(from.architecture_options),
        " has name and shape of one of ", to.architecture, " ", Dump(to.architecture_options)));
  }
  for (const auto& [name, tensor] : from.weights.tensors) {
    if (name != kMeanImage && std::count(copied.begin(), copied.end(), name) == 0) {
      unused.push_back(name);
    }
  }
  return Json{{"copied", copied}, {"new", fresh}, {"unused", unused}, {"incomplete", incomplete}};
}

}  // namespace facet
