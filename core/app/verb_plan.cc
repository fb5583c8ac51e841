#include "core/app/verb_plan.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/app/build_info.h"
#include "core/app/key_changes.h"
#include "core/app/planned_experiment.h"
#include "core/app/progress.h"
#include "core/app/run_room.h"
#include "core/base/text_columns.h"
#include "core/graph/input_digests.h"
#include "core/graph/run_plan.h"
#include "core/report/grid.h"

namespace facet {
namespace {

struct PlanArguments {
  ExperimentArguments experiment;
  std::vector<std::string> rows, force;
  bool json = false, dot = false, exit_code = false;
};

using State = PlannedStage::State;

const char* StateName(State state) {
  switch (state) {
    case State::kCached:
      return "cached";
    case State::kRun:
      return "run";
    case State::kWaits:
      return "waits";
    case State::kBlocked:
      return "blocked";
  }
  return "unknown";
}

using RowsById = std::map<std::string, const Row*>;

std::string Why(const PlannedExperiment& planned, const RowsById& rows, int index,
                const PlannedStage& stage) {
  if (stage.state == State::kCached) {
    const double seconds = stage.artifact.provenance.value("seconds", -1.0);
    return seconds < 0 ? "" : absl::StrCat("took ", FormatDuration(seconds));
  }
  if (stage.state == State::kWaits) {
    std::vector<std::string> names;
    for (const int input : stage.waits_for) names.push_back(planned.plan.At(input).name);
    return absl::StrCat("for ", absl::StrJoin(names, ", "));
  }
  if (stage.differences.empty()) return stage.why;
  const Row& row = *rows.at(planned.plan.At(index).users.front());
  return absl::StrCat("changed: ", BriefChanges(index, stage.differences, planned, row));
}

// By stage of the graph.
std::vector<std::string> Whys(const PlannedExperiment& planned,
                              const std::vector<PlannedStage>& stages) {
  RowsById rows;
  for (const Row& row : planned.experiment.rows) rows[row.id] = &row;
  std::vector<std::string> whys;
  for (const PlannedStage& stage : stages) {
    whys.push_back(Why(planned, rows, static_cast<int>(whys.size()), stage));
  }
  return whys;
}

Tone ToneOf(State state) {
  switch (state) {
    case State::kCached:
      return Tone::kMuted;
    case State::kRun:
      return Tone::kStrong;
    case State::kBlocked:
      return Tone::kBad;
    case State::kWaits:
      break;
  }
  return Tone::kPlain;
}

void PrintTable(const StageGraph& graph, const std::vector<PlannedStage>& planned,
                const std::vector<std::string>& whys, bool colour) {
  int counts[4] = {};
  for (const PlannedStage& stage : planned) ++counts[static_cast<int>(stage.state)];
  Grid grid;
  grid.Add({"rows", look::kId}, graph.stages,
           [](const StageSpec& stage) { return Printable(UsersText(stage)); });
  grid.Add({"stage", look::kText}, graph.stages, &StageSpec::name);
  grid.Add({"state", look::kText}, planned, [](const PlannedStage& stage) {
    return GridCell{StateName(stage.state), ToneOf(stage.state)};
  });
  grid.Add({"why", look::kText}, whys, [](const std::string& why) { return Printable(why); });
  TableStyle style;
  style.colour = colour;
  std::fputs(TerminalTable(grid, style).c_str(), stdout);
  std::printf("%zu stages: %d cached, %d to run, %d wait for these, %d blocked\n", planned.size(),
              counts[0], counts[1], counts[2], counts[3]);
}

void PrintJson(const RowPlan& plan, const std::vector<PlannedStage>& planned,
               const std::vector<std::string>& whys, const Json& forecast) {
  const StageGraph& graph = plan.graph;
  Json stages = Json::array();
  for (size_t i = 0; i < planned.size(); ++i) {
    const StageSpec& stage = graph.stages[i];
    stages.push_back({{"name", stage.name},
                      {"type", stage.type},
                      {"rows", stage.users},
                      {"inputs", stage.inputs},
                      {"state", StateName(planned[i].state)},
                      {"key", planned[i].key},
                      {"why", whys[i]},
                      {"waits_for", planned[i].waits_for}});
  }
  const Json document = {
      {"schema", 1}, {"stages", std::move(stages)}, {"rows", plan.results}, {"forecast", forecast}};
  std::fputs(DumpPretty(document).c_str(), stdout);
}

void PrintDot(const StageGraph& graph, const std::vector<PlannedStage>& planned) {
  std::printf("digraph plan {\n  rankdir = LR;\n  node [shape = box];\n");
  for (size_t i = 0; i < planned.size(); ++i) {
    const StageSpec& stage = graph.stages[i];
    std::printf("  s%zu [label = %s%s];\n", i,
                Dump(absl::StrCat(stage.name, "\nrows ", UsersText(stage), "\n",
                                  StateName(planned[i].state)))
                    .c_str(),
                planned[i].state == State::kCached ? ", style = filled" : "");
    for (const auto& [port, producer] : stage.inputs) {
      std::printf("  s%d -> s%zu [label = \"%s\"];\n", producer, i, port.c_str());
    }
  }
  std::printf("}\n");
}

int Plan(const PlanArguments& arguments, VerbContext& context) {
  int exit_code = kExitDone;
  // Neither this nor its stages are taken apart: of a thousand rows that would be a tenth of all that
  // this verb does.
  static const PlannedExperiment* const planned =
      PlanForVerb(arguments.experiment, arguments.rows, context, &exit_code).release();
  if (planned == nullptr) return exit_code;
  if (const auto names = CheckStageNames(arguments.force, planned->plan.graph); !names.ok()) {
    return Fail(context, names, kExitUsage);
  }
  InputDigests digests(planned->store->index_path());
  // Before the stages are planned: what it looks at is then read once.
  Forecaster forecaster(planned->plan, *planned->store, CpuModel());
  static const auto& stages = *new std::vector<PlannedStage>(
      PlanStages(planned->plan.graph, planned->environment, *planned->store, digests,
                 {arguments.force.begin(), arguments.force.end()}));
  const std::string& store = planned->store->folder();
  const auto forecast = [&] { return forecaster.Of(stages, 1); };
  if (arguments.json) {
    PrintJson(planned->plan, stages, Whys(*planned, stages), ForecastToJson(forecast(), store));
  } else if (arguments.dot) {
    PrintDot(planned->plan.graph, stages);
  } else {
    PrintTable(planned->plan.graph, stages, Whys(*planned, stages), context.Colored(1));
    const std::string text = DescribeForecast(forecast(), store);
    if (!text.empty()) std::printf("%s\n", text.c_str());
  }
  const auto is = [](State state) {
    return [state](const PlannedStage& stage) { return stage.state == state; };
  };
  if (std::any_of(stages.begin(), stages.end(), is(State::kBlocked))) return kExitInput;
  const bool pending = !std::all_of(stages.begin(), stages.end(), is(State::kCached));
  return pending && arguments.exit_code ? kExitPending : kExitDone;
}

}  // namespace

void AddPlanVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<PlanArguments>();
  Command verb =
      program.Subcommand("plan", "what a run would do: each stage cached, to run (why) or waiting");
  AddExperimentArguments(verb, &arguments->experiment);
  verb.Positional("ROW", &arguments->rows, "rows to plan; none: all");
  verb.Option("--force", &arguments->force, "stage to compute although it is cached; repeatable")
      .TypeName("STAGE");
  CommandOption json = verb.Flag("--json", &arguments->json, "one JSON document");
  verb.Flag("--dot", &arguments->dot, "a graph for Graphviz").Excludes(json);
  verb.Flag("--exit-code", &arguments->exit_code, "exit with 10 if there is work to do");
  verb.OnRun([arguments, &context] { return Plan(*arguments, context); });
}

}  // namespace facet
