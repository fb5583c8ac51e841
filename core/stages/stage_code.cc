#include "core/stages/stage_code.h"

#include "core/stages/stage_code_digests.h"

namespace facet {

std::map<std::string, std::string> StageCodeDigests() {
  std::map<std::string, std::string> digests;
  for (const auto& [stage, digest] : kStageCode) digests[stage] = digest;
  return digests;
}

}  // namespace facet
