#include "core/app/verb.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/app/library_digests.h"
#include "core/app/plugin_process.h"
#include "core/base/child_process.h"
#include "core/base/suggest.h"
#include "core/base/text_columns.h"
#include "core/config/diagnostic.h"
#include "core/pipeline/experiment_layout.h"
#include "core/stages/stage_types.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

// A library that hangs while it is loaded holds up nothing else.
const ChildLimits kDescribeLimits = {absl::Minutes(1), size_t{64} << 20};

std::string ShellQuoted(const std::string& argument) {
  constexpr char kPlain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string::npos) return argument;
  const auto is_control = [](unsigned char c) { return absl::ascii_iscntrl(c); };
  if (absl::c_any_of(argument, is_control)) {  // one line, and nothing that a terminal obeys
    std::string quoted;
    for (const char c : argument) {
      if (is_control(static_cast<unsigned char>(c))) {
        absl::StrAppendFormat(&quoted, "\\%03o", static_cast<unsigned char>(c));
      } else {
        absl::StrAppend(&quoted, c == '\'' || c == '\\' ? "\\" : "", std::string(1, c));
      }
    }
    return absl::StrCat("$'", quoted, "'");
  }
  return absl::StrCat("'", absl::StrReplaceAll(argument, {{"'", "'\\''"}}), "'");
}

// What came from the command line is one line of a message, whatever it holds.
std::string WithWholeArguments(const VerbContext& context, std::string message) {
  for (const std::string& argument : context.arguments) {
    // Of "--option=VALUE" a message has the value.
    const size_t value = absl::StartsWith(argument, "--") ? argument.find('=') + 1 : 0;
    const std::string said = argument.substr(value);
    if (!absl::StrContains(said, '\n')) continue;
    message = absl::StrReplaceAll(message, {{said, Printable(said)}});
  }
  return message;
}

std::string Shown(const VerbContext& context, const std::string& message) {
  return Printable(WithWholeArguments(context, message), /*several_lines=*/true);
}

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Of all stores, as there may be none. Empty: a user without a home has none, and none is made.
std::string LibraryDigestsPath() {
  std::error_code error;
  const std::string cache = Variable("XDG_CACHE_HOME"), home = Variable("HOME");
  if (absl::StartsWith(cache, "/")) return cache + "/facet/libraries";  // relative: of no worth
  if (!absl::StartsWith(home, "/") || !std::filesystem::is_directory(home, error)) return "";
  return home + "/.cache/facet/libraries";
}

}  // namespace

bool VerbContext::Colored(int file_descriptor) const {
  if (color != "auto") return color == "always";
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return ::isatty(file_descriptor) == 1 && (no_color == nullptr || *no_color == '\0') &&
         terminal != nullptr && std::strcmp(terminal, "dumb") != 0;
}

std::vector<std::string> VerbContext::plugin_folders() const {
  std::vector<std::string> folders = plugin_paths;
  for (const auto path : absl::StrSplit(Variable("FACET_PLUGIN_PATH"), ':', absl::SkipEmpty())) {
    folders.emplace_back(path);
  }
  std::string data = Variable("XDG_DATA_HOME");
  if (const std::string home = Variable("HOME"); data.empty() && !home.empty()) {
    data = home + "/.local/share";
  }
  if (!data.empty()) folders.push_back(data + "/facet/plugins");
  folders.push_back(home_folder() + "/plugins");

  std::vector<std::string> distinct;
  for (const std::string& folder : folders) {
    std::error_code error;
    const std::string path = fs::absolute(folder, error).lexically_normal().string();
    if (!absl::c_linear_search(distinct, path)) distinct.push_back(path);
  }
  return distinct;
}

std::string VerbContext::home_folder() const {
  return fs::path(ProgramFolder()).parent_path().string();
}

std::string VerbContext::worker_path() const { return ProgramFolder() + "/facet-worker"; }

std::string VerbContext::command() const {
  const char* command = std::getenv("FACET_COMMAND");
  return command != nullptr && *command != '\0' ? command : "facet";
}

std::string VerbContext::command_line(const std::vector<std::string>& others) const {
  std::string line = command();
  for (const std::string& argument : others) absl::StrAppend(&line, " ", ShellQuoted(argument));
  return line;
}

std::string VerbContext::command_line(const std::map<std::string, std::string>& variables) const {
  std::string line;
  for (const auto& [name, value] : variables) {
    absl::StrAppend(&line, name, "=", ShellQuoted(value), " ");
  }
  return line + command_line();
}

const Catalogue& VerbContext::catalogue() {
  if (catalogue_) return *catalogue_;
  LibraryDigests digests(LibraryDigestsPath());
  catalogue_ = Catalogue::Scan(
      plugin_folders(),
      [this](const std::string& path) -> absl::StatusOr<std::string> {
        auto said = DescriptionFrom(DescribeCommand(path), path, kDescribeLimits);
        if (said.ok() || !absl::StrContains(said.status().message(), "ASan runtime")) return said;
        return absl::FailedPreconditionError(absl::StrCat(
            path, ": compiled with AddressSanitizer: `", command(),
            " plugins check` runs it, everything else wants one that is compiled without"));
      },
      [&digests](const std::string& path) { return digests.Of(path); });
  digests.Keep();
  for (const PluginProblem& problem : catalogue_->problems()) {
    Warn(*this, std::string(problem.status.message()));
  }
  return *catalogue_;
}

void AddExperimentArguments(Command verb, ExperimentArguments* arguments) {
  verb.Positional("FILE", &arguments->file, "experiment file (TOML)").Required();
  verb.Option("--set", &arguments->sets,
              "override: PATH=VALUE for all rows, ROW:PATH=VALUE for one; repeatable")
      .TypeName("[ROW:]PATH=VALUE");
  verb.Option("--axis", &arguments->axes,
              "sweep: rows with each of these values; several axes: every combination; repeatable")
      .TypeName("[ROW:]PATH=VALUE,VALUE");
  verb.Option("--seeds", &arguments->seeds,
              "repeat rows with so many seeds, or with those of a list: 3, or 1,7")
      .TypeName("SEEDS");
}

std::vector<Override> OverridesOf(const ExperimentArguments& arguments) {
  std::vector<Override> overrides;
  for (const std::string& set : arguments.sets) {
    overrides.push_back({set, absl::StrCat("--set #", overrides.size() + 1)});
  }
  for (size_t i = 0; i < arguments.axes.size(); ++i) {
    overrides.push_back(
        {arguments.axes[i], absl::StrCat("--axis #", i + 1), Override::Kind::kAxis});
  }
  if (!arguments.seeds.empty()) {
    overrides.push_back({arguments.seeds, "--seeds", Override::Kind::kSeeds});
  }
  return overrides;
}

int ExitCodeOf(const std::vector<Diagnostic>& diagnostics) {
  int code = kExitDone;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity != Diagnostic::Severity::kError) continue;
    const bool is_input = absl::StartsWith(diagnostic.code, "E06");
    const bool is_plugin = diagnostic.code == "E0401";
    if (!is_input && !is_plugin) return kExitConfig;
    if (is_plugin || code == kExitDone) code = is_plugin ? kExitPlugin : kExitInput;
  }
  return code;
}

LoadedExperiment LoadForVerb(const ExperimentArguments& arguments, VerbContext& context) {
  LoadResult result = LoadExperiment(arguments.file, OverridesOf(arguments),
                                     MakeExperimentLayout(AllStageTypes()), context.catalogue());
  if (!result.diagnostics.empty() && (!result.ok() || context.verbosity >= 0)) {
    TellProblems(context, result.diagnostics);
  }
  LoadedExperiment loaded;
  if (result.ok()) {
    loaded.experiment = std::move(result.experiment);
  } else {
    loaded.exit_code = ExitCodeOf(result.diagnostics);
  }
  return loaded;
}

absl::StatusOr<const KindInfo*> KindOf(const std::string& name) {
  std::vector<std::string> both;
  for (const KindInfo& kind : Kinds()) {
    if (name == kind.name || name == kind.folder) return &kind;
    both.push_back(kind.name);
    both.push_back(kind.folder);
  }
  const std::string kinds = absl::StrJoin(KindNames(), ", ");
  if (name.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no kind of component is named; kinds: ", kinds));
  }
  const std::string nearest = Nearest(name, both);
  return absl::InvalidArgumentError(
      absl::StrCat("no component is of kind \"", name, "\"; kinds: ", kinds,
                   nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?")));
}

bool IsNamed(const Row& row, const std::string& named) {
  if (named == row.id || named == row.repeats) return true;
  if (row.swept.empty()) return false;
  if (named == row.swept) return true;
  // "4@2" of "4,margin=0.3@2".
  return !row.repeats.empty() &&
         named == absl::StrCat(row.swept, row.id.substr(row.repeats.size()));
}

absl::StatusOr<std::vector<const Row*>> SelectRows(const Experiment& experiment,
                                                   const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    if (absl::c_any_of(experiment.rows, [&](const Row& row) { return IsNamed(row, id); })) continue;
    std::vector<std::string> known;
    for (const Row& row : experiment.rows) known.push_back(row.id);
    const std::string nearest = Nearest(id, known);
    return absl::NotFoundError(absl::StrCat(
        experiment.path, " has no row \"", Printable(id), "\"; rows: ", ShownIds(known),
        nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?")));
  }
  std::vector<const Row*> rows;
  for (const Row& row : experiment.rows) {
    const bool named = absl::c_any_of(ids, [&](const std::string& id) { return IsNamed(row, id); });
    if (named && row.reported) {
      return absl::InvalidArgumentError(absl::StrCat("row \"", row.id, "\" is reported by ",
                                                     row.skip, ": there is nothing to compute"));
    }
    if (named || (ids.empty() && row.skip.empty())) rows.push_back(&row);
  }
  return rows;
}

int Fail(const VerbContext& context, const absl::Status& status, int exit_code) {
  const std::string message(status.message());
  if (context.json_events) {
    TellEvent({{"event", "error"}, {"message", message}, {"exit_code", exit_code}});
    return exit_code;
  }
  const bool colored = context.Colored(2);
  std::fprintf(stderr, "%serror:%s %s\n", colored ? "\033[1;31m" : "", colored ? "\033[0m" : "",
               Shown(context, message).c_str());
  return exit_code;
}

void Warn(const VerbContext& context, const std::string& sentence) {
  if (context.verbosity < 0) return;
  if (context.json_events) return TellEvent({{"event", "warning"}, {"message", sentence}});
  const bool colored = context.Colored(2);
  std::fprintf(stderr, "%swarning:%s %s\n", colored ? "\033[1;33m" : "", colored ? "\033[0m" : "",
               Shown(context, sentence).c_str());
}

void TellEvent(const Json& event) { std::fprintf(stderr, "%s\n", Dump(event).c_str()); }

void Say(const VerbContext& context, const std::string& event, const std::string& sentence) {
  if (context.json_events) return TellEvent({{"event", event}, {"message", sentence}});
  std::fprintf(stderr, "%s\n", Shown(context, sentence).c_str());
}

void TellProblems(const VerbContext& context, const std::vector<Diagnostic>& problems) {
  if (!context.json_events) {
    std::vector<Diagnostic> shown = problems;
    for (Diagnostic& problem : shown) {
      for (std::string* text : {&problem.message, &problem.origin.source, &problem.help}) {
        *text = WithWholeArguments(context, *text);
      }
    }
    std::fputs(RenderAll(shown, context.Colored(2)).c_str(), stderr);
    return;
  }
  for (const Diagnostic& problem : problems) {
    const bool is_error = problem.severity == Diagnostic::Severity::kError;
    Json event = {{"event", "problem"},
                  {"severity", is_error ? "error" : "warning"},
                  {"code", problem.code},
                  {"message", problem.message},
                  {"place", OriginText(problem.origin)}};
    if (!problem.help.empty()) event["help"] = problem.help;
    TellEvent(event);
  }
}

}  // namespace facet
