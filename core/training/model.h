// A trained network as an artifact: weights.safetensors (tensors by name; the loss's begin with
// "loss."; "input.mean" [S, S, 3] where a mean image is subtracted) and model.json, everything
// else.
#ifndef FACET_CORE_TRAINING_MODEL_H_
#define FACET_CORE_TRAINING_MODEL_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/architecture.h"
#include "core/api/loss.h"
#include "core/base/json.h"
#include "core/training/input_writer.h"
#include "core/training/weights_file.h"

namespace facet {

inline constexpr char kLossPrefix[] = "loss.";
inline constexpr char kMeanImage[] = "input.mean";
// Metadata of weights.safetensors: the "input" of model.json, so that the file alone is enough.
inline constexpr char kInputMetadata[] = "facet.input";

struct Model {
  std::string architecture, loss;  // names
  Json architecture_options = Json::object();
  InputFormat input;
  std::vector<std::string> classes;  // identities; a label is an index into them
  std::string precision;
  Json start = nullptr;  // what CopyLayers reported; null: from scratch
  Json counts = Json::object();
  std::vector<Json> log;  // Trainer::log()
  StoredTensors weights;
};

// `weights` instead of the model's own.
absl::Status WriteModel(const Model& model, TensorSources weights, const std::string& directory);
absl::Status WriteModel(const Model& model, const std::string& directory);
// The log is not read.
absl::StatusOr<Model> ReadModel(const std::string& model_path, const std::string& weights_path);

// "input" of model.json; a mean image comes from `weights`. DataLoss, with `file`.
absl::StatusOr<InputFormat> ParseInputFormat(const Json& json, const StoredTensors& weights,
                                             const std::string& file);

// What the architecture wants to see; without a mean of its own: zeros.
InputFormat InputFormatOf(const NetworkInput& input);

// All learned tensors and buffers from the file. InvalidArgument: one is missing or has another
// shape.
absl::Status LoadWeights(const StoredTensors& weights, Architecture& architecture);

// Copies the layers of `from` that agree with one of the architecture's in the names and shapes of
// all tensors: a bias without its weights, or means without what they were measured of, would be
// worse than none. The loss's only if the loss and the classes are the same. {"copied": [...],
// "new": [...], "unused": [...], "incomplete": [...]}: tensors that were copied, that keep their
// initial values, that had no counterpart or belong to a layer that did not fit; and layers of
// which some tensors agree. InvalidArgument: no layer agrees.
absl::StatusOr<Json> CopyLayers(const Model& from, const Model& to, Architecture& architecture,
                                Loss& loss);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_MODEL_H_
