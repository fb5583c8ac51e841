// facet version: what this facet is, and what it was built with.
#ifndef FACET_CORE_APP_VERB_VERSION_H_
#define FACET_CORE_APP_VERB_VERSION_H_

#include "core/app/verb.h"

namespace facet {

void AddVersionVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_VERSION_H_
