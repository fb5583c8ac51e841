// facet check FILE: every mistake of an experiment at once, missing inputs too. Runs nothing,
// unless --inputs asks for what the data sets hold (input_check.h).
#ifndef FACET_CORE_APP_VERB_CHECK_H_
#define FACET_CORE_APP_VERB_CHECK_H_

#include "core/app/verb.h"

namespace facet {

// Exit codes: 3 for a mistake in the file or a --set; 4 if all that is wrong is that plugins are
// missing; 5 if all that is wrong is that inputs are missing.
void AddCheckVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_CHECK_H_
