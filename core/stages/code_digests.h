// What this build computes with, for the keys (core/graph/key.h): digests of compiled code, each of a
// function and of all that it can reach (core/stages/code_digests.py).
#ifndef FACET_CORE_STAGES_CODE_DIGESTS_H_
#define FACET_CORE_STAGES_CODE_DIGESTS_H_

#include <map>
#include <string>

namespace facet {

// By stage type: what the worker runs for it.
const std::map<std::string, std::string>& StageCodeDigests();
// By symbol: the functions of libfacet, which plugins call.
const std::map<std::string, std::string>& InterfaceCodeDigests();

}  // namespace facet

#endif  // FACET_CORE_STAGES_CODE_DIGESTS_H_
