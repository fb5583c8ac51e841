// Components that a row's stages want tried (core/pipeline/stage_type.h), in a process of their own
// (plugin_process.h).
#ifndef FACET_CORE_APP_TRIALS_H_
#define FACET_CORE_APP_TRIALS_H_

#include <future>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/experiment.h"
#include "core/plugin/catalogue.h"

namespace facet {

// E0509 for each component of these rows that refuses its options, or what else the row says of it.
std::vector<Diagnostic> TryComponents(const std::vector<const Row*>& rows,
                                      const Catalogue& catalogue);
// The same while the caller goes on; `rows` and `catalogue` outlive the answer.
std::future<std::vector<Diagnostic>> StartTrials(const std::vector<const Row*>& rows,
                                                 const Catalogue& catalogue);

}  // namespace facet

#endif  // FACET_CORE_APP_TRIALS_H_
