// The slots of a row: what an experiment file may set. Values of the row (seed, device, precision,
// threads), its limits, then the slots and moved keys of every stage.
#ifndef FACET_CORE_PIPELINE_EXPERIMENT_LAYOUT_H_
#define FACET_CORE_PIPELINE_EXPERIMENT_LAYOUT_H_

#include <vector>

#include "core/config/layout.h"
#include "core/pipeline/stage_type.h"

namespace facet {

ExperimentLayout MakeExperimentLayout(const std::vector<StageType>& stages);

}  // namespace facet

#endif  // FACET_CORE_PIPELINE_EXPERIMENT_LAYOUT_H_
