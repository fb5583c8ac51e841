#include "core/pipeline/row_plan.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "core/base/check.h"

namespace facet {

const StageType& RowPlan::TypeOf(int stage) const {
  for (const StageType& type : *types) {
    if (type.name == At(stage).type) return type;
  }
  FACET_CHECK(false);
}

int RowPlan::Find(const std::string& row, const PortType& type, const std::string& branch) const {
  const auto found = made.find({row, type.name, branch});
  return found == made.end() ? -1 : found->second;
}

absl::StatusOr<int> TrainingOf(const RowPlan& plan, const std::string& row) {
  if (const int training = plan.Find(row, kNetwork); training >= 0) return training;
  if (plan.Find(row, kDescriptors, "test") >= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("row \"", row, "\" trains nothing, so it has no weights of its own"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("row \"", row, "\" evaluates a detector or an aligner: it has no network"));
}

int CurationOf(const RowPlan& plan, const std::string& row) { return plan.Find(row, kCuration); }

std::string CurationBefore(const RowPlan& plan, const std::string& row) {
  const int curation = CurationOf(plan, row);
  if (curation < 0) return "";
  std::set<int> before;
  for (const Port& port : plan.TypeOf(curation).inputs) {
    const auto input = plan.At(curation).inputs.find(port.name);
    const bool given = input != plan.At(curation).inputs.end();
    if (given && port.type == kCuration && port.name == kCuration.name)
      before.insert(input->second);
  }
  for (const auto& [what, stage] : plan.made) {
    if (std::get<1>(what) == kCuration.name && before.count(stage) > 0) return std::get<0>(what);
  }
  return "";
}

std::vector<int> StagesBelow(const StageGraph& graph, int stage) {
  std::set<int> stages;
  std::vector<int> open = {stage};
  while (!open.empty()) {
    const int next = open.back();
    open.pop_back();
    if (!stages.insert(next).second) continue;
    for (const auto& [port, producer] : graph.stages[static_cast<size_t>(next)].inputs) {
      open.push_back(producer);
    }
  }
  return {stages.begin(), stages.end()};
}

StageGraph PartOf(const StageGraph& graph, int* stage) {
  StageGraph part;
  std::map<int, int> moved;
  for (const int index : StagesBelow(graph, *stage)) {
    moved[index] = static_cast<int>(part.stages.size());
    part.stages.push_back(graph.stages[static_cast<size_t>(index)]);
    for (auto& [port, producer] : part.stages.back().inputs) producer = moved.at(producer);
  }
  *stage = moved.at(*stage);
  return part;
}

}  // namespace facet
