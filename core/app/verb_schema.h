// `facet schema`: the format of experiment files as JSON Schema, for editors.
#ifndef FACET_CORE_APP_VERB_SCHEMA_H_
#define FACET_CORE_APP_VERB_SCHEMA_H_

#include "core/app/command_line.h"
#include "core/app/verb.h"

namespace facet {

void AddSchemaVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_SCHEMA_H_
