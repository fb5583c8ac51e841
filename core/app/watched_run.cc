#include "core/app/watched_run.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/app/signals.h"
#include "core/base/child_process.h"
#include "core/pipeline/experiment_layout.h"
#include "core/stages/stage_types.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr char kWatchFlag[] = "--watch";

// What options name, by whether the run writes it.
struct NamedPaths {
  std::set<std::string> read, written;
};

void AddPaths(const Json& value, const std::vector<OptionSpec>& options, NamedPaths* paths) {
  for (const OptionSpec& option : options) {
    if (option.role.empty() || !value.contains(option.name)) continue;
    const Json& named = value[option.name];
    for (const Json& one : named.is_array() ? named : Json::array({named})) {
      const std::string path = one.is_string() ? one.get<std::string>() : "";
      if (!path.empty()) (option.MayBeMissing() ? paths->written : paths->read).insert(path);
    }
  }
}

NamedPaths PathsOf(const Experiment& experiment, const ExperimentLayout& layout,
                   const Catalogue& catalogue) {
  NamedPaths paths;
  for (const Row& row : experiment.rows) {
    for (const auto& [path, value] : row.slots) {
      const Slot* const slot = layout.Find(path);
      if (slot == nullptr || !value.is_object() || !row.skip.empty()) continue;
      const ComponentInfo* component = nullptr;
      if (slot->fill == Slot::Fill::kComponent) {
        component = catalogue.Find(slot->kind, value.value("use", ""));
        if (component == nullptr) continue;
      }
      AddPaths(value, component != nullptr ? component->options : slot->options, &paths);
    }
  }
  return paths;
}

// Whether one of these is the path or lies below it: the run would set itself off.
bool Holds(const std::string& path, const std::set<std::string>& others) {
  return std::any_of(others.begin(), others.end(), [&](const std::string& other) {
    return other == path || absl::StartsWith(other, path + "/");
  });
}

std::string WatchedText(const ExperimentArguments& arguments, const WatchedPaths& paths) {
  const size_t others = paths.files.size() - 1;
  return absl::StrCat("watching ", arguments.file,
                      others == 0   ? ""
                      : others == 1 ? ", 1 file that it names"
                                    : absl::StrCat(", ", others, " files that it names"),
                      " and the plugins in ", absl::StrJoin(paths.plugin_folders, ", "),
                      "; Ctrl-C ends");
}

}  // namespace

WatchedPaths PathsOfRun(const ExperimentArguments& arguments, const VerbContext& context) {
  VerbContext quiet = context;  // its catalogue is of now; the run tells of plugins with problems
  quiet.verbosity = -1;
  const Catalogue& catalogue = quiet.catalogue();
  const ExperimentLayout layout = MakeExperimentLayout(AllStageTypes());
  const Experiment experiment =
      LoadExperiment(arguments.file, OverridesOf(arguments), layout, catalogue).experiment;
  std::set<std::string> files(experiment.sources.begin(), experiment.sources.end());
  files.insert(fs::absolute(arguments.file).lexically_normal().string());
  NamedPaths named = PathsOf(experiment, layout, catalogue);
  named.written.insert(fs::absolute(context.store).lexically_normal().string());
  for (const std::string& path : named.read) {
    if (!Holds(path, named.written)) files.insert(path);
  }
  return {{files.begin(), files.end()}, context.plugin_folders()};
}

int WatchRun(const ExperimentArguments& arguments, const VerbContext& context) {
  NoteFirstSignal();
  WatchedProgram program;
  program.command = {fs::read_symlink("/proc/self/exe").string()};
  for (const std::string& argument : context.arguments) {
    if (argument != kWatchFlag) program.command.push_back(argument);
  }
  // A file that could be read once is watched on, whatever mistake it has now.
  program.paths = [&arguments, &context, known = std::set<std::string>()]() mutable {
    WatchedPaths paths = PathsOfRun(arguments, context);
    known.insert(paths.files.begin(), paths.files.end());
    paths.files.assign(known.begin(), known.end());
    return paths;
  };
  program.stop_signal = &StopSignal;
  program.say = [&context](const std::string& line) {
    if (context.verbosity >= 0) Say(context, "watch", line);
  };
  program.say(WatchedText(arguments, PathsOfRun(arguments, context)));
  return RunWatched(program);
}

}  // namespace facet
