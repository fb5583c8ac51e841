// Why a stage's key is not one that is stored: how its document differs from the stored one that is
// nearest to it, and for an input with another content, how the stage that makes it differs from the
// one that made the content of then, down to what was changed.
#ifndef FACET_CORE_GRAPH_KEY_CAUSE_H_
#define FACET_CORE_GRAPH_KEY_CAUSE_H_

#include <optional>
#include <string>
#include <vector>

#include "core/graph/key.h"
#include "core/graph/run_plan.h"
#include "core/graph/stage.h"
#include "core/graph/store.h"

namespace facet {

struct KeyCause {
  int stage = -1;    // of the graph
  std::string port;  // of the stage above that it is the input of; empty: the one asked about
  // What it is compared with. None: of the stage asked about, nothing of its type is stored; of an
  // input, what made the content of then is not stored any more, or the port had no input.
  std::optional<Artifact> nearest;
  std::vector<KeyDifference> differences;  // "inputs.<port>" among them
  std::vector<KeyCause> inputs;            // of those that differ and have a stage now
};

// `planned` is of the graph as PlanStages() made it, with the store's index read anew, the stage not
// blocked. The nearest has the fewest changes, of which another component is one; of several the one
// of the stage's own name, then the one with the fewest changes below the inputs that differ, then
// the one made last.
KeyCause FindKeyCause(const StageGraph& graph, const std::vector<PlannedStage>& planned, int stage,
                      const Store& store);

}  // namespace facet

#endif  // FACET_CORE_GRAPH_KEY_CAUSE_H_
