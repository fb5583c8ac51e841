// facet describe FILE ROW FOLDER [--out DIR]
#ifndef FACET_CORE_APP_VERB_DESCRIBE_H_
#define FACET_CORE_APP_VERB_DESCRIBE_H_

#include "core/app/verb.h"

namespace facet {

void AddDescribeVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_DESCRIBE_H_
