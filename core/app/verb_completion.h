// `facet completion` and `facet manual`: the command line as pages for a shell and for man. They
// print what main.cc has declared, so they are added with the command line itself.
#ifndef FACET_CORE_APP_VERB_COMPLETION_H_
#define FACET_CORE_APP_VERB_COMPLETION_H_

#include "core/app/command_line.h"

namespace facet {

void AddCompletionVerb(Command program, const CommandLine& line);
void AddManualVerb(Command program, const CommandLine& line);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_COMPLETION_H_
