#include "core/app/verb_completion.h"

#include <cstdio>
#include <memory>

#include "core/app/build_info.h"
#include "core/app/exit_code.h"

namespace facet {

void AddCompletionVerb(Command program, const CommandLine& line) {
  auto shell = std::make_shared<std::string>();
  Command verb =
      program.Subcommand("completion", "a script for your shell: source <(facet completion bash)");
  verb.Positional("SHELL", shell.get(), "bash; zsh reads the same after bashcompinit")
      .Required()
      .OneOf({"bash", "zsh"});
  verb.OnRun([shell, &line] {
    if (*shell == "zsh") std::fputs("autoload -U +X bashcompinit && bashcompinit\n", stdout);
    std::fputs(BashCompletion(line.Page()).c_str(), stdout);
    return static_cast<int>(kExitDone);
  });
}

void AddManualVerb(Command program, const CommandLine& line) {
  program.Subcommand("manual", "this command line as a manual page: facet manual | man -l -")
      .OnRun([&line] {
        std::fputs(ManualPage(line.Page(), kVersion).c_str(), stdout);
        return static_cast<int>(kExitDone);
      });
}

}  // namespace facet
