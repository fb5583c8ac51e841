// Rows that build a data set, one stage each, and rows that train on what is left.
#include <gtest/gtest.h>

#include "core/stages/planner_testing.h"

namespace facet {
namespace {

Row CurationRow(const std::string& id, const std::string& curator, const std::string& from) {
  Row row = MakeRow(id);
  row.slots["train.data"] = {{"use", "manifest"}, {"file", ""}};
  if (!curator.empty()) row.slots["curation.curator"] = {{"use", curator}};
  row.slots["curation.from"] = from;
  return row;
}

// collect -> purify -> deduplicate; a network that ranks what is left; annotate.
Experiment FiveRows() {
  Experiment experiment;
  experiment.rows = {
      CurationRow("collect", "collect", ""), CurationRow("purify", "purify", "collect"),
      CurationRow("deduplicate", "deduplicate", "purify"), CurationRow("ranker", "", "deduplicate"),
      CurationRow("annotate", "annotate", "deduplicate")};
  experiment.rows[0].slots["curation.curator"]["folder"] = "/data/web";
  experiment.rows[1].slots["curation.crops"]["size_px"] = 96;
  experiment.rows[4].slots["curation.scores"] = "ranker";
  return experiment;
}

class CurationTest : public PlannerTest {
 protected:
  const StageSpec& Curate(const StageGraph& graph, const std::string& row) {
    return graph.stages[static_cast<size_t>(CurationOf(plan_, row))];
  }
  std::string ErrorOf(const Experiment& experiment) {
    return std::string(TryPlan(experiment).status().message());
  }
};

TEST_F(CurationTest, EachStageGoesOnWithTheManifestOfTheRowBefore) {
  const StageGraph graph = Plan(FiveRows());
  EXPECT_EQ(OfType(graph, "curate").size(), 4u);
  EXPECT_EQ(CurationOf(plan_, "ranker"), -1);
  const StageSpec& collect = Curate(graph, "collect");
  EXPECT_TRUE(collect.inputs.empty());
  EXPECT_TRUE(collect.keeps_folder);
  EXPECT_TRUE(collect.waits_for_others);
  ASSERT_EQ(collect.externals.size(), 1u);
  EXPECT_TRUE(collect.externals[0].kept && collect.externals[0].directory);
  const StageSpec& deduplicate = Curate(graph, "deduplicate");
  EXPECT_EQ(&Input(graph, deduplicate, "curation"), &Curate(graph, "purify"));
  EXPECT_EQ(&Input(graph, deduplicate, "images"), &collect);
  EXPECT_EQ(deduplicate.folders.at("curation"), "images");
  EXPECT_FALSE(deduplicate.keeps_folder);
}

TEST_F(CurationTest, FacesAreThoseThatTheRowBeforeTrainsOn) {
  const StageGraph graph = Plan(FiveRows());
  const StageSpec& purify = Curate(graph, "purify");
  const StageSpec& pack = Input(graph, purify, "crops");
  EXPECT_EQ(pack.settings["size_px"], 96);
  const StageSpec& samples = Input(graph, purify, "samples");
  EXPECT_EQ(&Input(graph, pack, "samples"), &samples);
  EXPECT_EQ(&Input(graph, samples, "curation"), &Curate(graph, "collect"));
  // One detection serves the curator and the network of the row before.
  int detections = 0;
  for (const StageSpec* detect : OfType(graph, "detect")) {
    detections += &Input(graph, *detect, "samples") == &samples;
  }
  EXPECT_EQ(detections, 1);
}

TEST_F(CurationTest, ScoresComeFromAnOrdinaryTraining) {
  const StageGraph graph = Plan(FiveRows());
  const StageSpec& annotate = Curate(graph, "annotate");
  const StageSpec& classify = Input(graph, annotate, "scores");
  EXPECT_EQ(classify.type, "classify");
  const StageSpec& train = Input(graph, classify, "model");
  EXPECT_EQ(train.type, "train");
  const StageSpec& describe = Input(graph, classify, "descriptors");
  EXPECT_EQ(&Input(graph, describe, "crops"), &Input(graph, train, "crops"));
  EXPECT_EQ(&Input(graph, annotate, "scored"),
            &Input(graph, Input(graph, train, "crops"), "samples"));
}

TEST_F(CurationTest, ImagesAreFoundInTheFolderThatTheirStageKeeps) {
  const StageGraph graph = Plan(FiveRows());
  for (const StageSpec* stage : OfType(graph, "detect")) {
    if (Input(graph, *stage, "samples").components.at("data").name != "manifest") continue;
    EXPECT_EQ(&Input(graph, *stage, stage->folders.at("samples").c_str()),
              &Curate(graph, "collect"));
    EXPECT_TRUE(stage->sources.empty());
  }
}

TEST_F(CurationTest, RowsWithoutACuratorTrainOnTheManifestOfAnother) {
  Experiment experiment = FiveRows();
  experiment.rows.push_back(CurationRow("full", "", "annotate"));
  experiment.rows.back().slots["train.data"]["snapshot"] = "full";
  const StageGraph graph = Plan(experiment, {"full"});
  EXPECT_EQ(CurationOf(plan_, "full"), -1);
  EXPECT_EQ(OfType(graph, "evaluate").size(), 1u);
  EXPECT_EQ(OfType(graph, "evaluate")[0]->inputs.count("curation"), 0u);
  EXPECT_EQ(OfType(graph, "curate").size(), 4u);
}

TEST_F(CurationTest, ACurationCanBeEvaluatedWithoutATestSet) {
  Experiment experiment = FiveRows();
  experiment.rows[0].slots["test.evaluator"] = {{"use", "curation"}};
  const StageGraph graph = Plan(experiment, {"collect"});
  EXPECT_EQ(graph.stages.size(), 2u);
  experiment.rows[3].slots["test.evaluator"] = {{"use", "curation"}};
  EXPECT_NE(ErrorOf(experiment).find("row \"ranker\": evaluator \"curation\" shows what a curator"),
            std::string::npos)
      << ErrorOf(experiment);
}

TEST_F(CurationTest, SaysWhatIsMissing) {
  const auto error_with = [&](const char* row_id, const char* slot, const Json& value) {
    Experiment experiment = FiveRows();
    for (Row& row : experiment.rows) {
      if (row.id == row_id) row.slots[slot] = value;
    }
    return ErrorOf(experiment);
  };
  EXPECT_NE(error_with("purify", "curation.from", "").find("curation.from = \"...\""),
            std::string::npos);
  EXPECT_NE(error_with("annotate", "curation.scores", "").find("curation.scores = \"...\""),
            std::string::npos);
  EXPECT_NE(error_with("ranker", "curation.from", "").find("has no curation to take it from"),
            std::string::npos);
  EXPECT_NE(error_with("purify", "curation.from", "none").find("no such row"), std::string::npos);
  const Json no_manifest = {{"use", "vggface"}, {"root", "/data/vggface"}};
  for (const auto& [row, slot] :
       {std::pair("collect", "curation.from"), std::pair("ranker", "curation.scores")}) {
    const std::string error = error_with(row, "train.data", no_manifest);
    const std::string what = absl::StrCat(slot, " = \"", row, "\", but that row trains on \"vgg");
    EXPECT_NE(error.find(what), std::string::npos) << error;
    EXPECT_NE(error.find("data sets that are of one: manifest"), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace facet
