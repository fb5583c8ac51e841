// The layers stage: what a row's network is built of -> layers.json.
//
// One image of zeros goes through the architecture, and with `classes` its descriptor through the
// loss's classifier, while every operation of LibTorch on the way is noted (trace.h): so it works
// for architectures of any plugin. The weights are initial ones; no data set is read.
//
//   {"schema": 1, "architecture": "vgg", "input": [3, 224, 224], "dimension": 4096,
//    "layers": [{"name": "conv1_1", "operation": "conv2d", "kernel": [3, 3], "stride": [1, 1],
//                "padding": [1, 1], "in": 3, "filters": 64, "output": [64, 224, 224],
//                "parameters": 1792, "multiply_adds": 86704128}, ...],
//    "parameters": 134260544, "multiply_adds": 15459604480,
//    "loss": "softmax", "classes": 2622}
//
// `kernel`, `stride`, `padding` and `in` (channels that a filter sees) stand where an operation has
// them; a number that cannot be known is null: multiply-adds of an operation that hides its
// products, and all of them for a network that LibTorch does not compute.
#ifndef FACET_CORE_STAGES_LAYERS_LAYERS_H_
#define FACET_CORE_STAGES_LAYERS_LAYERS_H_

#include "absl/status/status.h"

namespace facet {

class StageContext;
struct StageType;

absl::Status RunLayers(StageContext& context);

StageType LayersStage();

}  // namespace facet

#endif  // FACET_CORE_STAGES_LAYERS_LAYERS_H_
