// The convention for verbs. Each is one file pair verb_<name>.{h,cc} with one function
//
//   void Add<Name>Verb(Command program, VerbContext& context);
//
// that declares the verb, its options and what it does:
//
//   auto arguments = std::make_shared<ExperimentArguments>();
//   Command verb = program.Subcommand("check", "find every mistake of an experiment file");
//   AddExperimentArguments(verb, arguments.get());
//   verb.OnRun([arguments, &context] { return Check(*arguments, context); });
//
// main.cc and BUILD name each verb once. What a verb does begins after the whole command line was
// parsed and returns an exit code (exit_code.h). Answers go to stdout, everything else to stderr.
#ifndef FACET_CORE_APP_VERB_H_
#define FACET_CORE_APP_VERB_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/api/kinds.h"
#include "core/app/command_line.h"
#include "core/app/exit_code.h"
#include "core/config/experiment.h"
#include "core/plugin/catalogue.h"

namespace facet {

// The global options, and what verbs share. Values are set when a verb runs.
class VerbContext {
 public:
  std::string store = ".facet";           // --store: folder of cache and runs
  std::vector<std::string> plugin_paths;  // --plugin-path, in order, before the other folders
  std::string color = "auto";             // --color: auto, always, never
  int verbosity = 0;                      // -q: -1, -v: 1, -vv: 2
  // A verb whose stderr is read by a program: one JSON object a line, {"event": ...}.
  bool json_events = false;
  std::vector<std::string> arguments;  // the command line after the program's name, as given

  // Colour on this stream (1: stdout, 2: stderr)? Honours --color, NO_COLOR and TERM.
  bool Colored(int file_descriptor) const;
  // All components of the plugin folders, read at the first call. Libraries that cannot be used are
  // warned of on stderr, once.
  const Catalogue& catalogue();
  // --plugin-path, FACET_PLUGIN_PATH (separated by colons), the user's folder
  // ($XDG_DATA_HOME/facet/plugins, else ~/.local/share/facet/plugins), the installation's: of two
  // components of one name the first is used. A folder need not exist.
  std::vector<std::string> plugin_folders() const;
  // The installation: the folder that holds bin/ and plugins/.
  std::string home_folder() const;
  // The worker program, beside the host.
  std::string worker_path() const;
  // How the user called facet, for commands that a message proposes; and a whole command line,
  // quoted for a shell.
  std::string command() const;
  std::string command_line() const { return command_line(arguments); }
  std::string command_line(const std::vector<std::string>& others) const;
  // The same with variables of the environment set in front.
  std::string command_line(const std::map<std::string, std::string>& variables) const;

 private:
  std::optional<Catalogue> catalogue_;
};

// FILE, --set, --axis and --seeds, for the verbs that read an experiment.
struct ExperimentArguments {
  std::string file;
  std::vector<std::string> sets, axes;
  std::string seeds;
};
void AddExperimentArguments(Command verb, ExperimentArguments* arguments);

std::vector<Override> OverridesOf(const ExperimentArguments& arguments);

// What an experiment's problems come to: 3 if the file or a --set is wrong; else 4 if a plugin is
// missing; else 5 if an input is; 0 without errors.
int ExitCodeOf(const std::vector<Diagnostic>& diagnostics);

// Loads the experiment of `arguments`. Problems are rendered on stderr; errors leave `experiment`
// empty and give the exit code (3, or 4 where a plugin is at fault).
struct LoadedExperiment {
  std::optional<Experiment> experiment;
  int exit_code = kExitDone;
};
LoadedExperiment LoadForVerb(const ExperimentArguments& arguments, VerbContext& context);

// The kind of this name, or of this plural; InvalidArgument names the nearest and all.
absl::StatusOr<const KindInfo*> KindOf(const std::string& name);

// Whether `named` stands for the row: its id, that of the row which it repeats ("4" of "4@2") or in
// whose place it stands ("4" and "4@2" of "4,margin=0.3@2").
bool IsNamed(const Row& row, const std::string& named);

// The rows named (all, where none is), in the file's order; rows with a skip reason are left out
// only where none is named. An unknown row is an error that suggests the nearest.
absl::StatusOr<std::vector<const Row*>> SelectRows(const Experiment& experiment,
                                                   const std::vector<std::string>& ids);

// "error: ..." on stderr. Returns the exit code given. As an event: "error", with "message" and
// "exit_code".
int Fail(const VerbContext& context, const absl::Status& status, int exit_code);
// "warning: ..." on stderr, unless -q. As an event: "warning", with "message".
void Warn(const VerbContext& context, const std::string& sentence);
// An event on stderr.
void TellEvent(const Json& event);
// A line on stderr. As an event: `event`, with "message".
void Say(const VerbContext& context, const std::string& event, const std::string& sentence);
// An experiment's problems on stderr. As events: "problem", with "severity", "code", "message",
// "place" and, where there is one, "help".
void TellProblems(const VerbContext& context, const std::vector<Diagnostic>& problems);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_H_
