// `facet cache verify`: reads all that the store holds.
#ifndef FACET_CORE_APP_VERB_CACHE_H_
#define FACET_CORE_APP_VERB_CACHE_H_

#include "core/app/command_line.h"
#include "core/app/verb.h"

namespace facet {

void AddCacheVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_CACHE_H_
