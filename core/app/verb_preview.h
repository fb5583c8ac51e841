// facet preview FILE [ROW]: a contact sheet of what a stage sees, as a PNG whose path is printed.
#ifndef FACET_CORE_APP_VERB_PREVIEW_H_
#define FACET_CORE_APP_VERB_PREVIEW_H_

#include "core/app/verb.h"

namespace facet {

void AddPreviewVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_PREVIEW_H_
