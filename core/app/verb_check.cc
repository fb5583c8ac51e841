#include "core/app/verb_check.h"

#include <cstdio>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "core/app/input_check.h"
#include "core/app/remarks.h"
#include "core/app/trials.h"
#include "core/base/text_columns.h"
#include "core/config/diagnostic.h"
#include "core/config/inputs.h"
#include "core/pipeline/experiment_layout.h"
#include "core/pipeline/planner.h"
#include "core/stages/stage_types.h"

namespace facet {
namespace {

std::string Count(size_t count, const char* noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

void PrintSummary(const Experiment& experiment, size_t errors, size_t warnings) {
  const auto is_left_out = [](const Row& row) { return !row.skip.empty(); };
  const auto left_out = static_cast<size_t>(absl::c_count_if(experiment.rows, is_left_out));
  const std::string rows =
      absl::StrCat(Count(experiment.rows.size(), "row"),
                   left_out == 0 ? "" : absl::StrCat(" (", left_out, " left out)"));
  const std::string path = Printable(experiment.path);
  if (errors == 0) {
    std::printf("%s: %s, all fine%s\n", path.c_str(), rows.c_str(),
                warnings == 0 ? "" : absl::StrCat(" (", Count(warnings, "warning"), ")").c_str());
  } else {
    std::fprintf(stderr, "\n%s: %s%s\n", path.c_str(), Count(errors, "error").c_str(),
                 experiment.rows.empty() ? "" : absl::StrCat(" in ", rows).c_str());
  }
}

std::vector<const Row*> RowsOf(const Experiment& experiment) {
  std::vector<const Row*> rows;
  for (const Row& row : experiment.rows) {
    if (row.skip.empty()) rows.push_back(&row);
  }
  return rows;
}

// What a row asks for may be well written and yet not fit together: each mistake at its row, once,
// though a row that rests on another has its mistake too.
void AddPlanProblems(const Experiment& experiment, VerbContext& context,
                     std::vector<Diagnostic>* problems) {
  const std::vector<const Row*> rows = RowsOf(experiment);
  std::future<std::vector<Diagnostic>> trials = StartTrials(rows, context.catalogue());
  const Machine machine = Machine::ThisOne();
  Planner planner(experiment, AllStageTypes(), context.catalogue(), machine);
  std::set<std::string> told;
  for (const Row* row : rows) {
    const absl::Status added = planner.AddRow(*row);
    if (added.ok() || !told.insert(std::string(added.message())).second) continue;
    Diagnostic problem;
    problem.code = "E0508";
    problem.message = std::string(added.message());
    problem.origin = row->origin;
    problems->push_back(std::move(problem));
  }
  if (!told.empty()) return;
  for (Diagnostic& refused : trials.get()) problems->push_back(std::move(refused));
  for (Diagnostic& warning : RemarkWarnings(experiment, planner.Take())) {
    problems->push_back(std::move(warning));
  }
}

struct CheckArguments {
  ExperimentArguments experiment;
  bool inputs = false;
};

int Check(const ExperimentArguments& arguments, bool inputs, VerbContext& context) {
  const ExperimentLayout layout = MakeExperimentLayout(AllStageTypes());
  const LoadResult loaded =
      LoadExperiment(arguments.file, OverridesOf(arguments), layout, context.catalogue());
  std::vector<Diagnostic> problems = loaded.diagnostics;
  for (Diagnostic& missing : CheckInputs(loaded, layout, context.catalogue())) {
    problems.push_back(std::move(missing));
  }
  const auto is_error = [](const Diagnostic& problem) {
    return problem.severity == Diagnostic::Severity::kError;
  };
  if (!absl::c_any_of(problems, is_error)) AddPlanProblems(loaded.experiment, context, &problems);
  const auto errors = static_cast<size_t>(absl::c_count_if(problems, is_error));
  const size_t warnings = problems.size() - errors;
  if (errors > 0 || context.verbosity >= 0) TellProblems(context, problems);
  if (!inputs || errors > 0) {
    PrintSummary(loaded.experiment, errors, warnings);
    return ExitCodeOf(problems);
  }
  InputFindings findings;
  const int exit_code = LookIntoInputs(arguments, context, &findings);
  if (exit_code == kExitDone || exit_code == kExitInput) {
    std::fflush(stdout);
    PrintSummary(loaded.experiment, findings.errors, warnings + findings.warnings);
  }
  return exit_code;
}

}  // namespace

void AddCheckVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<CheckArguments>();
  Command verb =
      program.Subcommand("check", "find every mistake of an experiment file; runs nothing");
  AddExperimentArguments(verb, &arguments->experiment);
  verb.Flag("--inputs", &arguments->inputs,
            "open the lists of the data sets too and look for each image; takes longer");
  verb.OnRun(
      [arguments, &context] { return Check(arguments->experiment, arguments->inputs, context); });
}

}  // namespace facet
