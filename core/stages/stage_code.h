// Digests of the host's own code of each stage, as built; they enter the cache keys.
#ifndef FACET_CORE_STAGES_STAGE_CODE_H_
#define FACET_CORE_STAGES_STAGE_CODE_H_

#include <map>
#include <string>

namespace facet {

// Stage type -> digest, of all stages.
std::map<std::string, std::string> StageCodeDigests();

}  // namespace facet

#endif  // FACET_CORE_STAGES_STAGE_CODE_H_
