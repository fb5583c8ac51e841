// `facet stop`: ends a run that is going as its first Ctrl-C would, with checkpoints.
#ifndef FACET_CORE_APP_VERB_STOP_H_
#define FACET_CORE_APP_VERB_STOP_H_

#include "core/app/command_line.h"
#include "core/app/verb.h"

namespace facet {

void AddStopVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_STOP_H_
