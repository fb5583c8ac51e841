// All stages as the worker knows them. core/stages/BUILD lists them.
#ifndef FACET_CORE_STAGES_STAGE_FUNCTIONS_H_
#define FACET_CORE_STAGES_STAGE_FUNCTIONS_H_

#include "core/pipeline/context.h"

namespace facet {

StageFunctions AllStageFunctions();

}  // namespace facet

#endif  // FACET_CORE_STAGES_STAGE_FUNCTIONS_H_
