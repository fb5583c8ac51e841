#include "core/app/verb_explain.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "core/app/key_changes.h"
#include "core/app/planned_experiment.h"
#include "core/app/requested_stages.h"
#include "core/base/file.h"
#include "core/base/regular_file.h"
#include "core/base/suggest.h"
#include "core/base/text_columns.h"
#include "core/graph/key_cause.h"
#include "core/report/find_results.h"
#include "core/report/text.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

using PlanState = PlannedStage::State;

struct ExplainArguments {
  ExperimentArguments experiment;
  std::string what;
  bool json = false;
};

// A run, and a row of it.
struct FirstRun {
  std::string run, row;
};

// By key: where it was first asked for.
std::map<std::string, FirstRun> ReadFirstRuns(const std::string& store) {
  std::map<std::string, FirstRun> first;
  std::vector<std::string> folders = RunFolders(store);
  std::reverse(folders.begin(), folders.end());
  for (const std::string& folder : folders) {
    const fs::path path(folder);
    const std::string run =
        absl::StrCat(path.parent_path().filename().string(), "/", path.filename().string());
    std::vector<fs::path> rows;
    std::error_code error;
    for (fs::directory_iterator row(path / "rows", error), end; !error && row != end;
         row.increment(error)) {
      rows.push_back(row->path());
    }
    std::sort(rows.begin(), rows.end());
    for (const fs::path& row : rows) {
      const std::string file = (row / "metrics.json").string();
      if (!CheckRegularFile(file).ok()) continue;
      const auto metrics = ReadJsonFile(file);
      if (!metrics.ok() || !metrics->is_object()) continue;
      for (const Json& stage : metrics->value("stages", Json::array())) {
        first.try_emplace(stage.value("key", ""), FirstRun{run, metrics->value("row", "")});
      }
    }
  }
  return first;
}

class Explanation {
 public:
  Explanation(const PlannedExperiment& planned, const Row& row, std::vector<PlannedStage> stages,
              int verbosity)
      : planned_(planned), row_(row), stages_(std::move(stages)), verbosity_(verbosity) {}

  Json Of(int stage) const {
    const PlannedStage& now = At(stage);
    Json json = {{"schema", 1},
                 {"row", row_.id},
                 {"stage", planned_.plan.At(stage).name},
                 {"type", planned_.plan.At(stage).type},
                 {"state", StateName(now.state)},
                 {"key", now.key}};
    if (now.state == PlanState::kBlocked) {
      json["why"] = now.why;
      return json;
    }
    json["waits_for"] = Json::array();
    for (const int input : now.waits_for) json["waits_for"].push_back(planned_.plan.At(input).name);
    json["parts"] = Json::array();
    for (const KeyChange& part : PartsOf(stage, now.document, planned_, row_)) {
      json["parts"].push_back(ToJson(part));
    }
    if (now.state == PlanState::kCached) {
      json["stored"] = Stored(now.artifact);
      return json;
    }
    const KeyCause cause = FindKeyCause(planned_.plan.graph, stages_, stage, *planned_.store);
    json["nearest"] = cause.nearest ? Stored(*cause.nearest) : Json();
    json["changes"] = Json::array();
    for (const KeyChange& change : ChangesOf(cause, planned_, row_)) {
      json["changes"].push_back(ToJson(change));
    }
    return json;
  }

  std::string Text(int stage) const {
    const PlannedStage& now = At(stage);
    const std::string& name = planned_.plan.At(stage).name;
    std::string text = absl::StrCat("row ", row_.id, ", stage ", name, ": ");
    switch (now.state) {
      case PlanState::kBlocked:
        return absl::StrCat(text, "blocked: ", now.why, "\n");
      case PlanState::kCached:
        absl::StrAppend(&text, "cached\n  key      ", now.key, "\n  stored   ",
                        StoredText(now.artifact), "\n");
        return text + (verbosity_ > 0 ? PartsText(stage) : "");
      case PlanState::kRun:
        absl::StrAppend(&text, "to run\n  key      ", now.key, "\n");
        break;
      case PlanState::kWaits:
        absl::StrAppend(&text, "waits for ", WaitsFor(now), "\n");
        break;
    }
    const KeyCause cause = FindKeyCause(planned_.plan.graph, stages_, stage, *planned_.store);
    if (!cause.nearest) {
      absl::StrAppend(&text, "  no ", planned_.plan.At(stage).type,
                      " stage is stored yet: there is nothing to compare it with\n");
    } else {
      absl::StrAppend(&text, "  nearest  ", cause.nearest->key, "\n           ",
                      StoredText(*cause.nearest), "\n",
                      ChangesText(ChangesOf(cause, planned_, row_)));
    }
    return text + (verbosity_ > 0 ? PartsText(stage) : "");
  }

  // A line for each stage of the row.
  std::string Lines(const std::vector<int>& stages) const {
    size_t width = 5;
    for (const int stage : stages) width = std::max(width, planned_.plan.At(stage).name.size());
    std::string text;
    for (const int stage : stages) {
      std::string name = planned_.plan.At(stage).name;
      name.resize(width, ' ');
      absl::StrAppend(&text, name, "  ", Line(stage), "\n");
    }
    return text;
  }

 private:
  const PlannedStage& At(int stage) const { return stages_[static_cast<size_t>(stage)]; }

  static const char* StateName(PlanState state) {
    switch (state) {
      case PlanState::kCached:
        return "cached";
      case PlanState::kRun:
        return "run";
      case PlanState::kWaits:
        return "waits";
      case PlanState::kBlocked:
        return "blocked";
    }
    return "unknown";
  }

  std::string WaitsFor(const PlannedStage& stage) const {
    std::vector<std::string> names;
    for (const int input : stage.waits_for) names.push_back(planned_.plan.At(input).name);
    return absl::StrJoin(names, ", ");
  }

  std::string Line(int stage) const {
    const PlannedStage& now = At(stage);
    const std::string state = StateName(now.state);
    if (now.state == PlanState::kBlocked) return absl::StrCat(state, "  ", now.why);
    if (now.state == PlanState::kCached) return state;
    if (now.state == PlanState::kWaits) return absl::StrCat(state, "   for ", WaitsFor(now));
    const KeyCause cause = FindKeyCause(planned_.plan.graph, stages_, stage, *planned_.store);
    if (!cause.nearest) return absl::StrCat(state, "     nothing of its kind is stored");
    const std::vector<KeyChange> changes = ChangesOf(cause, planned_, row_);
    if (changes.empty()) return absl::StrCat(state, "     its artifact is damaged or gone");
    return absl::StrCat(
        state, "     ", Describe(changes.front()),
        changes.size() > 1 ? absl::StrCat(" and ", changes.size() - 1, " more") : "");
  }

  Json Stored(const Artifact& artifact) const {
    if (!first_runs_) first_runs_ = ReadFirstRuns(planned_.store->folder());
    const auto found = first_runs_->find(artifact.key);
    const FirstRun first = found == first_runs_->end() ? FirstRun() : found->second;
    return {{"key", artifact.key},
            {"stage", artifact.name},
            {"finished", artifact.provenance.value("finished", "")},
            {"seconds", artifact.provenance.value("seconds", -1.0)},
            {"run", first.run},
            {"row", first.row}};
  }

  // "train of row 4 in run table4/2026...-f4487b, 2026-11-30 16:23:24 UTC, took 3 s"
  std::string StoredText(const Artifact& artifact) const {
    const Json stored = Stored(artifact);
    std::string text = artifact.name;
    if (!stored["run"].get_ref<const std::string&>().empty()) {
      absl::StrAppend(&text, " of row ", stored["row"].get<std::string>(), " in run ",
                      stored["run"].get<std::string>());
    }
    const std::string finished = stored["finished"];
    absl::Time time;
    if (std::string error; absl::ParseTime(absl::RFC3339_full, finished, &time, &error)) {
      absl::StrAppend(&text, ", ",
                      absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone()));
    }
    const double seconds = stored["seconds"];
    if (seconds >= 0) absl::StrAppend(&text, ", took ", FormatSeconds(seconds));
    return text;
  }

  std::string ChangesText(const std::vector<KeyChange>& changes) const {
    if (changes.empty()) return "  nothing differs from it: its artifact is damaged or gone\n";
    std::string text, heading;
    for (const KeyChange& change : changes) {
      std::string next = "  changed";
      if (!change.through.empty()) {
        absl::StrAppend(&next, " in stage ", change.stage,
                        change.row == row_.id ? "" : absl::StrCat(" of row ", change.row));
      }
      if (change.through.size() > 1) {
        absl::StrAppend(&next, ", by ",
                        absl::StrJoin(change.through.begin(), change.through.end() - 1, ", "));
      }
      if (next != heading) absl::StrAppend(&text, next, "\n");
      heading = next;
      absl::StrAppend(&text, "    ", Describe(change), "\n");
    }
    return text;
  }

  std::string PartsText(int stage) const {
    std::string text = "  its key names\n";
    for (const KeyChange& part : PartsOf(stage, At(stage).document, planned_, row_)) {
      const std::string value =
          part.after.is_string() ? part.after.get<std::string>().substr(0, 64) : Dump(part.after);
      absl::StrAppend(&text, "    ", part.what, "  ", value,
                      part.origin.empty() ? "" : absl::StrCat("  (", part.origin, ")"), "\n");
    }
    return text;
  }

  const PlannedExperiment& planned_;
  const Row& row_;
  const std::vector<PlannedStage> stages_;
  const int verbosity_;
  mutable std::optional<std::map<std::string, FirstRun>> first_runs_;
};

// The stage of the row that is called so, or the one of that type.
absl::StatusOr<int> FindStage(const PlannedExperiment& planned, const Row& row,
                              const std::string& name, const std::vector<int>& below) {
  std::vector<int> found;
  std::vector<std::string> names;
  const auto own = [&](int stage) { return planned.plan.said_at.count({stage, row.id}) > 0; };
  for (const bool by_name : {true, false}) {
    for (const bool of_row : {true, false}) {
      for (const int stage : below) {
        const StageSpec& spec = planned.plan.At(stage);
        if ((by_name ? spec.name : spec.type) == name && own(stage) == of_row) {
          found.push_back(stage);
        }
      }
      if (found.size() == 1) return found.front();
      if (!found.empty()) break;
    }
    if (!found.empty()) break;
  }
  for (const int stage : found.empty() ? below : found) {
    const std::string& each = planned.plan.At(stage).name;
    if (!absl::c_linear_search(names, each)) names.push_back(each);
  }
  const std::string nearest = found.empty() ? Nearest(name, names) : "";
  return absl::NotFoundError(absl::StrCat(
      "row \"", row.id, "\" has ", found.empty() ? "no stage \"" : "several stages of type \"",
      Printable(name), "\"; ",
      nearest.empty() ? absl::StrCat("there are ", absl::StrJoin(names, ", "))
                      : absl::StrCat("did you mean ", nearest, "?")));
}

int Explain(const ExplainArguments& arguments, VerbContext& context) {
  const size_t slash = arguments.what.find('/');
  const std::string row_id = arguments.what.substr(0, slash);
  int exit_code = kExitDone;
  const auto planned = PlanForVerb(arguments.experiment, {row_id}, context, &exit_code);
  if (planned == nullptr) return exit_code;
  const Row& row = *planned->rows.front();
  const std::vector<int> below = StagesBelow(planned->plan.graph, planned->plan.results.at(row.id));
  std::vector<int> asked = below;
  if (slash != std::string::npos) {
    const auto stage = FindStage(*planned, row, arguments.what.substr(slash + 1), below);
    if (!stage.ok()) return Fail(context, stage.status(), kExitUsage);
    asked = {*stage};
  }
  const Explanation explanation(*planned, row, LookUp(planned->plan.graph, *planned),
                                context.verbosity);
  std::string text;
  if (arguments.json) {
    Json stages = Json::array();
    for (const int stage : asked) stages.push_back(explanation.Of(stage));
    text = DumpPretty(slash == std::string::npos
                          ? Json({{"schema", 1}, {"row", row.id}, {"stages", std::move(stages)}})
                          : stages.front());
  } else {
    text = slash == std::string::npos ? explanation.Lines(asked) : explanation.Text(asked.front());
  }
  std::fputs(text.c_str(), stdout);
  return kExitDone;
}

}  // namespace

void AddExplainVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<ExplainArguments>();
  Command verb = program.Subcommand(
      "explain", "why a stage would run: what differs from the nearest one that is stored");
  AddExperimentArguments(verb, &arguments->experiment);
  verb.Positional("ROW/STAGE", &arguments->what,
                  "stage of a row, 4/train; a row alone: all its stages, each with its first cause")
      .Required();
  verb.Flag("--json", &arguments->json, "one JSON document");
  verb.OnRun([arguments, &context] { return Explain(*arguments, context); });
}

}  // namespace facet
