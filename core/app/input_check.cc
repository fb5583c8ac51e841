#include "core/app/input_check.h"

#include <cstdint>
#include <cstdio>
#include <filesystem>
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
  std::set<std::string> people;
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
        if (!sample.identity.empty()) data.people.insert(sample.identity);
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
    std::printf("%s: %s\n", Label(stage).c_str(), std::string(data.status().message()).c_str());
    return false;
  }
  std::printf("%s: %s\n", Label(stage).c_str(), TextOf(*data).c_str());
  for (const std::string& notice : outcome.artifact.notices) {
    std::printf("    %s\n", notice.c_str());
  }
  return data->missing == 0;
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

int LookIntoInputs(const ExperimentArguments& arguments, VerbContext& context) {
  VerbContext quiet = context;  // the check told what there is to be told of the file
  quiet.verbosity = -1;
  int exit_code = kExitDone;
  const auto planned = PlanForVerb(arguments, {}, quiet, &exit_code);
  if (planned == nullptr) return exit_code;
  StageGraph graph;
  const StageGraph& all = planned->plan.graph;
  for (size_t i = 0; i < all.stages.size(); ++i) {
    const bool is_data = planned->plan.TypeOf(static_cast<int>(i)).output == kSamples;
    if (is_data && ReadsFiles(all.stages[i])) graph.stages.push_back(all.stages[i]);
  }
  const std::vector<StageOutcome> outcomes = Compute(graph, *planned, "check", quiet);
  bool all_there = true;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].state == StageState::kStopped) return kExitInterrupted;
    all_there = TellOf(graph.stages[i], outcomes[i], *planned->store) && all_there;
  }
  TellOfFiles(all);
  return all_there ? kExitDone : kExitInput;
}

}  // namespace facet
