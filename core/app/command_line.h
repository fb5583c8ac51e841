// How facet's programs with verbs end: usage errors and answers that cannot be written.
#ifndef FACET_CORE_APP_COMMAND_LINE_H_
#define FACET_CORE_APP_COMMAND_LINE_H_

#include "CLI/CLI.hpp"

namespace facet {

// Says it on stderr: CLI11's words, and the nearest verb or option where one is unknown. Returns
// kExitUsage.
int UsageError(const CLI::App& app, const CLI::ParseError& error);

// The exit code, which is another where the answer cannot be written. A reader that went away
// ("| head") is no mistake of ours and ends us quietly.
int FlushAnswer(int exit_code);

}  // namespace facet

#endif  // FACET_CORE_APP_COMMAND_LINE_H_
