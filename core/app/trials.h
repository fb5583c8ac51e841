// Components that a row's stages want tried (core/pipeline/stage_type.h), in a worker: a plugin can
// hurt no one.
#ifndef FACET_CORE_APP_TRIALS_H_
#define FACET_CORE_APP_TRIALS_H_

#include <vector>

#include "core/app/verb.h"
#include "core/config/diagnostic.h"
#include "core/config/experiment.h"

namespace facet {

// E0509 for each component of these rows that refuses its options, or what else the row says of it.
std::vector<Diagnostic> TryComponents(const std::vector<const Row*>& rows, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_TRIALS_H_
