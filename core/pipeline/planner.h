// Rows -> stages. Each stage type says how it is planned (core/stages/<stage>/plan.cc); this is
// what it is planned with. Stages that are equal in everything are one stage of all their rows.
#ifndef FACET_CORE_PIPELINE_PLANNER_H_
#define FACET_CORE_PIPELINE_PLANNER_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/trait.h"
#include "core/config/experiment.h"
#include "core/graph/stage.h"
#include "core/pipeline/machine.h"
#include "core/pipeline/row_plan.h"
#include "core/pipeline/stage_type.h"
#include "core/plugin/catalogue.h"

namespace facet {

class Planner {
 public:
  // All outlive the planner and its plan.
  Planner(const Experiment& experiment, const std::vector<StageType>& types,
          const Catalogue& catalogue, const Machine& machine);

  // Adds the stages of a row, which outlives the planner, as do those of all demands.
  // InvalidArgument: it asks for what cannot be; other rows may still be added.
  absl::Status AddRow(const Row& row);
  // Adds the stage that makes `type` by request, for the row. NotFound: no stage does.
  absl::StatusOr<int> AddRequest(const PortType& type, const Row& row, const Json& settings);
  // Adds the stages that make `type` of a branch of the row, and no more.
  absl::StatusOr<int> AddPart(const PortType& type, const Demand& demand);
  RowPlan Take();

  // Whether a stage makes this for the row.
  bool Has(const PortType& type, const Demand& demand) const;
  // The stage that makes it, added with what it needs; planned once, however often it is asked for.
  // InvalidArgument: no stage does, or rows need each other in a circle.
  absl::StatusOr<int> Make(const PortType& type, const Demand& demand);

  // The value of a slot; null if the row does not fill it.
  static const Json* Find(const Row& row, const std::string& slot);
  // The same, of a table of settings or a component; an empty table instead of null.
  static Json Settings(const Row& row, const std::string& slot);
  // The names under `path` of slots that a row names ("train.augmentation"), in its order.
  static std::vector<std::string> Names(const Row& row, const std::string& path);
  // The row that a slot names; null: none. InvalidArgument: there is no such row.
  absl::StatusOr<const Row*> FindRow(const Row& row, const std::string& slot) const;

  static void SetSeed(const Row& row, const std::string& stream, StageSpec* stage);
  // Stages that run networks or learn. Their bits depend on the number of threads: OpenBLAS divides
  // a product among them, and rounds the parts in different orders (most of all with its kernels
  // for AVX2); LibTorch takes another convolution for one thread and few images.
  void SetNumerics(const Row& row, StageSpec* stage) const;

  const Catalogue& catalogue() const { return catalogue_; }
  bool HasTrait(const ComponentUse& use, Trait trait) const;
  absl::StatusOr<ComponentUse> Use(const Row& row, const std::string& slot,
                                   const std::string& kind) const;
  // `kind` empty: the role is the kind.
  absl::Status AddComponent(const Row& row, const std::string& slot, const std::string& role,
                            StageSpec* stage, std::string kind = "");
  // RowPlan::said_at of the stage that is being planned, of what AddComponent does not know.
  void SaidAt(const std::string& in_key, const std::string& in_row);

  // image_source.cc: where the images of a data set lie.
  // The curate stage of which a branch's data set is a snapshot; -1: it is none.
  absl::StatusOr<int> CurationOfData(const Demand& demand);
  // The stage that keeps the images of a curation; -1: there are none yet.
  int ImagesOf(int curation) const;
  // For a stage that reads the images of the samples at `port`. `role` is the data set's there.
  absl::Status AddImageSource(const Demand& demand, StageSpec* stage,
                              const std::string& port = "samples",
                              const std::string& role = "data");
  // What such a stage must know of the face settings: which images may be decoded.
  static Json ImageLimit(const Row& row, const std::string& branch);

  // The index of the stage that equals this one, which is added if there is none. It is made as
  // `row` says, for the sake of the row that is being added. The ports of its type are checked.
  absl::StatusOr<int> Add(StageSpec stage, const Row& row);

  // Of a stage, once for all its rows.
  void AddRemark(int stage, Remark remark);

  const StageSpec& At(int stage) const { return plan_.At(stage); }
  // The nearest stage that makes this, of those that `stage` rests on and itself; -1: none. Which
  // ports are between them is nobody's affair: other stages may stand there.
  int Nearest(int stage, const PortType& type) const;

 private:
  // One call of Make() that is under way.
  struct Call {
    const StageType* type;
    std::string row, branch;
    std::set<int> passed_on;  // what it was given of the type that it makes itself
    std::map<std::string, std::string> said_at;
  };

  // Which stage is to make what, of crops: how large.
  using Asked = std::tuple<const StageType*, const Row*, std::string, int64_t>;

  const StageType* Provider(const PortType& type, const Demand& demand) const;
  absl::StatusOr<int> Plan(const StageType& provider, const Demand& demand);
  // Of this stage, and of all that it rests on.
  void AddUser(int stage);
  absl::Status CheckCircle(const StageType& type, const Demand& demand) const;
  absl::Status CheckPorts(const StageSpec& stage) const;
  std::vector<ExternalInput> Externals(const std::string& role, const ComponentUse& use) const;
  int64_t Threads(const Row& row) const;
  static StageLimits Limits(const Row& row);

  const std::vector<StageType>& types_;
  const Catalogue& catalogue_;
  const Machine& machine_;
  RowPlan plan_;
  std::unordered_map<std::string, int> index_;  // by all that a stage is
  std::map<std::string, const Row*> rows_;      // of the experiment, by id
  std::map<Asked, absl::StatusOr<int>> planned_;
  std::vector<Call> calls_;
  std::string user_;  // id of the row that is being added
};

// A stage of this type and name, as users see it: "test.detect".
StageSpec NewStage(std::string type, std::string name);

// The stages of `rows`, and of the trainings they start from. InvalidArgument where a row asks for
// what cannot be: training without training data, a start from a row that trains nothing.
absl::StatusOr<RowPlan> PlanExperiment(const Experiment& experiment,
                                       const std::vector<const Row*>& rows,
                                       const std::vector<StageType>& types,
                                       const Catalogue& catalogue, const Machine& machine);

// One stage that makes `type` for a row by request, the graph's last, and what it rests on.
absl::StatusOr<StageGraph> PlanRequest(const Experiment& experiment, const Row& row,
                                       const PortType& type, const Json& settings,
                                       const std::vector<StageType>& types,
                                       const Catalogue& catalogue, const Machine& machine);

}  // namespace facet

#endif  // FACET_CORE_PIPELINE_PLANNER_H_
