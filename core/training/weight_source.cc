#include "core/training/weight_source.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "core/base/suggest.h"
#include "core/training/caffe_import.h"
#include "core/training/model.h"
#include "core/training/tensors.h"

namespace facet {
namespace {

constexpr size_t kMostNamed = 8;  // problems in one message

std::string ShapeText(const std::vector<int64_t>& shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

}  // namespace

absl::StatusOr<StoredTensors> ReadForeignWeights(const WeightSettings& settings) {
  FACET_RETURN_IF_ERROR(CheckWeightSettings(settings));
  if (absl::EndsWith(settings.file, ".safetensors")) return ReadTensors(settings.file);
  return ImportCaffe(settings.layout, settings.file);
}

absl::StatusOr<std::vector<std::string>> LoadForeignWeights(const StoredTensors& stored,
                                                            const std::string& file,
                                                            Architecture& architecture) {
  std::vector<NamedTensor> tensors = architecture.Parameters();
  for (NamedTensor& buffer : architecture.Buffers()) tensors.push_back(std::move(buffer));
  if (tensors.empty()) {
    return absl::InvalidArgumentError(
        "train.weights: this architecture has no tensors to load; take train.weights out");
  }
  std::vector<std::string> problems, unused, names;
  for (const auto& [name, tensor] : stored.tensors) names.push_back(name);
  std::set<std::string> used;
  for (const NamedTensor& named : tensors) {
    const std::vector<int64_t> wanted = named.tensor.sizes().vec();
    const auto found = stored.tensors.find(named.name);
    if (found == stored.tensors.end()) {
      const std::string nearest = Nearest(named.name, names);
      problems.push_back(absl::StrCat("  ", named.name, " ", ShapeText(wanted),
                                      ": the file has none of this name",
                                      nearest.empty() ? "" : absl::StrCat("; nearest: ", nearest)));
    } else if (found->second.shape != wanted) {
      problems.push_back(absl::StrCat("  ", named.name, " ", ShapeText(wanted), ": the file's is ",
                                      ShapeText(found->second.shape)));
    } else {
      CopyFrom(found->second, named.tensor);
      used.insert(named.name);
    }
  }
  if (!problems.empty()) {
    const size_t shown = std::min(problems.size(), kMostNamed);
    const std::string more =
        problems.size() > shown ? absl::StrCat("\n  and ", problems.size() - shown, " more") : "";
    problems.resize(shown);
    return absl::InvalidArgumentError(absl::StrCat(
        file, ": the architecture's tensors that get nothing from it:\n",
        absl::StrJoin(problems, "\n"), more,
        "\nis it of another architecture, or are the architecture's options others than its?"));
  }
  for (const std::string& name : names) {
    if (used.count(name) == 0 && name != kMeanImage && !absl::StartsWith(name, kLossPrefix)) {
      unused.push_back(name);
    }
  }
  return unused;
}

absl::StatusOr<ForeignInput> ForeignInputOf(const WeightSettings& settings,
                                            const StoredTensors& stored, InputFormat input) {
  ForeignInput foreign;
  const auto described = stored.metadata.find(kInputMetadata);
  if (described != stored.metadata.end()) {
    FACET_ASSIGN_OR_RETURN(const Json json, ParseJson(described->second, settings.file));
    FACET_ASSIGN_OR_RETURN(foreign.format, ParseInputFormat(json, stored, settings.file));
    foreign.fixed_mean = true;
    if (foreign.format.size_px != input.size_px) {
      return absl::InvalidArgumentError(absl::StrCat(
          settings.file, ": its network sees ", foreign.format.size_px, " px, the architecture ",
          input.size_px, " px; set its input_px to the former"));
    }
  } else {
    foreign.format = std::move(input);
  }
  if (settings.channels != "same") foreign.format.rgb = settings.channels == "rgb";
  if (!settings.mean_bgr.empty()) {
    foreign.format.mean_bgr.assign(settings.mean_bgr.begin(), settings.mean_bgr.end());
    foreign.fixed_mean = true;
  }
  if (settings.scale > 0) foreign.format.scale_bgr.fill(static_cast<float>(settings.scale));
  return foreign;
}

}  // namespace facet
