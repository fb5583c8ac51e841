// `facet completion` and `facet manual`: the command line as pages for a shell and for man. They
// print what main.cc has declared, so they are added with the command line itself.
#ifndef FACET_CORE_APP_VERB_COMPLETION_H_
#define FACET_CORE_APP_VERB_COMPLETION_H_

#include "core/app/command_line.h"
#include "core/app/verb.h"

namespace facet {

void AddCompletionVerb(Command program, const CommandLine& line);
void AddManualVerb(Command program, const CommandLine& line);
// `facet __complete WHAT FILE`: what a shell's script asks while somebody types (shell_pages.h). A
// line each; nothing, and no word of complaint, where nothing can be said.
void AddCompleteVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_COMPLETION_H_
