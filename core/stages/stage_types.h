// All stages as the host knows them. core/stages/BUILD lists them.
#ifndef FACET_CORE_STAGES_STAGE_TYPES_H_
#define FACET_CORE_STAGES_STAGE_TYPES_H_

#include <vector>

#include "core/pipeline/stage_type.h"

namespace facet {

// From the bottom up. Lives as long as the process.
const std::vector<StageType>& AllStageTypes();

}  // namespace facet

#endif  // FACET_CORE_STAGES_STAGE_TYPES_H_
