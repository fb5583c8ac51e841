// `facet diff A B`: how two runs, rows or experiment files differ.
#ifndef FACET_CORE_APP_VERB_DIFF_H_
#define FACET_CORE_APP_VERB_DIFF_H_

#include "core/app/command_line.h"
#include "core/app/verb.h"

namespace facet {

void AddDiffVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_DIFF_H_
