#include "core/app/preview_plan.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// The stages of a row as the planner makes them: a training branch, a test branch, and (row "e") an
// embedding on the test set.
StageGraph Graph(bool trains, bool embeds) {
  StageGraph graph;
  const auto add = [&](const std::string& name, std::map<std::string, int> inputs) {
    StageSpec stage;
    stage.name = name;
    stage.inputs = std::move(inputs);
    graph.stages.push_back(stage);
    return static_cast<int>(graph.stages.size()) - 1;
  };
  const auto branch = [&](const std::string& name) {
    const int dataset = add(name + ".dataset", {});
    const int detect = add(name + ".detect", {{"samples", dataset}});
    const int align = add(name + ".align", {{"samples", dataset}, {"faces", detect}});
    const int pack = add(name + ".pack", {{"samples", dataset}, {"frames", align}});
    graph.stages.back().sources["samples"].name = name + " data";
    graph.stages.back().externals = {{"data.root", "/" + name, true}};
    return pack;
  };
  const int test = branch("test");
  std::map<std::string, int> describe = {{"crops", test}};
  if (trains) describe["model"] = add("train", {{"crops", branch("train")}});
  std::map<std::string, int> evaluate = {{"descriptors", add("describe", describe)},
                                         {"samples", 0}};
  if (embeds) {
    evaluate["projection"] = add("embed", {{"descriptors", evaluate["descriptors"]}});
    graph.stages.back().components["miner"].name = "hard";
    graph.stages.back().components["loss"].name = "triplet";
  }
  graph.row_result["1"] = add("evaluate", evaluate);
  return graph;
}

std::vector<std::string> Names(const StageGraph& graph) {
  std::vector<std::string> names;
  for (const StageSpec& stage : graph.stages) names.push_back(stage.name);
  return names;
}

// The names of the stages that the preview reads.
std::map<std::string, std::string> Inputs(const StageGraph& graph) {
  std::map<std::string, std::string> names;
  for (const auto& [port, stage] : graph.stages.back().inputs) {
    names[port] = graph.stages[static_cast<size_t>(stage)].name;
  }
  return names;
}

TEST(PlanPreview, RunsOnlyWhatIsShown) {
  const StageGraph part = PlanPreview(Graph(true, true), "1", {"detect", "test", 12, 3}).value();
  EXPECT_EQ(Names(part), (std::vector<std::string>{"test.dataset", "test.detect", "preview"}));
  EXPECT_EQ(Inputs(part), (std::map<std::string, std::string>{{"samples", "test.dataset"},
                                                              {"faces", "test.detect"}}));
  EXPECT_EQ(part.stages.back().settings.at("count"), 12);
  EXPECT_EQ(part.stages.back().sources.at("samples").name, "test data");
  EXPECT_EQ(part.stages.back().externals[0].path, "/test");
}

TEST(PlanPreview, ShowsTheTrainingBranch) {
  const StageGraph part = PlanPreview(Graph(true, false), "1", {"align", "train", 1, 1}).value();
  EXPECT_EQ(Names(part),
            (std::vector<std::string>{"train.dataset", "train.detect", "train.align", "preview"}));
  EXPECT_EQ(Inputs(part).at("frames"), "train.align");
  const StageGraph crops = PlanPreview(Graph(true, false), "1", {"crops", "train", 1, 1}).value();
  EXPECT_EQ(Inputs(crops), (std::map<std::string, std::string>{{"crops", "train.pack"}}));
}

TEST(PlanPreview, TripletsComeFromTheEmbeddingsMiner) {
  const StageGraph part = PlanPreview(Graph(true, true), "1", {"triplets", "test", 1, 1}).value();
  EXPECT_EQ(Inputs(part), (std::map<std::string, std::string>{{"descriptors", "describe"},
                                                              {"crops", "test.pack"}}));
  EXPECT_EQ(part.stages.back().components.at("miner").name, "hard");
  EXPECT_EQ(part.stages.back().components.size(), 1u);
  EXPECT_EQ(Names(part).size(), 11u);  // all but embed and evaluate, and the preview
}

TEST(PlanPreview, WhatARowLacksIsSaid) {
  EXPECT_THAT(
      std::string(
          PlanPreview(Graph(false, false), "1", {"crops", "train", 1, 1}).status().message()),
      HasSubstr("row \"1\" trains nothing"));
  EXPECT_THAT(
      std::string(
          PlanPreview(Graph(true, false), "1", {"triplets", "test", 1, 1}).status().message()),
      HasSubstr("row \"1\" learns no embedding"));
}

}  // namespace
}  // namespace facet
