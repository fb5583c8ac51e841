#include "core/app/verb_completion.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/app/build_info.h"
#include "core/app/exit_code.h"
#include "core/pipeline/experiment_layout.h"
#include "core/pipeline/machine.h"
#include "core/pipeline/planner.h"
#include "core/report/find_results.h"
#include "core/stages/stage_types.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

using Words = std::set<std::string>;

// As far as it can be read: a file that is being written is seldom whole.
Experiment ReadQuietly(const std::string& file, VerbContext& context) {
  if (file.empty()) return {};
  return LoadExperiment(file, {}, MakeExperimentLayout(AllStageTypes()), context.catalogue())
      .experiment;
}

Words RowIdsOf(const Experiment& experiment) {
  Words ids;
  for (const Row& row : experiment.rows) {
    if (!row.reported) ids.insert(row.id);
  }
  return ids;
}

// Types and names of stages; with rows: "4/train".
Words StagesOf(const Experiment& experiment, VerbContext& context, bool with_rows) {
  Words words;
  const Machine machine = Machine::ThisOne();
  for (const Row& row : experiment.rows) {
    if (row.reported) continue;
    const auto plan =
        PlanExperiment(experiment, {&row}, AllStageTypes(), context.catalogue(), machine);
    if (!plan.ok()) continue;
    for (const StageSpec& stage : plan->graph.stages) {
      if (with_rows) {
        words.insert(absl::StrCat(row.id, "/", stage.name));
      } else {
        words.insert({stage.type, stage.name});
      }
    }
  }
  return words;
}

Words SettingsOf(const Experiment& experiment) {
  Words paths;
  for (const Row& row : experiment.rows) {
    for (const auto& [path, origin] : row.origins) paths.insert(path + "=");
  }
  return paths;
}

Words RunsOf(const VerbContext& context) {
  Words runs;
  for (const std::string& folder : RunFolders(context.store)) {
    const fs::path path(folder);
    const std::string experiment = path.parent_path().filename().string();
    runs.insert(experiment);
    runs.insert(absl::StrCat(experiment, "/", path.filename().string()));
  }
  return runs;
}

Words ComponentsOf(VerbContext& context) {
  Words names;
  for (const ComponentInfo& component : context.catalogue().components()) {
    names.insert({component.name, absl::StrCat(component.kind, "/", component.name)});
  }
  return names;
}

Words Offered(const std::string& what, const std::string& file, VerbContext& context) {
  if (what == "components") return ComponentsOf(context);
  if (what == "runs") return RunsOf(context);
  if (what == "rows") return RowIdsOf(ReadQuietly(file, context));
  if (what == "stages") return StagesOf(ReadQuietly(file, context), context, false);
  if (what == "row-stages") return StagesOf(ReadQuietly(file, context), context, true);
  if (what == "settings") return SettingsOf(ReadQuietly(file, context));
  return {};
}

}  // namespace

void AddCompletionVerb(Command program, const CommandLine& line) {
  auto shell = std::make_shared<std::string>();
  Command verb =
      program.Subcommand("completion", "a script for your shell: source <(facet completion bash)");
  verb.Positional("SHELL", shell.get(), "bash, fish; zsh reads bash's after bashcompinit")
      .Required()
      .OneOf({"bash", "fish", "zsh"});
  verb.OnRun([shell, &line] {
    if (*shell == "zsh") std::fputs("autoload -U +X bashcompinit && bashcompinit\n", stdout);
    const std::string script =
        *shell == "fish" ? FishCompletion(line.Page()) : BashCompletion(line.Page());
    std::fputs(script.c_str(), stdout);
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

void AddCompleteVerb(Command program, VerbContext& context) {
  struct Arguments {
    std::string what, file;
  };
  auto arguments = std::make_shared<Arguments>();
  Command verb = program.Subcommand("__complete", "what a shell offers");
  verb.Hide();
  verb.Positional("WHAT", &arguments->what).Required();
  verb.Positional("FILE", &arguments->file);
  verb.OnRun([arguments, &context] {
    context.verbosity = -1;
    for (const std::string& word : Offered(arguments->what, arguments->file, context)) {
      std::printf("%s\n", word.c_str());
    }
    return static_cast<int>(kExitDone);
  });
}

}  // namespace facet
