// The command line of a program: its verbs, their options, and what each verb does.
// CLI11 parses it; its header takes 5 s to compile, so command_line.cc alone includes it.
#ifndef FACET_CORE_APP_COMMAND_LINE_H_
#define FACET_CORE_APP_COMMAND_LINE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/app/shell_pages.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace facet {

using Offers = std::map<const CLI::Option*, std::vector<std::string>>;

// An option or argument that was declared, to say more about it. A handle, like Command.
class CommandOption {
 public:
  CommandOption(CLI::Option* option, Offers* offers) : option_(option), offers_(offers) {}

  CommandOption& Required();
  CommandOption& TypeName(const std::string& name);  // what the help calls its value
  CommandOption& ShowDefault();                      // the variable's value, in the help
  CommandOption& OneOf(const std::vector<std::string>& values);
  CommandOption& Range(int min, int max);  // both included
  CommandOption& NonNegative();
  // Refused where it is given and empty: `says` what that names.
  CommandOption& NotEmpty(const std::string& says);
  CommandOption& ExistingFolder();
  // What a shell offers for it; any other value is allowed too.
  CommandOption& Offer(const std::vector<std::string>& values);
  CommandOption& Delimiter(char delimiter);  // between values in one word
  CommandOption& Needs(const CommandOption& other);
  CommandOption& Excludes(const CommandOption& other);

 private:
  CLI::Option* option_;
  Offers* offers_;
};

// A verb, or the program itself. A handle: cheap to copy, valid as long as the CommandLine.
class Command {
 public:
  Command(CLI::App* app, std::function<int()>* run, Offers* offers)
      : app_(app), run_(run), offers_(offers) {}

  Command Subcommand(const std::string& name, const std::string& doc);
  Command& RequireSubcommand();  // exactly one
  Command& Hide();               // from the help, the manual and completion

  // What is parsed goes to *value, which has to live until Run() returns. T is std::string, int,
  // int64_t, std::optional<int64_t> or std::vector<std::string>.
  template <typename T>
  CommandOption Positional(const std::string& name, T* value, const std::string& doc = "");
  // `names`: "-j,--jobs". An option with a vector is repeatable and takes one value each time.
  template <typename T>
  CommandOption Option(const std::string& names, T* value, const std::string& doc);
  // Where several flags change one variable, they do so in the order of their declaration.
  CommandOption Flag(const std::string& names, bool* value, const std::string& doc);
  CommandOption Flag(const std::string& names, int* count, const std::string& doc);
  CommandOption Flag(const std::string& names, std::function<void()> given, const std::string& doc);

  // What the verb does. Returns an exit code (exit_code.h).
  void OnRun(std::function<int()> run);
  // The same for a verb that reads all words after its name itself, --help too.
  void OnRunWithWords(std::function<int(const std::vector<std::string>& words)> run);

 private:
  CLI::App* app_;
  std::function<int()>* run_;  // of the verb that was named
  Offers* offers_;
};

// Owns what is declared. Commands and options are handles to it.
class CommandLine {
 public:
  CommandLine(const std::string& name, const std::string& doc);
  ~CommandLine();

  // For verbs declared after it: the program's options may follow the verb too.
  void AllowOptionsAfterVerb();
  // How a mistake on the command line is told, and an answer that cannot be written; otherwise as
  // "error: ..." on stderr. `message` may have several lines, of which none is the user's.
  void TellMistakes(std::function<void(const std::string& message, int exit_code)> tell);
  // Has to be given a verb.
  Command program();
  // What has been declared so far.
  CommandPage Page() const;
  // Parses the whole line, then does what the verb does. Returns the exit code: kExitUsage, told
  // with CLI11's words and the nearest verb or option, where the line is wrong; another than the
  // verb's where its answer cannot be written.
  int Run(int argc, char** argv);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What main() returns: the exit code of `run`. An exception is a bug of `program`, which is told.
int ExitCodeOfMain(const char* program, int (*run)(int argc, char** argv), int argc, char** argv);

}  // namespace facet

#endif  // FACET_CORE_APP_COMMAND_LINE_H_
