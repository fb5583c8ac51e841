// facet show FILE [ROW...]: the resolved experiment, every value with its origin, as TOML or JSON.
#ifndef FACET_CORE_APP_VERB_SHOW_H_
#define FACET_CORE_APP_VERB_SHOW_H_

#include "core/app/verb.h"

namespace facet {

void AddShowVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_SHOW_H_
