// What a preview needs of a row, and what it says where the row has nothing of the kind.
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/pipeline/planner.h"
#include "core/stages/planner_testing.h"
#include "gmock/gmock.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

class PreviewTest : public PlannerTest {
 protected:
  // A row that trains, and learns an embedding on the test set.
  static Row Full() {
    Row row = MakeRow("1");
    row.slots["embed"] = Defaults(*MakeExperimentLayout(AllStageTypes()).Find("embed"));
    row.slots["embed.loss"] = {{"use", "triplet"}};
    row.slots["embed.miner"] = {{"use", "random_violating"}};
    return row;
  }
  static Row Inferring() {
    Row row = MakeRow("1");
    for (const char* slot : {"train.loss", "train.data", "train.detector", "train.aligner"}) {
      row.slots.erase(slot);
    }
    return row;
  }
  absl::StatusOr<StageGraph> TryPreview(const Row& row, const char* what, const char* branch) {
    experiment_.rows = {row};
    const Json settings = {{"what", what}, {"branch", branch}, {"count", 12}, {"seed", 3}};
    return PlanRequest(experiment_, experiment_.rows[0], kSheet, settings, types_, catalogue_,
                       machine_);
  }
  StageGraph Preview(const Row& row, const char* what, const char* branch) {
    absl::StatusOr<StageGraph> graph = TryPreview(row, what, branch);
    EXPECT_TRUE(graph.ok()) << graph.status();
    return graph.value_or(StageGraph());
  }
  static std::vector<std::string> Names(const StageGraph& graph) {
    std::vector<std::string> names;
    for (const StageSpec& stage : graph.stages) names.push_back(stage.name);
    return names;
  }
  // The names of the stages that the preview reads.
  static std::map<std::string, std::string> Inputs(const StageGraph& graph) {
    std::map<std::string, std::string> names;
    for (const auto& [port, stage] : graph.stages.back().inputs) {
      names[port] = graph.stages[static_cast<size_t>(stage)].name;
    }
    return names;
  }

  Experiment experiment_;
  std::vector<StageType> types_ = AllStageTypes();
};

using Ports = std::map<std::string, std::string>;

TEST_F(PreviewTest, RunsOnlyWhatIsShown) {
  const StageGraph part = Preview(Full(), "detect", "test");
  EXPECT_EQ(Names(part), (std::vector<std::string>{"test.dataset", "test.detect", "preview"}));
  EXPECT_EQ(Inputs(part), (Ports{{"samples", "test.dataset"}, {"faces", "test.detect"}}));
  const StageSpec& preview = part.stages.back();
  EXPECT_EQ(preview.settings, Json({{"what", "detect"}, {"count", 12}, {"seed", 3}}));
  EXPECT_EQ(preview.sources.at("samples").name, "lfw");
  EXPECT_EQ(preview.externals[0].path, "/data/lfw");
}

TEST_F(PreviewTest, ShowsTheTrainingBranch) {
  const StageGraph part = Preview(MakeRow("1"), "align", "train");
  EXPECT_EQ(Names(part),
            (std::vector<std::string>{"train.dataset", "train.detect", "train.align", "preview"}));
  EXPECT_EQ(Inputs(part).at("alignments"), "train.align");
  const StageGraph crops = Preview(MakeRow("1"), "crops", "train");
  EXPECT_EQ(Inputs(crops), (Ports{{"samples", "train.dataset"}, {"crops", "train.pack"}}));
  EXPECT_EQ(
      crops.stages[static_cast<size_t>(crops.stages.back().inputs.at("crops"))].settings["size_px"],
      256);
}

TEST_F(PreviewTest, CropsOfTheTestSetAreThoseThatAreDescribed) {
  const StageGraph crops = Preview(MakeRow("1"), "crops", "test");
  EXPECT_EQ(Inputs(crops), (Ports{{"samples", "test.dataset"}, {"crops", "test.pack"}}));
  EXPECT_EQ(
      crops.stages[static_cast<size_t>(crops.stages.back().inputs.at("crops"))].settings["size_px"],
      512);  // the largest scale
}

TEST_F(PreviewTest, TripletsComeFromTheEmbeddingsMiner) {
  const StageGraph part = Preview(Full(), "triplets", "test");
  EXPECT_EQ(
      Inputs(part),
      (Ports{{"samples", "test.dataset"}, {"descriptors", "describe"}, {"crops", "test.pack"}}));
  EXPECT_EQ(part.stages.back().components.at("miner").name, "random_violating");
  EXPECT_EQ(part.stages.back().components.size(), 1u);
  // Both branches, the network, the descriptors and the preview; no projection, no evaluation.
  EXPECT_EQ(Names(part).size(), 11u);
}

TEST_F(PreviewTest, AStageBetweenDescriptorsAndTheirUsersChangesNothing) {
  StageType between;
  between.name = "between";
  between.inputs = {{"descriptors", kDescriptors}};
  between.output = kDescriptors;
  between.plan = [](Planner& planner, const Demand& demand) -> absl::StatusOr<int> {
    StageSpec stage = NewStage("between", "between");
    FACET_ASSIGN_OR_RETURN(stage.inputs["descriptors"], planner.Make(kDescriptors, demand));
    return planner.Add(std::move(stage), demand.row);
  };
  types_.push_back(between);
  EXPECT_EQ(Inputs(Preview(MakeRow("1"), "crops", "test")),
            (Ports{{"samples", "test.dataset"}, {"crops", "test.pack"}}));
  EXPECT_EQ(
      Inputs(Preview(Full(), "triplets", "test")),
      (Ports{{"samples", "test.dataset"}, {"descriptors", "between"}, {"crops", "test.pack"}}));
}

TEST_F(PreviewTest, ShowsWhatADetectorsRowHas) {
  Row row = MakeRow("1");
  for (const char* slot : {"train.architecture", "train.loss", "test.aligner"})
    row.slots.erase(slot);
  row.slots["test.evaluator"] = {{"use", "detection"}};
  EXPECT_EQ(Names(Preview(row, "detect", "test")).size(), 3u);
  EXPECT_THAT(std::string(TryPreview(row, "align", "test").status().message()),
              HasSubstr("row \"1\" has no test.aligner"));
}

TEST_F(PreviewTest, WhatARowLacksIsSaid) {
  EXPECT_THAT(std::string(TryPreview(Inferring(), "crops", "train").status().message()),
              HasSubstr("row \"1\" trains nothing"));
  EXPECT_THAT(std::string(TryPreview(MakeRow("1"), "triplets", "test").status().message()),
              HasSubstr("row \"1\" learns no embedding"));
}

}  // namespace
}  // namespace facet
