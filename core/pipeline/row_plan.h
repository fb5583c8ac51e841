// The stages of an experiment's rows, and what may be asked about them. Hosts ask here, by role:
// they know no stage and no port by name.
#ifndef FACET_CORE_PIPELINE_ROW_PLAN_H_
#define FACET_CORE_PIPELINE_ROW_PLAN_H_

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/graph/stage.h"
#include "core/pipeline/stage_type.h"

namespace facet {

// What fits badly though it runs: `check` warns of it, and a report says it with the notices of the
// stage.
struct Remark {
  std::string slot;  // whose place is shown: "test.detector"
  std::string text;
};

struct RowPlan {
  StageGraph graph;
  std::map<std::string, int> results;  // row id -> the stage that makes its result
  // (row id, port type, branch) -> the stage that makes it for that row. Rows that only pass on
  // what another row makes are not among them.
  std::map<std::tuple<std::string, std::string, std::string>, int> made;
  std::map<int, std::vector<Remark>> remarks;  // by stage
  // Where a row says what the key of a stage that is made for it names: (stage, row id) -> path in
  // the key's document -> path in the row. "components.loss" -> "train.loss", "settings" ->
  // "test.faces"; what lies below the one lies below the other. Seed, device, precision and threads
  // are called alike in both, and are not listed.
  std::map<std::pair<int, std::string>, std::map<std::string, std::string>> said_at;
  const std::vector<StageType>* types = nullptr;

  const StageSpec& At(int stage) const { return graph.stages[static_cast<size_t>(stage)]; }
  const StageType& TypeOf(int stage) const;
  // -1: nothing makes it for this row.
  int Find(const std::string& row, const PortType& type, const std::string& branch = "") const;
};

// The stage that trains the row's network. InvalidArgument: it has none of its own.
absl::StatusOr<int> TrainingOf(const RowPlan& plan, const std::string& row);

// The stage in which the row's own curator works; -1: it has none.
int CurationOf(const RowPlan& plan, const std::string& row);
// The row whose data set that one goes on with; empty: none.
std::string CurationBefore(const RowPlan& plan, const std::string& row);

// The stages that a stage rests on, itself the last, in the graph's order.
std::vector<int> StagesBelow(const StageGraph& graph, int stage);

// A graph of one stage of `plan` and of what it rests on; *stage becomes its index there.
StageGraph PartOf(const StageGraph& graph, int* stage);

}  // namespace facet

#endif  // FACET_CORE_PIPELINE_ROW_PLAN_H_
