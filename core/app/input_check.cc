#include "core/app/input_check.h"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/app/planned_experiment.h"
#include "core/app/progress.h"
#include "core/app/requested_stages.h"
#include "core/base/status.h"
#include "core/base/text_columns.h"
#include "core/graph/stored_stage.h"
#include "core/pipeline/stage_type.h"
#include "core/records/image_root.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxNamed = 5;

// What an artifact says of a data set, beside the disk.
struct DataSet {
  size_t images = 0;   // files, each once
  size_t missing = 0;  // of these
  std::vector<std::string> first_missing;
  std::map<std::string, int64_t> people;  // and how many samples each has
  std::string folder;
};

absl::StatusOr<DataSet> LookInto(const StageSpec& stage, const Artifact& artifact,
                                 const Store& store) {
  const std::map<std::string, std::string> files = FilesOf(artifact, store);
  DataSet data;
  const auto root = files.find(kImageRootFile);
  if (root != files.end()) {
    const ComponentUse& use = stage.components.at("data");
    FACET_ASSIGN_OR_RETURN(data.folder, ReadImageRoot(root->second, use.name, use.options));
    const fs::path folder = fs::path(data.folder).lexically_normal();
    data.folder = (folder.has_filename() ? folder : folder.parent_path()).string();
  }
  std::set<std::string> seen;
  FACET_RETURN_IF_ERROR(
      ForEachRecord(files.at("samples.jsonl"), &SampleFromJson, [&](const Sample& sample) {
        if (!sample.identity.empty()) ++data.people[sample.identity];
        if (sample.path.empty() || !seen.insert(sample.path).second) return absl::OkStatus();
        ++data.images;
        std::error_code error;
        if (fs::exists(fs::path(data.folder) / sample.path, error)) return absl::OkStatus();
        ++data.missing;
        if (data.first_missing.size() < kMaxNamed) data.first_missing.push_back(sample.path);
        return absl::OkStatus();
      }));
  return data;
}

std::string Counted(size_t count, const char* one, const char* many) {
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

std::string TextOf(const DataSet& data) {
  std::string text = Counted(data.images, "image", "images");
  if (!data.people.empty()) {
    absl::StrAppend(&text, " of ", Counted(data.people.size(), "person", "people"));
  }
  if (!data.folder.empty()) absl::StrAppend(&text, " in ", data.folder);
  if (data.missing == 0) return text + ", all there";
  const size_t more = data.missing - data.first_missing.size();
  return absl::StrCat(text, ", ", data.missing, data.missing == 1 ? " is" : " are",
                      " missing: ", absl::StrJoin(data.first_missing, ", "),
                      more > 0 ? absl::StrCat(" and ", more, " more") : "");
}

std::string Label(const StageSpec& stage) {
  const auto data = stage.components.find("data");
  return absl::StrCat(
      stage.users.size() == 1 ? "row " : "rows ", UsersText(stage), "  ", stage.name,
      data == stage.components.end() ? "" : absl::StrCat(" (", data->second.name, ")"));
}

// Whether the stage's data set lies on the disk before the run.
bool ReadsFiles(const StageSpec& stage) { return stage.inputs.empty() && !stage.externals.empty(); }

// Prints what was found of one. Whether all is there.
bool TellOf(const StageSpec& stage, const StageOutcome& outcome, const Store& store) {
  const absl::StatusOr<DataSet> data = HasArtifact(outcome.state)
                                           ? LookInto(stage, outcome.artifact, store)
                                           : absl::StatusOr<DataSet>(outcome.status);
  if (!data.ok()) {
    std::printf("%s: error: %s\n", Printable(Label(stage)).c_str(),
                Printable(std::string(data.status().message()), /*several_lines=*/true).c_str());
    return false;
  }
  std::printf("%s: %s%s\n", Printable(Label(stage)).c_str(), data->missing > 0 ? "error: " : "",
              Printable(TextOf(*data)).c_str());
  for (const std::string& notice : outcome.artifact.notices) {
    std::printf("    %s\n", Printable(notice).c_str());
  }
  return data->missing == 0;
}

// What the numbers of images tell of the stages that learn from them. `outcomes`: of the data sets.
// How many warnings there were.
size_t TellOfTraining(const RowPlan& plan, const std::map<int, StageOutcome>& outcomes,
                    const Store& store, VerbContext& context) {
  const auto has_trait = [&context](const ComponentUse& use, Trait trait) {
    const ComponentInfo* info = context.catalogue().Find(use.kind, use.name);
    return info != nullptr && info->traits.Has(trait);
  };
  size_t warnings = 0;
  for (size_t i = 0; i < plan.graph.stages.size(); ++i) {
    const auto stage = static_cast<int>(i);
    const StageType& type = plan.TypeOf(stage);
    if (type.foresees == nullptr) continue;
    const int samples = plan.Find(plan.At(stage).users.front(), kSamples, "train");
    const auto outcome = outcomes.find(samples);
    if (outcome == outcomes.end() || !HasArtifact(outcome->second.state)) continue;
    const auto data = LookInto(plan.At(samples), outcome->second.artifact, store);
    if (!data.ok()) continue;  // told already
    std::vector<int64_t> images;
    for (const auto& [person, count] : data->people) images.push_back(count);
    const std::string foreseen = type.foresees(plan.At(stage), has_trait, images);
    if (foreseen.empty()) continue;
    std::printf("%s: warning: %s\n", Label(plan.At(stage)).c_str(), foreseen.c_str());
    ++warnings;
  }
  return warnings;
}

// Weights, models and lists: check has looked at their first bytes.
void TellOfFiles(const StageGraph& graph) {
  std::set<std::string> told;
  for (const StageSpec& stage : graph.stages) {
    for (const ExternalInput& external : stage.externals) {
      std::error_code error;
      const auto size = fs::file_size(external.path, error);
      if (external.directory || error || !told.insert(external.path).second) continue;
      std::printf("%s: %s = %s, %.1f MB\n", Label(stage).c_str(), external.option.c_str(),
                  external.path.c_str(), static_cast<double>(size) / 1e6);
    }
  }
}

}  // namespace

int LookIntoInputs(const ExperimentArguments& arguments, VerbContext& context,
                   InputFindings* findings) {
  VerbContext quiet = context;  // the check told what there is to be told of the file
  quiet.verbosity = -1;
  int exit_code = kExitDone;
  const auto planned = PlanForVerb(arguments, {}, quiet, &exit_code);
  if (planned == nullptr) return exit_code;
  // Those on the disk, and those that were rendered before.
  const StageGraph& all = planned->plan.graph;
  const std::vector<PlannedStage> stored = LookUp(all, *planned);
  StageGraph graph;
  std::vector<int> stages;
  for (size_t i = 0; i < all.stages.size(); ++i) {
    const auto stage = static_cast<int>(i);
    if (!(planned->plan.TypeOf(stage).output == kSamples) || !all.stages[i].inputs.empty())
      continue;
    if (!ReadsFiles(all.stages[i]) && stored[i].state != PlannedStage::State::kCached) continue;
    graph.stages.push_back(all.stages[i]);
    stages.push_back(stage);
  }
  const std::vector<StageOutcome> outcomes = Compute(graph, *planned, "check", quiet);
  std::map<int, StageOutcome> of_stage;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].state == StageState::kStopped) return kExitInterrupted;
    of_stage[stages[i]] = outcomes[i];
    if (!ReadsFiles(graph.stages[i])) continue;
    if (!TellOf(graph.stages[i], outcomes[i], *planned->store)) ++findings->errors;
  }
  findings->warnings = TellOfTraining(planned->plan, of_stage, *planned->store, context);
  TellOfFiles(all);
  return findings->errors == 0 ? kExitDone : kExitInput;
}

}  // namespace facet
