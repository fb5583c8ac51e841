// A program's command line as pages that `man` and a shell read, made of what is declared, so that
// they say what the program does.
#ifndef FACET_CORE_APP_SHELL_PAGES_H_
#define FACET_CORE_APP_SHELL_PAGES_H_

#include <string>
#include <vector>

namespace facet {

// A command with all that it takes.
struct CommandPage {
  struct Option {
    std::vector<std::string> names;  // "-j", "--jobs"; of a positional one what the help calls it
    std::string value;               // what the help calls its value; empty: a flag
    std::string doc;
    std::vector<std::string> choices;
    bool is_positional = false;
  };
  std::string name, doc;
  std::vector<Option> options;
  std::vector<CommandPage> subcommands;
};

// Section 1, in troff.
std::string ManualPage(const CommandPage& program, const std::string& version);

// Scripts that a shell sources: verbs, subcommands, options and choices. What the help calls a value
// says what else is offered: FILE beside --set is an experiment file, ROW, STAGE, ROW/STAGE, RUN,
// NAME and PATH=VALUE are asked of `PROGRAM __complete WHAT FILE` (rows, stages, row-stages, runs,
// components, settings), which prints one a line; DIR is a folder.
std::string BashCompletion(const CommandPage& program);
std::string FishCompletion(const CommandPage& program);

}  // namespace facet

#endif  // FACET_CORE_APP_SHELL_PAGES_H_
