// facet run FILE [ROW...]: computes what is missing of an experiment and prints its table. With
// --watch it does so again whenever a file that it reads changes (watch.h).
#ifndef FACET_CORE_APP_VERB_RUN_H_
#define FACET_CORE_APP_VERB_RUN_H_

#include "core/app/verb.h"

namespace facet {

void AddRunVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_RUN_H_
