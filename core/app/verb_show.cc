#include "core/app/verb_show.h"

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/app/layer_table.h"
#include "core/app/planned_experiment.h"
#include "core/app/requested_stages.h"
#include "core/base/file.h"
#include "core/config/resolved.h"
#include "core/pipeline/planner.h"
#include "core/stages/stage_types.h"

namespace facet {
namespace {

struct ShowArguments {
  ExperimentArguments experiment;
  std::vector<std::string> rows;
  bool json = false, layers = false;
  int64_t classes = 0;
};

// What the row's network is built of: the worker makes it and looks.
int ShowLayers(const ShowArguments& arguments, VerbContext& context) {
  int exit_code = kExitDone;
  const auto planned = PlanForVerb(arguments.experiment, arguments.rows, context, &exit_code);
  if (planned == nullptr) return exit_code;
  if (planned->rows.size() != 1) {
    std::vector<std::string> ids;
    for (const Row* row : planned->rows) ids.push_back(row->id);
    return Fail(context,
                absl::InvalidArgumentError(absl::StrCat("--layers shows the network of one row: ",
                                                        absl::StrJoin(ids, ", "))),
                kExitUsage);
  }
  const auto graph = PlanRequest(planned->experiment, *planned->rows.front(), kLayers,
                                 {{"classes", arguments.classes}}, AllStageTypes(),
                                 context.catalogue(), planned->machine);
  if (!graph.ok()) return Fail(context, graph.status(), kExitUsage);
  const std::vector<StageOutcome> outcomes = Compute(*graph, *planned, "show", context);
  if (!HasArtifact(outcomes.back().state)) return TellFailure(*graph, outcomes, context);
  const auto path = StoredFile(*planned->store, outcomes.back().artifact, "layers.json");
  if (!path.ok()) return Fail(context, path.status(), kExitBug);
  const auto layers = ReadJsonFile(*path);
  if (!layers.ok()) return Fail(context, layers.status(), kExitInput);
  TableStyle style;
  style.colour = context.Colored(1);
  const std::string text = arguments.json ? DumpPretty(*layers) : LayerTable(*layers, style);
  std::fputs(text.c_str(), stdout);
  return kExitDone;
}

int Show(const ShowArguments& arguments, VerbContext& context) {
  if (arguments.layers) return ShowLayers(arguments, context);
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
  const CommandOption layers =
      verb.Flag("--layers", &arguments->layers,
                "the layers of the row's network instead: support, filters, output, parameters, "
                "multiply-adds");
  verb.Option("--classes", &arguments->classes,
              "with --layers: the loss too, for so many people of the training set")
      .NonNegative()
      .Needs(layers);
  verb.OnRun([arguments, &context] { return Show(*arguments, context); });
}

}  // namespace facet
