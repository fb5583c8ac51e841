// Which weights from elsewhere a network begins with, declared like a component's options.
#ifndef FACET_CORE_TRAINING_WEIGHT_SETTINGS_H_
#define FACET_CORE_TRAINING_WEIGHT_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/api/options.h"

namespace facet {

// `train.weights`: a network from elsewhere. Without train.loss it describes the faces; with it,
// training begins with it.
struct WeightSettings {
  std::string file;
  std::string layout;
  std::string channels = "same";
  std::vector<double> mean_bgr;
  double scale = 0.0;

  void Visit(OptionVisitor& v) {
    v("file", file, InputFile(), ".safetensors or .caffemodel; none: no such weights");
    v("layout", layout, InputFile(), "deploy .prototxt of a .caffemodel");
    v("channels", channels, OneOf({"same", "rgb", "bgr"}),
      "order that the weights were trained with; same: as the file (facet's own) or the "
      "architecture says. Caffe models: bgr");
    v("mean_bgr", mean_bgr, Any(),
      "subtracted from B, G, R [0..255]; none: as file or architecture say, else 0, or "
      "what train.mean measures. VGG-Face: "
      "93.5940, 104.7624, 129.1863");
    v("scale", scale, AtLeast(0),
      "factor on the mean-free pixels; 0: as file or architecture say. VGG-Face: 1");
  }
};

// What the files' names say against each other and the settings, before anything is read.
// InvalidArgument.
absl::Status CheckWeightSettings(const WeightSettings& settings);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_WEIGHT_SETTINGS_H_
