// facet export WHAT FILE ROW [--branch train|test] [--out DIR]
#ifndef FACET_CORE_APP_VERB_EXPORT_H_
#define FACET_CORE_APP_VERB_EXPORT_H_

#include "core/app/verb.h"

namespace facet {

void AddExportVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_EXPORT_H_
