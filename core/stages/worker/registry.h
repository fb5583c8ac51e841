// The stages that a worker can run, by type. The one place where all of them are named; adding a
// stage is one line in registry.cc.
#ifndef FACET_CORE_STAGES_WORKER_REGISTRY_H_
#define FACET_CORE_STAGES_WORKER_REGISTRY_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "core/stages/context.h"

namespace facet {

using StageFunction = absl::Status (*)(StageContext&);
using StageRegistry = std::map<std::string, StageFunction>;  // by StageSpec::type

const StageRegistry& AllStages();

}  // namespace facet

#endif  // FACET_CORE_STAGES_WORKER_REGISTRY_H_
