#include "core/app/verb_show.h"

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/config/resolved.h"

namespace facet {
namespace {

struct ShowArguments {
  ExperimentArguments experiment;
  std::vector<std::string> rows;
  bool json = false;
};

int Show(const ShowArguments& arguments, VerbContext& context) {
  LoadedExperiment loaded = LoadForVerb(arguments.experiment, context);
  if (!loaded.experiment) return loaded.exit_code;
  Experiment& experiment = *loaded.experiment;
  if (!arguments.rows.empty()) {
    const absl::StatusOr<std::vector<const Row*>> selected = SelectRows(experiment, arguments.rows);
    if (!selected.ok()) return Fail(context, selected.status(), kExitUsage);
    std::vector<Row> rows;
    for (const Row* row : *selected) rows.push_back(*row);
    experiment.rows = std::move(rows);
  }
  const std::string text =
      arguments.json ? DumpPretty(ResolvedJson(experiment)) : ResolvedToml(experiment);
  std::fputs(text.c_str(), stdout);
  return kExitDone;
}

}  // namespace

void AddShowVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<ShowArguments>();
  Command verb = program.Subcommand(
      "show", "the resolved experiment: every value of every row, and where it was said");
  AddExperimentArguments(verb, &arguments->experiment);
  verb.Positional("ROW", &arguments->rows, "rows to show; none: all");
  verb.Flag("--json", &arguments->json, "one JSON document");
  verb.OnRun([arguments, &context] { return Show(*arguments, context); });
}

}  // namespace facet
