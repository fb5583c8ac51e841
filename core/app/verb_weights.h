// `facet weights FILE ROW --output DIR`: the network that a row trained, out of the store.
#ifndef FACET_CORE_APP_VERB_WEIGHTS_H_
#define FACET_CORE_APP_VERB_WEIGHTS_H_

#include "core/app/verb.h"

namespace facet {

void AddWeightsVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_WEIGHTS_H_
