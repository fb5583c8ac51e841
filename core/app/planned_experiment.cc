#include "core/app/planned_experiment.h"

#include <algorithm>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/app/library_releases.h"
#include "core/app/remarks.h"
#include "core/app/trials.h"
#include "core/base/suggest.h"
#include "core/config/diagnostic.h"
#include "core/config/inputs.h"
#include "core/pipeline/experiment_layout.h"
#include "core/pipeline/planner.h"
#include "core/stages/code_digests.h"
#include "core/stages/stage_types.h"

namespace facet {

std::unique_ptr<PlannedExperiment> PlanForVerb(const ExperimentArguments& arguments,
                                               const std::vector<std::string>& row_ids,
                                               VerbContext& context, int* exit_code) {
  LoadedExperiment loaded = LoadForVerb(arguments, context);
  *exit_code = loaded.exit_code;
  if (!loaded.experiment) return nullptr;
  auto planned = std::make_unique<PlannedExperiment>();
  planned->experiment = *std::move(loaded.experiment);

  auto rows = SelectRows(planned->experiment, row_ids);
  if (!rows.ok()) {
    *exit_code = Fail(context, rows.status(), kExitUsage);
    return nullptr;
  }
  planned->rows = *std::move(rows);
  std::future<std::vector<Diagnostic>> trials = StartTrials(planned->rows, context.catalogue());
  planned->machine = Machine::ThisOne();
  const Machine& machine = planned->machine;
  auto plan = PlanExperiment(planned->experiment, planned->rows, AllStageTypes(),
                             context.catalogue(), machine);
  if (!plan.ok()) {
    *exit_code =
        Fail(context, plan.status(), absl::IsNotFound(plan.status()) ? kExitPlugin : kExitConfig);
    return nullptr;
  }
  planned->plan = *std::move(plan);
  const std::vector<Diagnostic> contents =
      CheckContents(planned->rows, MakeExperimentLayout(AllStageTypes()), context.catalogue());
  if (const int code = ExitCodeOf(contents); code != kExitDone || context.verbosity >= 0) {
    TellProblems(context, contents);
    *exit_code = code;
    if (code != kExitDone) return nullptr;
  }
  if (const std::vector<Diagnostic> refused = trials.get(); !refused.empty()) {
    TellProblems(context, refused);
    *exit_code = kExitConfig;
    return nullptr;
  }
  if (const auto warnings = RemarkWarnings(planned->experiment, planned->plan);
      !warnings.empty() && context.verbosity >= 0) {
    TellProblems(context, warnings);
  }
  if (context.verbosity > 0) {
    Say(context, "note",
        absl::StrCat("precision auto is ", ResolvePrecision("auto", "cpu", machine), " here (",
                     machine.has_amx_bf16 ? "the processor has" : "no", " AMX), threads 0 is ",
                     machine.num_cores));
  }

  auto store = Store::Open(context.store);
  if (!store.ok()) {
    *exit_code = Fail(context, store.status(), kExitInput);
    return nullptr;
  }
  planned->store = *std::move(store);
  auto releases = LibraryReleases(
      context.worker_path(), absl::StrCat(planned->store->folder(), "/cache/v1/releases.json"));
  if (!releases.ok()) {
    *exit_code = Fail(context, releases.status(), kExitBackend);
    return nullptr;
  }
  planned->environment = {StageCodeDigests(), {}, *std::move(releases)};
  for (const ComponentInfo& component : context.catalogue().components()) {
    planned->environment.called_code[component.library_digest] =
        DigestOfCalls(component.calls, InterfaceCodeDigests());
  }
  return planned;
}

std::unique_ptr<PlannedExperiment> PlanRowForVerb(const ExperimentArguments& arguments,
                                                  const std::string& row_id, VerbContext& context,
                                                  int* exit_code) {
  std::unique_ptr<PlannedExperiment> planned = PlanForVerb(arguments, {row_id}, context, exit_code);
  if (planned == nullptr || planned->rows.front()->id == row_id) return planned;
  std::vector<std::string> ids;
  for (const Row* row : planned->rows) ids.push_back(row->id);
  *exit_code = Fail(context,
                    absl::InvalidArgumentError(absl::StrCat(
                        "row \"", row_id, "\" stands for ", ids.size(),
                        ids.size() == 1 ? " row" : " rows", ", name one: ", ShownIds(ids))),
                    kExitUsage);
  return nullptr;
}

absl::Status CheckStageNames(const std::vector<std::string>& names, const StageGraph& graph) {
  std::vector<std::string> known;
  const auto add = [&](const std::string& name) {
    if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(name);
  };
  for (const StageSpec& stage : graph.stages) add(stage.type);
  for (const StageSpec& stage : graph.stages) add(stage.name);
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string nearest = Nearest(name, known);
    return absl::InvalidArgumentError(
        absl::StrCat("--force ", name, ": no stage of these rows has this type or name; ",
                     nearest.empty() ? absl::StrCat("there are ", absl::StrJoin(known, ", "))
                                     : absl::StrCat("did you mean ", nearest, "?")));
  }
  return absl::OkStatus();
}

}  // namespace facet
