// `facet cache`: what the store holds (du, ls), whether it is whole (verify), what of it may go (gc), and
// what may not (pin).
//
// An entry is reached by the runs whose events or rows name its key, and by a pin. `gc` removes what
// nothing reaches and what was not changed for a grace time: entries, files that no entry names,
// checkpoints, kept folders, quarantine; and what processes that are gone left, without grace. It
// needs the store for itself, and is refused (exit code 7) while a run or another command uses it.
#ifndef FACET_CORE_APP_VERB_CACHE_H_
#define FACET_CORE_APP_VERB_CACHE_H_

#include "core/app/command_line.h"
#include "core/app/verb.h"

namespace facet {

void AddCacheVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_CACHE_H_
