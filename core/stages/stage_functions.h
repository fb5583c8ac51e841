// Stages as the workers know them. core/stages/BUILD lists them.
#ifndef FACET_CORE_STAGES_STAGE_FUNCTIONS_H_
#define FACET_CORE_STAGES_STAGE_FUNCTIONS_H_

#include "core/pipeline/context.h"

namespace facet {

StageFunctions AllStageFunctions();
StageFunctions StageFunctionsWithoutTorch();

}  // namespace facet

#endif  // FACET_CORE_STAGES_STAGE_FUNCTIONS_H_
