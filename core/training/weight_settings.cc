#include "core/training/weight_settings.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace facet {

absl::Status CheckWeightSettings(const WeightSettings& settings) {
  if (settings.file.empty()) return absl::OkStatus();
  if (!settings.mean_bgr.empty() && settings.mean_bgr.size() != 3) {
    return absl::InvalidArgumentError(
        absl::StrCat("train.weights.mean_bgr has ", settings.mean_bgr.size(), " values, not 3"));
  }
  if (absl::EndsWith(settings.file, ".safetensors")) {
    if (settings.layout.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "train.weights.layout belongs to a .caffemodel; a .safetensors file has none: leave it "
        "out");
  }
  if (!absl::EndsWith(settings.file, ".caffemodel")) {
    return absl::InvalidArgumentError(
        absl::StrCat("train.weights.file = \"", settings.file,
                     "\": what it is shows in its ending, .safetensors or .caffemodel (a PyTorch "
                     "file is a program: convert it to safetensors with the tool that wrote it)"));
  }
  if (settings.layout.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("train.weights.file = \"", settings.file,
                     "\" is a Caffe model: train.weights.layout must name its deploy .prototxt"));
  }
  return absl::OkStatus();
}

}  // namespace facet
