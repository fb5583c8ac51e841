// Plans rows one by one into a graph in which equal stages are one (planner.h says which stages).
#ifndef FACET_CORE_STAGES_ROW_PLANNER_H_
#define FACET_CORE_STAGES_ROW_PLANNER_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/stages/stage_builder.h"

namespace facet {

class RowPlanner : private StageBuilder {
 public:
  RowPlanner(const Experiment& experiment, const Catalogue& catalogue, const Machine& machine)
      : StageBuilder(catalogue, machine), experiment_(experiment) {}

  absl::Status AddRow(const Row& row);
  StageGraph Take() { return std::move(graph()); }

 private:
  struct Branch {
    int dataset = -1, detect = -1, align = -1, pack = -1;
  };

  // planner.cc
  absl::Status AddDescriptors(const Row& row, StageSpec* evaluate);
  static int64_t TestSize(const Row& row);
  static void AddWeights(const Row& row, StageSpec* stage);
  // The training of `row` (which another row may start from); -1: it trains nothing.
  absl::StatusOr<int> AddTraining(const Row& row, size_t depth);
  absl::StatusOr<int> AddStart(const Row& row, const std::string& id, size_t depth);
  absl::StatusOr<int> AddDescribe(const Row& row, const std::string& name, int pack, int model,
                                  const Json* scales);
  absl::StatusOr<int> AddTrainDescribe(const Row& row, const Branch& train, int model);
  absl::StatusOr<int> AddEmbed(const Row& row, const Branch& test, int described, int model);
  // `described` and `model` are looked at where faces are compared.
  absl::StatusOr<int> AddLeakCheck(const Row& row, const Branch& test, int described, int model);

  // planner_branches.cc
  static Json ImageLimit(const Json& faces);
  absl::Status AddSource(const Row& row, const std::string& branch, StageSpec* stage,
                         const std::string& port = "samples", const std::string& role = "data");
  static void AddHoldout(const Row& row, StageSpec* dataset);
  absl::StatusOr<int> AddDataset(const Row& row, const std::string& branch);
  absl::StatusOr<Branch> AddFaces(const Row& row, const std::string& branch);
  absl::StatusOr<int> AddFit(const Row& row, const std::string& slot);
  absl::StatusOr<Branch> AddFrames(const Row& row, const std::string& branch);
  absl::StatusOr<Branch> AddBranch(const Row& row, const std::string& branch, int64_t size_px);
  absl::StatusOr<Branch> AddTrainBranch(const Row& row);

  // planner_curation.cc
  absl::StatusOr<const Row*> FindRow(const Row& row, const std::string& slot) const;
  // The curate stage whose manifest the row works on: its own, or that of the row that
  // curation.from names; -1: none.
  absl::StatusOr<int> AddCuration(const Row& row, size_t depth = 0);
  absl::Status AddCuratorInputs(const Row& row, size_t depth, StageSpec* curate);
  absl::Status AddScores(const Row& row, StageSpec* curate);
  // The stage that keeps the images of a curation's manifest; -1: there are none yet.
  int FolderStage(int curation) const;
  // What the row's own curator measured is part of its evaluation.
  absl::Status AddCurationMetrics(const Row& row, StageSpec* evaluate);
  // The curation that a branch's data set is a snapshot of; -1: it is none.
  absl::StatusOr<int> CurationOfData(const Row& row, const std::string& branch);

  const Experiment& experiment_;
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_ROW_PLANNER_H_
