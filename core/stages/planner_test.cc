// Which stages an experiment is made of, and which of them rows share. The rows are those of Table
// 4 of the paper.
#include <algorithm>

#include "core/base/random.h"
#include "core/stages/planner_testing.h"

namespace facet {
namespace {

Experiment Table4() {
  Experiment experiment;
  std::vector<Row>& rows = experiment.rows;
  for (int i = 1; i <= 7; ++i) rows.push_back(MakeRow(std::to_string(i)));
  rows[0].slots["train.data"]["snapshot"] = "curated";
  for (int i = 2; i < 7; ++i) rows[i].slots["test.aligner"] = {{"use", "eyes"}};
  for (const int i : {3, 4, 6}) rows[i].slots["train.architecture"]["config"] = "B";
  rows[5].slots["train.architecture"]["config"] = "D";
  for (const int i : {3, 4, 5, 6}) rows[i].slots["train.start_from"] = "2";
  rows[4].slots["train.aligner"] = {{"use", "eyes"}};
  rows[6].slots["embed"] = Defaults(*MakeExperimentLayout(AllStageTypes()).Find("embed"));
  rows[6].slots["embed.loss"] = {{"use", "triplet"}};
  rows[6].slots["embed.miner"] = {{"use", "random_violating"}};
  return experiment;
}

TEST_F(PlannerTest, Table4NeedsFiveTrainings) {
  const StageGraph graph = Plan(Table4());
  std::vector<std::vector<std::string>> rows_of_training;
  for (const StageSpec* train : OfType(graph, "train")) rows_of_training.push_back(train->users);
  // Rows 2 and 3 use one network, 4 and 7 another; B and D start from row 2's.
  EXPECT_EQ(rows_of_training,
            (std::vector<std::vector<std::string>>{
                {"1"}, {"2", "3", "4", "5", "6", "7"}, {"4", "7"}, {"5"}, {"6"}}));
  EXPECT_EQ(OfType(graph, "evaluate").size(), 7u);
  EXPECT_EQ(OfType(graph, "project").size(), 1u);
  // Test images: one data set, one detection, aligned in two ways. Training: two snapshots, of
  // which one is aligned in two ways.
  EXPECT_EQ(OfType(graph, "dataset").size(), 3u);
  EXPECT_EQ(OfType(graph, "detect").size(), 3u);
  EXPECT_EQ(OfType(graph, "align").size(), 5u);
  EXPECT_EQ(OfType(graph, "pack").size(), 5u);
  EXPECT_EQ(OfType(graph, "describe").size(), 6u);
  EXPECT_EQ(plan_.results.size(), 7u);
}

TEST_F(PlannerTest, InputsComeFirst) {
  const StageGraph graph = Plan(Table4());
  for (size_t i = 0; i < graph.stages.size(); ++i) {
    for (const auto& [port, producer] : graph.stages[i].inputs) {
      EXPECT_LT(producer, static_cast<int>(i)) << graph.stages[i].name << " " << port;
    }
  }
}

TEST_F(PlannerTest, ARowAloneBringsTheTrainingItStartsFrom) {
  const StageGraph graph = Plan(Table4(), {"7"});
  const auto trainings = OfType(graph, "train");
  ASSERT_EQ(trainings.size(), 2u);
  EXPECT_EQ(&Input(graph, *trainings[1], "start"), trainings[0]);
  EXPECT_EQ(trainings[0]->components.at("architecture").options["config"], "A");
  EXPECT_EQ(OfType(graph, "evaluate").size(), 1u);
}

TEST_F(PlannerTest, WiresAnEmbeddingOnFoldsAndOnTheTrainingSet) {
  Experiment experiment = Table4();
  {
    const StageGraph graph = Plan(experiment, {"7"});
    const StageSpec& evaluate = *OfType(graph, "evaluate")[0];
    const StageSpec& embed = Input(graph, evaluate, "projection");
    EXPECT_EQ(&Input(graph, embed, "descriptors"), &Input(graph, evaluate, "descriptors"));
    EXPECT_EQ(Input(graph, embed, "samples").name, "test.dataset");
  }
  experiment.rows[6].slots["embed"]["on"] = "train";
  experiment.rows[6].slots["train.crops"]["size_px"] = 128;
  const StageGraph graph = Plan(experiment, {"7"});
  const StageSpec& embed = *OfType(graph, "project")[0];
  const StageSpec& describe = Input(graph, embed, "descriptors");
  EXPECT_EQ(describe.name, "train.describe");
  EXPECT_EQ(describe.settings["scales"], Json::array({128}));
  EXPECT_EQ(Input(graph, describe, "crops").settings["size_px"], 128);
  EXPECT_EQ(Input(graph, embed, "samples").name, "train.dataset");
}

TEST_F(PlannerTest, SettingsReachTheStagesThatUseThem) {
  Experiment experiment;
  experiment.rows = {MakeRow("1")};
  const StageGraph graph = Plan(experiment);
  const auto packs = OfType(graph, "pack");
  ASSERT_EQ(packs.size(), 2u);
  EXPECT_EQ(packs[0]->name, "test.pack");
  EXPECT_EQ(packs[0]->settings["size_px"], 512);  // the largest scale
  EXPECT_EQ(packs[1]->settings["size_px"], 256);
  const StageSpec& train = *OfType(graph, "train")[0];
  EXPECT_EQ(train.settings["loop"]["batch"], 64);
  EXPECT_EQ(train.settings["augmentation"], (Json{"crop", "flip"}));
  const StageSpec& describe = *OfType(graph, "describe")[0];
  EXPECT_FALSE(describe.settings.contains("jpeg_quality"));
  EXPECT_EQ(&Input(graph, describe, "model"), &train);
}

TEST_F(PlannerTest, OnlyStagesThatDependOnThemHaveSeedPrecisionAndThreads) {
  Experiment experiment = Table4();
  const StageGraph graph = Plan(experiment, {"7"});
  for (const StageSpec& stage : graph.stages) {
    const bool network =
        stage.type == "train" || stage.type == "describe" || stage.type == "project";
    EXPECT_EQ(stage.precision, network ? "float32" : "") << stage.name;
    EXPECT_EQ(stage.device, network ? "cpu" : "") << stage.name;
    EXPECT_EQ(stage.threads, network ? 4 : 0) << stage.name;
    EXPECT_EQ(stage.uses_seed,
              stage.type == "train" || stage.type == "project" || stage.type == "evaluate")
        << stage.name;
    EXPECT_EQ(stage.worker_threads, 4);
  }
  EXPECT_EQ(OfType(graph, "train")[0]->seed, DeriveSeed(1, "train"));
}

TEST_F(PlannerTest, AnotherEvaluatorOptionIsAnotherEvaluationAlone) {
  Experiment experiment;
  experiment.rows = {MakeRow("1"), MakeRow("2")};
  experiment.rows[1].slots["test.evaluator"]["distance"] = "cosine";
  const StageGraph graph = Plan(experiment);
  for (const StageSpec& stage : graph.stages) {
    EXPECT_EQ(stage.users.size(), stage.type == "evaluate" ? 1u : 2u) << stage.name;
  }
}

TEST_F(PlannerTest, StagesThatReadImagesDependOnTheirFolder) {
  Experiment experiment;
  experiment.rows = {MakeRow("1")};
  const StageGraph graph = Plan(experiment);
  const StageSpec& detect = *OfType(graph, "detect")[0];
  ASSERT_EQ(detect.externals.size(), 2u);
  EXPECT_EQ(detect.externals[0].option, "detector.model");
  EXPECT_FALSE(detect.externals[0].directory);
  EXPECT_EQ(detect.externals[1].option, "data.root");
  EXPECT_EQ(detect.externals[1].path, "/data/lfw");
  EXPECT_TRUE(detect.externals[1].directory);
  EXPECT_EQ(detect.sources.at("samples").name, "lfw");
  EXPECT_TRUE(OfType(graph, "describe")[0]->externals.empty());
}

TEST_F(PlannerTest, AnOptionMayNameSeveralInputs) {
  Experiment experiment;
  experiment.rows = {MakeRow("1")};
  experiment.rows[0].slots["test.detector"] = {{"use", "dpm"},
                                               {"models", {"/m/a.xml", "/m/b.xml"}}};
  const StageGraph graph = Plan(experiment);
  for (const StageSpec* stage : OfType(graph, "detect")) {
    if (stage->name != "test.detect") continue;
    ASSERT_EQ(stage->externals.size(), 3u);
    EXPECT_EQ(stage->externals[0].option, "detector.models.0");
    EXPECT_EQ(stage->externals[0].path, "/m/a.xml");
    EXPECT_EQ(stage->externals[1].option, "detector.models.1");
    EXPECT_EQ(stage->externals[1].path, "/m/b.xml");
  }
}

TEST_F(PlannerTest, WeightsFromElsewhereAreInputsOfTheStageThatTakesThem) {
  Experiment experiment;
  experiment.rows = {MakeRow("trained"), MakeRow("described"), MakeRow("plain")};
  for (int i = 0; i < 2; ++i) {
    Json& weights = experiment.rows[static_cast<size_t>(i)].slots["train.weights"];
    weights["file"] = "/data/vgg.caffemodel";
    weights["layout"] = "/data/vgg.prototxt";
  }
  for (const char* slot : {"train.loss", "train.data", "train.detector", "train.aligner"}) {
    experiment.rows[1].slots.erase(slot);
  }
  const StageGraph graph = Plan(experiment);
  const auto files = [](const StageSpec& stage) {
    std::vector<std::string> named;
    for (const ExternalInput& external : stage.externals) {
      if (external.option.rfind("weights.", 0) == 0) named.push_back(external.path);
    }
    return named;
  };
  const std::vector<std::string> both = {"/data/vgg.caffemodel", "/data/vgg.prototxt"};
  for (const StageSpec& stage : graph.stages) {
    const bool takes = (stage.type == "train" && stage.users[0] == "trained") ||
                       (stage.type == "describe" && stage.users[0] == "described");
    EXPECT_EQ(files(stage), takes ? both : std::vector<std::string>()) << stage.name;
    EXPECT_EQ(stage.settings.contains("weights"), takes) << stage.name;
  }
}

TEST_F(PlannerTest, HoldoutListsAreInputsOfTheTrainingSetAlone) {
  Experiment experiment;
  experiment.rows = {MakeRow("1"), MakeRow("2")};
  experiment.rows[1].slots["train.holdout"]["lfw"] = "/data/lfw/people.txt";
  const StageGraph graph = Plan(experiment);
  const auto datasets = OfType(graph, "dataset");
  ASSERT_EQ(datasets.size(), 3u);
  EXPECT_EQ(datasets[1]->settings, Json::object());
  EXPECT_EQ(datasets[2]->name, "train.dataset");
  EXPECT_EQ(datasets[2]->settings, Json({{"holdout", {{"lfw", "/data/lfw/people.txt"}}}}));
  ASSERT_EQ(datasets[2]->externals.size(), 2u);
  EXPECT_EQ(datasets[2]->externals[1].option, "holdout.lfw");
}

TEST_F(PlannerTest, LeaksAreCheckedBeforeTheTrainingOrWithItsDescriptors) {
  Experiment experiment;
  experiment.rows = {MakeRow("1")};
  EXPECT_TRUE(OfType(Plan(experiment), "leak_check").empty());
  Json& leaks = experiment.rows[0].slots["leaks"];
  leaks = Defaults(*MakeExperimentLayout(AllStageTypes()).Find("leaks"));
  {
    const StageGraph graph = Plan(experiment);
    const StageSpec& check = *OfType(graph, "leak_check")[0];
    EXPECT_LT(&check, OfType(graph, "train")[0]);
    EXPECT_EQ(&Input(graph, *OfType(graph, "evaluate")[0], "leaks"), &check);
    EXPECT_EQ(Input(graph, check, "samples").name, "test.dataset");
    EXPECT_EQ(Input(graph, check, "train").name, "train.dataset");
    EXPECT_EQ(check.inputs.size(), 2u);
    EXPECT_EQ(check.sources.at("samples").name, "lfw");
    EXPECT_EQ(check.sources.at("train").name, "vggface");
    ASSERT_EQ(check.externals.size(), 2u);
    EXPECT_EQ(check.externals[0].option, "data.root");
    EXPECT_EQ(check.externals[1].option, "train.root");
    EXPECT_EQ(OfType(graph, "dataset").size(), 2u);
  }
  leaks["embedding"] = 0.9;
  leaks["images"] = "off";
  {
    const StageGraph graph = Plan(experiment);
    const StageSpec& check = *OfType(graph, "leak_check")[0];
    EXPECT_EQ(Input(graph, check, "descriptors").name, "describe");
    EXPECT_EQ(Input(graph, check, "train_descriptors").name, "train.describe");
    EXPECT_TRUE(check.externals.empty());
    EXPECT_EQ(&Input(graph, *OfType(graph, "evaluate")[0], "leaks"), &check);
  }
  experiment.rows[0].slots.erase("train.data");
  experiment.rows[0].slots.erase("train.loss");
  EXPECT_NE(TryPlan(experiment).status().message().find("names no train.data"), std::string::npos);
}

TEST_F(PlannerTest, AnArchitectureThatOnlyInfersNeedsNoTraining) {
  Experiment experiment;
  experiment.rows = {MakeRow("1")};
  for (const char* slot : {"train.loss", "train.data", "train.detector", "train.aligner"}) {
    experiment.rows[0].slots.erase(slot);
  }
  EXPECT_NE(TryPlan(experiment).status().message().find("its weights would be random"),
            std::string::npos);
  experiment.rows[0].slots["train.architecture"] = {{"use", "pixels"}};
  const StageGraph graph = Plan(experiment);
  EXPECT_TRUE(OfType(graph, "train").empty());
  EXPECT_EQ(OfType(graph, "describe")[0]->inputs.count("model"), 0u);
  EXPECT_EQ(graph.stages.size(), 6u);
}

TEST_F(PlannerTest, DetectorsAreEvaluatedWithoutANetwork) {
  Experiment experiment;
  experiment.rows = {MakeRow("1")};
  for (const char* slot : {"train.architecture", "train.loss", "test.aligner"}) {
    experiment.rows[0].slots.erase(slot);
  }
  experiment.rows[0].slots["test.evaluator"] = {{"use", "detection"}};
  const StageGraph graph = Plan(experiment);
  ASSERT_EQ(graph.stages.size(), 3u);
  const StageSpec& evaluate = *OfType(graph, "evaluate")[0];
  EXPECT_EQ(Input(graph, evaluate, "faces").type, "detect");
  EXPECT_EQ(Input(graph, evaluate, "samples").type, "dataset");
}

TEST_F(PlannerTest, AlignersThatLearnAreFittedOnceForBothBranches) {
  Experiment experiment;
  experiment.rows = {MakeRow("1")};
  auto& slots = experiment.rows[0].slots;
  slots["train.aligner"] = slots["test.aligner"] = {{"use", "ert"}, {"model", ""}};
  EXPECT_NE(TryPlan(experiment)
                .status()
                .message()
                .find("row \"1\": test.aligner = \"ert\" has no model; give test.aligner.model"),
            std::string::npos);
  slots["landmarks.data"] = {{"use", "vggface"}, {"root", "/data/vggface"}, {"snapshot", "full"}};
  slots["landmarks.detector"] = {{"use", "given"}};
  slots["landmarks.faces"] =
      Defaults(*MakeExperimentLayout(AllStageTypes()).Find("landmarks.faces"));
  const StageGraph graph = Plan(experiment);
  ASSERT_EQ(OfType(graph, "fit").size(), 1u);
  const StageSpec& fit = *OfType(graph, "fit")[0];
  EXPECT_TRUE(fit.uses_seed);
  EXPECT_EQ(fit.sources.at("samples").name, "vggface");
  EXPECT_EQ(Input(graph, fit, "faces").components.at("detector").name, "given");
  for (const StageSpec* align : OfType(graph, "align")) {
    EXPECT_EQ(&Input(graph, *align, "model"), &fit);
  }
  // A remark where an aligner gets other boxes than it has learned on, once for all rows.
  Row other = experiment.rows[0];
  other.id = "2";
  other.slots["test.evaluator"] = {{"use", "landmarks"}};
  Experiment both;
  both.rows = {experiment.rows[0], other};
  const auto remarks = TryPlan(both)->remarks;
  ASSERT_EQ(remarks.size(), 1u);  // the training images have the detector of the landmarks
  ASSERT_EQ(remarks.begin()->second.size(), 1u);
  EXPECT_EQ(remarks.begin()->second[0].slot, "test.detector");
  EXPECT_NE(remarks.begin()->second[0].text.find("test.detector (given there, yunet here)"),
            std::string::npos);
  for (Row& row : both.rows) row.slots["test.detector"] = row.slots["landmarks.detector"];
  EXPECT_TRUE(TryPlan(both)->remarks.empty());
  // A model of its own needs no training.
  slots["train.aligner"]["model"] = slots["test.aligner"]["model"] = "/data/trees.dat";
  EXPECT_TRUE(OfType(Plan(experiment), "fit").empty());
}

TEST_F(PlannerTest, AlignersAreEvaluatedByTheirLandmarks) {
  Experiment experiment;
  experiment.rows = {MakeRow("1")};
  experiment.rows[0].slots.erase("train.architecture");
  experiment.rows[0].slots["test.evaluator"] = {{"use", "landmarks"}};
  const StageGraph graph = Plan(experiment);
  const StageSpec& evaluate = *OfType(graph, "evaluate")[0];
  EXPECT_EQ(Input(graph, evaluate, "alignments").type, "align");
  EXPECT_EQ(Input(graph, evaluate, "faces").type, "detect");
  EXPECT_EQ(graph.stages.size(), 4u);
}

TEST_F(PlannerTest, EvaluatorsOfIdentitiesNeedNoProtocol) {
  Experiment experiment;
  experiment.rows = {MakeRow("1"), MakeRow("2")};
  experiment.rows[1].slots["test.evaluator"] = {{"use", "identification"}};
  const StageGraph graph = Plan(experiment);
  EXPECT_FALSE(OfType(graph, "evaluate")[0]->settings.contains("identities"));
  EXPECT_EQ(OfType(graph, "evaluate")[1]->settings["identities"], true);
}

TEST_F(PlannerTest, AnEmbeddingOfTemplatesIsPooledByTheEvaluator) {
  Experiment experiment = Table4();
  experiment.rows[6].slots["embed"]["unit"] = "templates";
  const StageGraph graph = Plan(experiment, {"7"});
  EXPECT_EQ(OfType(graph, "project")[0]->components.at("evaluator").name, "verification");
  experiment.rows[6].slots["embed"]["on"] = "train";
  EXPECT_NE(TryPlan(experiment, {"7"}).status().message().find("set embed.on = \"folds\""),
            std::string::npos);
}

TEST_F(PlannerTest, RefusesWhatCannotBe) {
  Experiment experiment = Table4();
  experiment.rows[3].slots.erase("train.data");
  EXPECT_NE(TryPlan(experiment).status().message().find("row \"4\" names no train.data"),
            std::string::npos);
  experiment = Table4();
  experiment.rows[1].slots["train.start_from"] = "4";
  EXPECT_NE(TryPlan(experiment).status().message().find("circle"), std::string::npos);
  experiment = Table4();
  experiment.rows[1].slots.erase("train.loss");
  EXPECT_NE(TryPlan(experiment, {"4"}).status().message().find("that row trains nothing"),
            std::string::npos);
}

TEST(PrecisionTest, AutoIsBfloat16WhereTheProcessorHasTiles) {
  EXPECT_EQ(ResolvePrecision("auto", "cpu", {2, true}), "bfloat16");
  EXPECT_EQ(ResolvePrecision("auto", "cpu", {2, false}), "float32");
  EXPECT_EQ(ResolvePrecision("auto", "cuda", {2, true}), "float32");
  EXPECT_EQ(ResolvePrecision("bfloat16", "cpu", {2, false}), "bfloat16");
  EXPECT_GE(Machine::ThisOne().num_cores, 1);
}

TEST_F(PlannerTest, TrainingSettingsMustAgree) {
  Experiment experiment = Table4();
  experiment.rows[1].slots["train"]["warmup_epochs"] = 3.0;
  EXPECT_TRUE(TryPlan(experiment).ok());
  experiment.rows[1].slots["train"]["epochs"] = 3;
  const absl::Status status = TryPlan(experiment).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      status.message().find("row \"2\": train.warmup_epochs = 3 leaves nothing of epochs = 3"), 0u)
      << status;
}

TEST_F(PlannerTest, StepsAndPhasesAreComponentsOfTheTraining) {
  Experiment experiment = Table4();
  Row& row = experiment.rows[1];
  row.order["train.augmentation"] = {"flip", "again"};
  row.slots["train.augmentation.again"] = {{"use", "flip"}};
  row.order["train.phases"] = {"new", "all"};
  row.slots["train.phases.new"] = {{"epochs", 1}};
  row.slots["train.phases.all"] = {{"epochs", 2}};
  row.slots["train.phases.new.schedule"] = {{"use", "plateau"}};
  row.order["train.phases.new.groups"] = {"old"};
  row.slots["train.phases.new.groups.old"] = {{"frozen", true}};
  const auto training = [&] {
    const auto plan = TryPlan(experiment, {"2"});
    EXPECT_TRUE(plan.ok()) << plan.status();
    for (const StageSpec& stage : plan->graph.stages) {
      if (stage.type == "train") return stage;
    }
    return StageSpec();
  };
  const StageSpec train = training();
  EXPECT_EQ(train.settings.at("augmentation"), (Json{"flip", "again"}));
  EXPECT_EQ(train.components.at("augmentation.again").name, "flip");
  EXPECT_EQ(train.components.count("augmentation.crop"), 0u);
  EXPECT_EQ(train.components.count("phases.new.schedule"), 1u);
  EXPECT_EQ(train.components.count("schedule"), 1u);  // of the second phase
  EXPECT_EQ(train.settings.at("phases")[0].at("groups")[0].at("name"), "old");
  row.slots["train.phases.all.schedule"] = {{"use", "plateau"}};
  EXPECT_EQ(training().components.count("schedule"), 0u);  // nobody reads it
}

}  // namespace
}  // namespace facet
