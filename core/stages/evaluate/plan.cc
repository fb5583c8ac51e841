#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/status.h"
#include "core/pipeline/findings.h"
#include "core/pipeline/planner.h"
#include "core/pipeline/slots.h"
#include "core/records/results.h"
#include "core/stages/evaluate/evaluate.h"

namespace facet {
namespace {

// The inputs of an evaluation of descriptors.
absl::Status AddDescriptors(Planner& planner, const Row& row, StageSpec* evaluate) {
  const Demand test = {row, "test"}, whole = {row, ""};
  if (planner.Has(kLeaks, whole)) {
    FACET_ASSIGN_OR_RETURN(evaluate->inputs["leaks"], planner.Make(kLeaks, whole));
  }
  FACET_ASSIGN_OR_RETURN(evaluate->inputs["descriptors"], planner.Make(kDescriptors, test));
  FACET_ASSIGN_OR_RETURN(evaluate->inputs["samples"], planner.Make(kSamples, test));
  if (planner.HasTrait(evaluate->components["evaluator"], Trait::kScoresIdentities)) {
    evaluate->settings["identities"] = true;
  }
  if (!planner.Has(kProjection, whole)) return absl::OkStatus();
  FACET_ASSIGN_OR_RETURN(evaluate->inputs["projection"], planner.Make(kProjection, whole));
  return absl::OkStatus();
}

// What it takes follows from the evaluator's traits (core/api/evaluator.h).
absl::Status AddInputs(Planner& planner, const Row& row, StageSpec* evaluate) {
  const ComponentUse evaluator = evaluate->components["evaluator"];
  const Demand test = {row, "test"};
  const bool detections = planner.HasTrait(evaluator, Trait::kScoresDetections);
  const bool landmarks = planner.HasTrait(evaluator, Trait::kScoresLandmarks);
  if ((detections || landmarks) && planner.Has(kLeaks, {row, ""})) {
    return absl::InvalidArgumentError(absl::StrCat(
        "row \"", row.id, "\": leaks compares the test set with the training set, but evaluator \"",
        evaluator.name, "\" scores no trained network; leave out leaks"));
  }
  if (Planner::Find(row, "curation.curator") != nullptr) {
    FACET_ASSIGN_OR_RETURN(evaluate->inputs["curation"], planner.Make(kCuration, {row, ""}));
  }
  if (planner.HasTrait(evaluator, Trait::kShowsCuration)) {
    if (!evaluate->inputs.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("row \"", row.id, "\": evaluator \"", evaluator.name,
                     "\" shows what a curator measured, and the row has none; add "
                     "curation.curator = { use = \"...\" }"));
  }
  if (!detections && !landmarks) return AddDescriptors(planner, row, evaluate);
  FACET_ASSIGN_OR_RETURN(evaluate->inputs["samples"], planner.Make(kSamples, test));
  FACET_ASSIGN_OR_RETURN(evaluate->inputs["faces"], planner.Make(kFaces, test));
  if (!landmarks) return absl::OkStatus();
  FACET_ASSIGN_OR_RETURN(evaluate->inputs["alignments"], planner.Make(kAlignments, test));
  return absl::OkStatus();
}

absl::StatusOr<int> Plan(Planner& planner, const Demand& demand) {
  StageSpec evaluate = NewStage("evaluate", "evaluate");
  FACET_RETURN_IF_ERROR(planner.AddComponent(demand.row, "test.evaluator", "evaluator", &evaluate));
  FACET_RETURN_IF_ERROR(AddInputs(planner, demand.row, &evaluate));
  planner.SaidAt("settings.identities", "test.evaluator.use");
  planner.SaidAt("inputs.projection", "embed");
  planner.SaidAt("inputs.leaks", "leaks");
  planner.SaidAt("inputs.curation", "curation.curator");
  Planner::SetSeed(demand.row, "evaluate", &evaluate);
  return planner.Add(std::move(evaluate), demand.row);
}

absl::StatusOr<StageFindings> Findings(const StoredFiles& files) {
  const std::string path = files.path("evaluation.json");
  if (path.empty()) return absl::DataLossError("the evaluation has no file evaluation.json");
  FACET_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(path));
  StageFindings findings;
  FACET_ASSIGN_OR_RETURN(findings.evaluation, EvaluationFromJson(json));
  return findings;
}

}  // namespace

StageType EvaluateStage() {
  StageType type;
  type.name = "evaluate";
  type.summary = "the row's result: what its evaluator says of the test set";
  type.slots = {Required(ComponentSlot("test.evaluator", "evaluator", "scores the protocol"))};
  type.inputs = {{"samples", kSamples, true},       {"descriptors", kDescriptors, true},
                 {"projection", kProjection, true}, {"faces", kFaces, true},
                 {"alignments", kAlignments, true}, {"leaks", kLeaks, true},
                 {"curation", kCuration, true}};
  type.output = kEvaluation;
  type.grows_with = "descriptors";
  type.plan = &Plan;
  type.trials = [](const Row&) { return std::vector<Trial>{{"test.evaluator"}}; };
  type.findings = &Findings;
  return type;
}

}  // namespace facet
