// All stages as the host knows them, and the digests of their code. core/stages/BUILD lists them.
#ifndef FACET_CORE_STAGES_STAGE_TYPES_H_
#define FACET_CORE_STAGES_STAGE_TYPES_H_

#include <map>
#include <string>
#include <vector>

#include "core/pipeline/stage_type.h"

namespace facet {

// From the bottom up. Lives as long as the process.
const std::vector<StageType>& AllStageTypes();

// Stage type -> digest of the code that the worker runs for it, as built; enters the cache keys.
std::map<std::string, std::string> StageCodeDigests();

}  // namespace facet

#endif  // FACET_CORE_STAGES_STAGE_TYPES_H_
