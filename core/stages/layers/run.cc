#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

#include <memory>
#include <optional>
#include <vector>

#include "core/api/loss.h"
#include "core/api/tensor.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "core/pipeline/context.h"
#include "core/stages/layers/layers.h"
#include "core/stages/layers/settings.h"
#include "core/stages/layers/trace.h"

namespace facet {
namespace {

constexpr uint64_t kSeed = 1;  // what the values are does not show

Json ToJson(const TracedLayer& layer) {
  Json json = {{"name", layer.name},
               {"operation", layer.operation},
               {"output", layer.output},
               {"parameters", layer.parameters}};
  json["multiply_adds"] = layer.multiply_adds ? Json(*layer.multiply_adds) : Json();
  if (!layer.kernel.empty()) json["kernel"] = layer.kernel;
  if (!layer.stride.empty()) json["stride"] = layer.stride;
  if (!layer.padding.empty()) json["padding"] = layer.padding;
  if (layer.filters > 0) {
    json["in"] = layer.in;
    json["filters"] = layer.filters;
  }
  return json;
}

int64_t NumLearned(const std::vector<NamedTensor>& tensors) {
  int64_t count = 0;
  for (const NamedTensor& each : tensors) count += each.tensor.numel();
  return count;
}

// What the classifier adds; nothing of a loss without one but what it learns.
absl::StatusOr<std::vector<TracedLayer>> TraceLoss(StageContext& context, int64_t classes,
                                                   const at::Tensor& descriptor,
                                                   int64_t* parameters) {
  const std::string name = context.component_name("loss");
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Loss> loss, context.Create<Loss>("loss"));
  FACET_RETURN_IF_ERROR(
      CallNamed(name, [&] { return loss->Initialize(descriptor.size(1), classes, kSeed); }));
  std::vector<NamedTensor> learned = loss->Parameters();
  *parameters += NumLearned(learned);
  for (NamedTensor& each : learned) each.name = "loss." + each.name;
  Tracer tracer(learned);
  FACET_RETURN_IF_ERROR(CallNamed(name, [&] {
    loss->Scores(descriptor);
    return absl::OkStatus();
  }));
  return tracer.Stop();
}

}  // namespace

absl::Status RunLayers(StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const LayersSettings settings,
                         ReadOptions<LayersSettings>(Dump(context.settings())));
  const std::string name = context.component_name("architecture");
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Architecture> architecture,
                         context.Create<Architecture>("architecture"));
  const int64_t side = architecture->input().size_px;
  const at::NoGradGuard no_gradient;
  std::vector<NamedTensor> learned;
  std::vector<TracedLayer> layers;
  at::Tensor descriptor;
  FACET_RETURN_IF_ERROR(CallNamed(name, [&] {
    architecture->Initialize(kSeed);
    learned = architecture->Parameters();
    const at::Tensor image = at::zeros({1, 3, side, side});
    Tracer tracer(learned);
    descriptor = architecture->Forward(image, /*training=*/false);
    layers = tracer.Stop();
    return absl::OkStatus();
  }));
  int64_t parameters = NumLearned(learned);
  Json json = {{"schema", 1},
               {"architecture", name},
               {"input", {3, side, side}},
               {"dimension", architecture->dimension()}};
  // A network whose weights are not LibTorch's is not computed by it either.
  const bool is_seen = !learned.empty();
  if (settings.classes > 0) {
    FACET_ASSIGN_OR_RETURN(const std::vector<TracedLayer> of_loss,
                           TraceLoss(context, settings.classes, descriptor, &parameters));
    layers.insert(layers.end(), of_loss.begin(), of_loss.end());
    json["loss"] = context.component_name("loss");
    json["classes"] = settings.classes;
  }
  std::optional<int64_t> multiply_adds = 0;
  json["layers"] = Json::array();
  for (const TracedLayer& layer : layers) {
    json["layers"].push_back(ToJson(layer));
    multiply_adds = multiply_adds && layer.multiply_adds
                        ? std::optional<int64_t>(*multiply_adds + *layer.multiply_adds)
                        : std::nullopt;
  }
  json["parameters"] = is_seen ? Json(parameters) : Json();
  json["multiply_adds"] = is_seen && multiply_adds ? Json(*multiply_adds) : Json();
  return WriteFileAtomically(context.output_dir() + "/layers.json", DumpPretty(json));
}

}  // namespace facet
