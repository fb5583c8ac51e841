#include "core/stages/worker/registry.h"

#include "core/stages/align.h"
#include "core/stages/classify.h"
#include "core/stages/curate.h"
#include "core/stages/dataset.h"
#include "core/stages/describe.h"
#include "core/stages/detect.h"
#include "core/stages/embed.h"
#include "core/stages/evaluate.h"
#include "core/stages/fit.h"
#include "core/stages/leak_check.h"
#include "core/stages/pack.h"
#include "core/stages/preview.h"
#include "core/stages/train.h"

namespace facet {

const StageRegistry& AllStages() {
  static const StageRegistry& stages = *new StageRegistry{
      {"align", &RunAlign},          {"classify", &RunClassify}, {"curate", &RunCurate},
      {"dataset", &RunDataset},      {"describe", &RunDescribe}, {"detect", &RunDetect},
      {"embed", &RunEmbed},          {"evaluate", &RunEvaluate}, {"fit", &RunFit},
      {"leak_check", &RunLeakCheck}, {"pack", &RunPack},         {"preview", &RunPreview},
      {"train", &RunTrain},
  };
  return stages;
}

}  // namespace facet
