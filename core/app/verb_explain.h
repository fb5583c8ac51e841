// `facet explain FILE ROW/STAGE`: why a stage would run, or since when it is stored.
#ifndef FACET_CORE_APP_VERB_EXPLAIN_H_
#define FACET_CORE_APP_VERB_EXPLAIN_H_

#include "core/app/command_line.h"
#include "core/app/verb.h"

namespace facet {

void AddExplainVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_EXPLAIN_H_
