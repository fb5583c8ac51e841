#include "core/stages/planner.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/stages/row_planner.h"
#include "core/stages/train_settings.h"

namespace facet {

absl::Status RowPlanner::AddRow(const Row& row) {
  SetUser(row);
  StageSpec evaluate = NewStage("evaluate", "evaluate");
  FACET_RETURN_IF_ERROR(AddComponent(row, "test.evaluator", "evaluator", &evaluate));
  const ComponentUse evaluator = evaluate.components["evaluator"];
  if (Find(row, "leaks") != nullptr &&
      (HasTrait(evaluator, "detections") || HasTrait(evaluator, "landmarks"))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "row \"", row.id, "\": leaks compares the test set with the training set, but evaluator \"",
        evaluator.name, "\" scores no trained network; leave out leaks"));
  }
  FACET_RETURN_IF_ERROR(AddCurationMetrics(row, &evaluate));
  if (HasTrait(evaluator, "curation")) {
    if (evaluate.inputs.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("row \"", row.id, "\": evaluator \"", evaluator.name,
                       "\" shows what a curator measured, and the row has none; add "
                       "curation.curator = { use = \"...\" }"));
    }
  } else if (HasTrait(evaluator, "detections")) {
    FACET_ASSIGN_OR_RETURN(const Branch test, AddFaces(row, "test"));
    evaluate.inputs.insert({{"samples", test.dataset}, {"faces", test.detect}});
  } else if (HasTrait(evaluator, "landmarks")) {
    FACET_ASSIGN_OR_RETURN(const Branch test, AddFrames(row, "test"));
    evaluate.inputs.insert(
        {{"samples", test.dataset}, {"faces", test.detect}, {"frames", test.align}});
  } else {
    FACET_RETURN_IF_ERROR(AddDescriptors(row, &evaluate));
  }
  SetSeed(row, "evaluate", &evaluate);
  graph().row_result[row.id] = Share(std::move(evaluate), row);
  return absl::OkStatus();
}

// The inputs of an evaluation of descriptors.
absl::Status RowPlanner::AddDescriptors(const Row& row, StageSpec* evaluate) {
  FACET_ASSIGN_OR_RETURN(const Branch test, AddBranch(row, "test", TestSize(row)));
  // Before the training, if that need not be known: a leak shows before hours are spent.
  const bool check_leaks = Find(row, "leaks") != nullptr;
  const bool check_faces = Settings(row, "leaks").value("embedding", 0.0) > 0.0;
  if (check_leaks && !check_faces) {
    FACET_ASSIGN_OR_RETURN(evaluate->inputs["leaks"], AddLeakCheck(row, test, -1, -1));
  }
  FACET_ASSIGN_OR_RETURN(const int model, AddTraining(row, 0));
  FACET_ASSIGN_OR_RETURN(const int described,
                         AddDescribe(row, "describe", test.pack, model, nullptr));
  evaluate->inputs.insert({{"descriptors", described}, {"samples", test.dataset}});
  if (check_leaks && check_faces) {
    FACET_ASSIGN_OR_RETURN(evaluate->inputs["leaks"], AddLeakCheck(row, test, described, model));
  }
  if (HasTrait(evaluate->components["evaluator"], "identities")) {
    evaluate->settings["identities"] = true;
  }
  if (Find(row, "embed") == nullptr) return absl::OkStatus();
  FACET_ASSIGN_OR_RETURN(evaluate->inputs["projection"], AddEmbed(row, test, described, model));
  return absl::OkStatus();
}

int64_t RowPlanner::TestSize(const Row& row) {
  int64_t size = 0;
  for (const Json& scale : Settings(row, "test.crops").value("scales", Json::array())) {
    size = std::max(size, scale.get<int64_t>());
  }
  return size;
}

// The files of train.weights, for a stage that makes a network of them.
void RowPlanner::AddWeights(const Row& row, StageSpec* stage) {
  const Json weights = Settings(row, "train.weights");
  if (weights.value("file", "").empty()) return;
  stage->settings["weights"] = weights;
  for (const char* option : {"file", "layout"}) {
    const std::string path = weights.value(option, "");
    if (!path.empty()) stage->externals.push_back({absl::StrCat("weights.", option), path});
  }
}

absl::StatusOr<int> RowPlanner::AddTraining(const Row& row, size_t depth) {
  if (Find(row, "train.loss") == nullptr) return -1;
  if (depth > experiment_.rows.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("row \"", row.id, "\": train.start_from goes in a circle"));
  }
  StageSpec train = NewStage("train", "train");
  const Json* start = Find(row, "train.start_from");
  if (start != nullptr && !start->get<std::string>().empty()) {
    FACET_ASSIGN_OR_RETURN(train.inputs["start"], AddStart(row, *start, depth));
  }
  FACET_ASSIGN_OR_RETURN(const Branch branch, AddTrainBranch(row));
  train.inputs["crops"] = branch.pack;
  FACET_RETURN_IF_ERROR(AddComponent(row, "train.architecture", "architecture", &train));
  FACET_RETURN_IF_ERROR(AddComponent(row, "train.loss", "loss", &train));
  if (Find(row, "train.miner") != nullptr) {
    FACET_RETURN_IF_ERROR(AddComponent(row, "train.miner", "miner", &train));
  }
  train.settings = {{"optimizer", Settings(row, "train.optimizer")},
                    {"augment", Settings(row, "train.augment")},
                    {"sampler", Settings(row, "train.sampler")},
                    {"memory", Settings(row, "train.memory")}};
  if (const absl::Status status = ReadTrainSettings(train.settings).status(); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("row \"", row.id, "\": ", status.message()));
  }
  AddWeights(row, &train);
  SetSeed(row, "train", &train);
  SetNumerics(row, true, &train);
  train.libraries = {"torch", "opencv"};
  return Share(std::move(train), row);
}

absl::StatusOr<int> RowPlanner::AddStart(const Row& row, const std::string& id, size_t depth) {
  for (const Row& other : experiment_.rows) {
    if (other.id != id) continue;
    FACET_ASSIGN_OR_RETURN(const int start, AddTraining(other, depth + 1));
    if (start >= 0) return start;
    return absl::InvalidArgumentError(absl::StrCat("row \"", row.id, "\": train.start_from = \"",
                                                   id, "\", but that row trains nothing"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("row \"", row.id, "\": train.start_from = \"", id, "\": no such row"));
}

absl::StatusOr<int> RowPlanner::AddDescribe(const Row& row, const std::string& name, int pack,
                                            int model, const Json* scales) {
  StageSpec describe = NewStage("describe", name);
  FACET_RETURN_IF_ERROR(AddComponent(row, "train.architecture", "architecture", &describe));
  describe.settings = Settings(row, "test.crops");
  // How the crops were stored is the pack stage's affair.
  describe.settings.erase("encoding");
  describe.settings.erase("jpeg_quality");
  if (scales != nullptr) describe.settings["scales"] = *scales;
  describe.inputs = {{"crops", pack}};
  if (model >= 0) describe.inputs["model"] = model;
  if (model < 0) AddWeights(row, &describe);
  SetNumerics(row, false, &describe);
  describe.libraries = {"torch", "opencv"};
  return Share(std::move(describe), row);
}

absl::StatusOr<int> RowPlanner::AddTrainDescribe(const Row& row, const Branch& train, int model) {
  const Json scales = Json::array({Settings(row, "train.crops").at("size_px")});
  return AddDescribe(row, "train.describe", train.pack, model, &scales);
}

absl::StatusOr<int> RowPlanner::AddEmbed(const Row& row, const Branch& test, int described,
                                         int model) {
  StageSpec embed = NewStage("embed", "embed");
  embed.settings = Settings(row, "embed");
  embed.inputs = {{"descriptors", described}, {"samples", test.dataset}};
  if (embed.settings.value("on", "folds") == "train") {
    FACET_ASSIGN_OR_RETURN(const Branch train, AddTrainBranch(row));
    FACET_ASSIGN_OR_RETURN(embed.inputs["descriptors"], AddTrainDescribe(row, train, model));
    embed.inputs["samples"] = train.dataset;
  }
  FACET_RETURN_IF_ERROR(AddComponent(row, "embed.loss", "loss", &embed));
  FACET_RETURN_IF_ERROR(AddComponent(row, "embed.miner", "miner", &embed));
  if (embed.settings.value("unit", "samples") == "templates") {
    if (embed.settings.value("on", "folds") == "train") {
      return absl::InvalidArgumentError(
          absl::StrCat("row \"", row.id,
                       "\": embed.unit = \"templates\" needs the test set's "
                       "templates: set embed.on = \"folds\""));
    }
    FACET_RETURN_IF_ERROR(AddComponent(row, "test.evaluator", "evaluator", &embed));
  }
  SetSeed(row, "embed", &embed);
  SetNumerics(row, true, &embed);
  embed.libraries = {"torch"};
  return Share(std::move(embed), row);
}

absl::StatusOr<int> RowPlanner::AddLeakCheck(const Row& row, const Branch& test, int described,
                                             int model) {
  StageSpec check = NewStage("leak_check", "leak_check");
  check.settings = Settings(row, "leaks");
  check.settings.update(ImageLimit(Settings(row, "test.faces")));
  FACET_ASSIGN_OR_RETURN(const int train, AddDataset(row, "train"));
  check.inputs.insert({{"samples", test.dataset}, {"train", train}});
  if (check.settings.value("images", "off") != "off") {
    FACET_RETURN_IF_ERROR(AddSource(row, "test", &check));
    FACET_RETURN_IF_ERROR(AddSource(row, "train", &check, "train", "train"));
  }
  check.libraries = {"opencv"};
  if (check.settings.value("embedding", 0.0) > 0.0) {
    FACET_ASSIGN_OR_RETURN(const Branch packed, AddTrainBranch(row));
    check.inputs["descriptors"] = described;
    FACET_ASSIGN_OR_RETURN(check.inputs["train_descriptors"], AddTrainDescribe(row, packed, model));
    check.libraries.emplace_back("torch");
  }
  return Share(std::move(check), row);
}

absl::StatusOr<StageGraph> PlanExperiment(const Experiment& experiment,
                                          const std::vector<const Row*>& rows,
                                          const Catalogue& catalogue, const Machine& machine) {
  RowPlanner planner(experiment, catalogue, machine);
  for (const Row* row : rows) FACET_RETURN_IF_ERROR(planner.AddRow(*row));
  return planner.Take();
}

}  // namespace facet
