// What planning any stage takes: components and settings of a row, and the graph in which stages
// that are equal in everything are one.
#ifndef FACET_CORE_STAGES_STAGE_BUILDER_H_
#define FACET_CORE_STAGES_STAGE_BUILDER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/config/experiment.h"
#include "core/graph/stage.h"
#include "core/plugin/catalogue.h"
#include "core/stages/machine.h"

namespace facet {

class StageBuilder {
 public:
  StageBuilder(const Catalogue& catalogue, const Machine& machine)
      : catalogue_(catalogue), machine_(machine) {}

  // The value of a slot; null if the row does not fill it.
  static const Json* Find(const Row& row, const std::string& slot);
  // The same, of a table of settings or a component; an empty table instead of null.
  static Json Settings(const Row& row, const std::string& slot);

  static StageSpec NewStage(std::string type, std::string name);
  static void SetSeed(const Row& row, const std::string& stream, StageSpec* stage);
  // Stages that run networks. Training's bits depend on the number of threads, inference's do not.
  void SetNumerics(const Row& row, bool threads, StageSpec* stage) const;

  bool HasTrait(const ComponentUse& use, const std::string& trait) const;
  absl::StatusOr<ComponentUse> Use(const Row& row, const std::string& slot,
                                   const std::string& kind) const;
  // The inputs outside the store that a component's options name.
  std::vector<ExternalInput> Externals(const std::string& role, const ComponentUse& use) const;
  // `kind` empty: the role is the kind.
  absl::Status AddComponent(const Row& row, const std::string& slot, const std::string& role,
                            StageSpec* stage, std::string kind = "") const;

  // Rows that stages are added for, from now on.
  void SetUser(const Row& row) { user_ = row.id; }
  // The index of the stage that equals this one, which is added if there is none. It is made as
  // `row` says, for the sake of the row that is being added.
  int Share(StageSpec stage, const Row& row);

  StageGraph& graph() { return graph_; }
  const StageSpec& At(int stage) const { return graph_.stages[static_cast<size_t>(stage)]; }

 private:
  int64_t Threads(const Row& row) const;
  static std::string Identity(const StageSpec& stage);

  const Catalogue& catalogue_;
  const Machine& machine_;
  StageGraph graph_;
  std::map<std::string, int> index_;
  std::string user_;  // id of the row that is being added
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_STAGE_BUILDER_H_
