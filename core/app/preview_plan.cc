#include "core/app/preview_plan.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace facet {
namespace {

const StageSpec& At(const StageGraph& graph, int index) {
  return graph.stages[static_cast<size_t>(index)];
}

absl::Status NeedsNetwork(const std::string& row, const std::string& what) {
  return absl::InvalidArgumentError(
      absl::StrCat("row \"", row, "\" evaluates a detector or an aligner: it has no ", what));
}

// The stage that packs the branch's crops: every other one is found from there.
absl::StatusOr<int> FindPack(const StageGraph& graph, const std::string& row,
                             const std::string& branch) {
  const StageSpec& evaluate = At(graph, graph.row_result.at(row));
  if (evaluate.inputs.count("descriptors") == 0) return NeedsNetwork(row, "crops");
  const StageSpec& describe = At(graph, evaluate.inputs.at("descriptors"));
  if (branch == "test") return describe.inputs.at("crops");
  const auto model = describe.inputs.find("model");
  if (model == describe.inputs.end()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "row \"", row, "\" trains nothing, so it has no training images; try --branch test"));
  }
  return At(graph, model->second).inputs.at("crops");
}

absl::Status AddTripletInputs(const StageGraph& graph, const std::string& row, StageSpec* preview) {
  const StageSpec& evaluate = At(graph, graph.row_result.at(row));
  const auto projection = evaluate.inputs.find("projection");
  if (projection == evaluate.inputs.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("row \"", row,
                     "\" learns no embedding, so it mines no triplets from "
                     "descriptors; name a row with embed = { ... }"));
  }
  const StageSpec& embed = At(graph, projection->second);
  const int describe = embed.inputs.at("descriptors");
  preview->inputs = {{"descriptors", describe}, {"crops", At(graph, describe).inputs.at("crops")}};
  preview->components["miner"] = embed.components.at("miner");
  preview->libraries = {"opencv", "torch"};
  for (const ExternalInput& external : embed.externals) {
    if (absl::StartsWith(external.option, "miner.")) preview->externals.push_back(external);
  }
  return absl::OkStatus();
}

// Where the images lie that `stage` reads.
void AddImages(const StageSpec& stage, StageSpec* preview) {
  preview->sources = stage.sources;
  preview->folders = stage.folders;
  for (const auto& [port, input] : stage.folders) preview->inputs[input] = stage.inputs.at(input);
}

// Faces or landmarks of a row whose evaluator scores them.
absl::Status AddScoredInputs(const StageSpec& evaluate, const StageGraph& graph,
                             const PreviewRequest& request, StageSpec* preview) {
  const std::string& row = preview->rows[0];
  if (request.what == "crops" || request.branch != "test") return NeedsNetwork(row, "crops");
  const bool align = request.what == "align";
  if (align && evaluate.inputs.count("frames") == 0) return NeedsNetwork(row, "aligned faces");
  const std::string port = align ? "frames" : "faces";
  const StageSpec& shown = At(graph, evaluate.inputs.at(port));
  preview->libraries = {"opencv"};
  for (const ExternalInput& external : shown.externals) {
    if (absl::StartsWith(external.option, "data.")) preview->externals.push_back(external);
  }
  preview->inputs = {{"samples", evaluate.inputs.at("samples")}, {port, evaluate.inputs.at(port)}};
  AddImages(shown, preview);
  return absl::OkStatus();
}

absl::Status AddBranchInputs(const StageGraph& graph, const std::string& row,
                             const PreviewRequest& request, StageSpec* preview) {
  const StageSpec& evaluate = At(graph, graph.row_result.at(row));
  if (evaluate.inputs.count("descriptors") == 0) {
    return AddScoredInputs(evaluate, graph, request, preview);
  }
  FACET_ASSIGN_OR_RETURN(const int pack, FindPack(graph, row, request.branch));
  preview->libraries = {"opencv"};
  if (request.what == "crops") {
    preview->inputs = {{"crops", pack}};
    return absl::OkStatus();
  }
  // The pack stage reads the images too, and has no other inputs from outside.
  const StageSpec& packing = At(graph, pack);
  AddImages(packing, preview);
  preview->externals = packing.externals;
  const int align = packing.inputs.at("frames");
  preview->inputs["samples"] = packing.inputs.at("samples");
  if (request.what == "align") {
    preview->inputs["frames"] = align;
  } else {
    preview->inputs["faces"] = At(graph, align).inputs.at("faces");
  }
  return absl::OkStatus();
}

// Marks a stage and what it needs.
void Mark(const StageGraph& graph, int stage, std::vector<bool>* needed) {
  if ((*needed)[static_cast<size_t>(stage)]) return;
  (*needed)[static_cast<size_t>(stage)] = true;
  for (const auto& [port, input] : At(graph, stage).inputs) Mark(graph, input, needed);
}

}  // namespace

absl::StatusOr<StageGraph> PlanPreview(const StageGraph& graph, const std::string& row,
                                       const PreviewRequest& request) {
  StageSpec preview;
  preview.type = "preview";
  preview.name = "preview";
  preview.rows = {row};
  preview.settings = {{"what", request.what}, {"count", request.count}, {"seed", request.seed}};
  FACET_RETURN_IF_ERROR(request.what == "triplets"
                            ? AddTripletInputs(graph, row, &preview)
                            : AddBranchInputs(graph, row, request, &preview));
  std::vector<bool> needed(graph.stages.size(), false);
  for (const auto& [port, input] : preview.inputs) {
    Mark(graph, input, &needed);
    preview.worker_threads = At(graph, input).worker_threads;
  }
  StageGraph part;
  std::map<int, int> moved;
  for (size_t i = 0; i < graph.stages.size(); ++i) {
    if (!needed[i]) continue;
    moved[static_cast<int>(i)] = static_cast<int>(part.stages.size());
    part.stages.push_back(graph.stages[i]);
  }
  part.stages.push_back(std::move(preview));
  for (StageSpec& stage : part.stages) {
    for (auto& [port, input] : stage.inputs) input = moved.at(input);
  }
  part.row_result[row] = static_cast<int>(part.stages.size()) - 1;
  return part;
}

}  // namespace facet
