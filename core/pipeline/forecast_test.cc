// Forecasts from a store in which made-up stages were run before: a field gives grain, a mill grinds
// it, a seal is as large whatever it seals.
#include "core/pipeline/forecast.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using State = PlannedStage::State;

constexpr PortType kFlour = {"flour"};

class ForecastTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = TestFolder();
    store_ = *Store::Open(folder_ + "/store");
    StageType field, mill, seal;
    field.name = "field";
    field.output = kSamples;
    mill.name = "mill";
    mill.inputs = {{"grain", kSamples}};
    mill.output = kFlour;
    mill.grows_with = "grain";
    mill.least_bytes = [](const StageSpec& stage, int64_t images) {
      return stage.settings.value("raw", false) ? images * 10 : 0;
    };
    seal.name = "seal";
    seal.inputs = {{"flour", kFlour}};
    seal.output = kEvaluation;
    seal.grows_with = "flour";
    seal.artifact_grows = false;
    types_ = {field, mill, seal};
    plan_.types = &types_;
    for (const char* const name : {"field", "mill", "seal"}) {
      StageSpec stage;
      stage.type = stage.name = name;
      plan_.graph.stages.push_back(stage);
    }
    plan_.graph.stages[1].inputs = {{"grain", 0}};
    plan_.graph.stages[2].inputs = {{"flour", 1}};
    planned_.resize(3);
    for (size_t i = 0; i < 3; ++i) planned_[i].document = Document(plan_.graph.stages[i].type);
  }

  static Json Document(const std::string& type) {
    return {{"format", 2}, {"stage", type}, {"code", "new"}, {"settings", {{"fine", 1}}}};
  }
  static std::string PortOf(const std::string& type) { return type == "mill" ? "grain" : "flour"; }

  // Of `bytes` bytes, made of `input` (null: of nothing) in `seconds`.
  Artifact Stored(const std::string& type, size_t bytes, const Artifact* input, double seconds,
                  Json document, double mib = 100) {
    Artifact artifact;
    artifact.key = std::string(62, 'a') + std::to_string(10 + num_stored_++);
    artifact.type = artifact.name = type;
    document["code"] = "old";
    if (input != nullptr) document["inputs"][PortOf(type)] = input->ContentDigest();
    artifact.key_document = std::move(document);
    artifact.provenance = {{"seconds", seconds}, {"peak_rss_mib", mib}, {"cpu", "this one"}};
    const std::string folder = folder_ + "/out" + std::to_string(num_stored_);
    std::filesystem::create_directories(folder);
    std::string content(bytes, 'x');
    for (size_t i = 9; i < bytes; i += 10) content[i] = '\n';  // a line of ten bytes
    EXPECT_TRUE(WriteFileAtomically(folder + "/samples.jsonl", content).ok());
    std::string holder;
    const auto lock = *store_->TryLock(artifact.key, &holder);
    EXPECT_TRUE(store_->Commit(folder, &artifact).ok());
    return artifact;
  }
  void Cached(size_t stage, const Artifact& artifact) {
    planned_[stage].state = State::kCached;
    planned_[stage].artifact = artifact;
  }
  Forecast Of(int jobs = 1) { return Forecaster(plan_, *store_, "this one").Of(planned_, jobs); }

  std::string folder_;
  std::unique_ptr<Store> store_;
  std::vector<StageType> types_;
  RowPlan plan_;
  std::vector<PlannedStage> planned_;
  int num_stored_ = 0;
};

TEST_F(ForecastTest, NothingIsKnownOfWhatWasNeverRun) {
  const Forecast forecast = Of();
  EXPECT_EQ(forecast.num_stages, 3);
  EXPECT_EQ(forecast.num_known, 0);
  EXPECT_EQ(forecast.unknown, (std::set<std::string>{"field", "mill", "seal"}));
  EXPECT_EQ(forecast.bytes, 0);
}

TEST_F(ForecastTest, WhatGrowsIsScaledByItsInputAndWhatDoesNotIsNot) {
  const Artifact grain = Stored("field", 1000, nullptr, 1, Document("field"));
  const Artifact flour = Stored("mill", 400, &grain, 2, Document("mill"), 300);
  Stored("seal", 50, &flour, 3, Document("seal"), 200);
  Cached(0, Stored("field", 5000, nullptr, 1, {{"stage", "field"}, {"settings", {{"fine", 2}}}}));
  const Forecast forecast = Of();
  EXPECT_EQ(forecast.num_stages, 2);
  EXPECT_EQ(forecast.num_known, 2);
  EXPECT_DOUBLE_EQ(forecast.bytes, 5 * 400 + 50);
  EXPECT_DOUBLE_EQ(forecast.seconds, 5 * 2 + 5 * 3);
  EXPECT_DOUBLE_EQ(forecast.memory_bytes, 300.0 * 1024 * 1024);
}

TEST_F(ForecastTest, AnInputThatIsYetToBeMadeIsForecastItself) {
  const Artifact small = Stored("field", 1000, nullptr, 1, {{"stage", "field"}, {"settings", 0}});
  Stored("mill", 400, &small, 2, Document("mill"));
  Stored("field", 3000, nullptr, 4, Document("field"));
  const Forecast forecast = Of();
  EXPECT_EQ(forecast.num_known, 2);
  EXPECT_DOUBLE_EQ(forecast.bytes, 3000 + 3 * 400);
}

TEST_F(ForecastTest, TheNearestInSizeCounts) {
  const Artifact small = Stored("field", 100, nullptr, 1, {{"stage", "field"}, {"settings", 0}});
  const Artifact large = Stored("field", 4000, nullptr, 1, {{"stage", "field"}, {"settings", 1}});
  Stored("mill", 90, &small, 2, Document("mill"));
  Stored("mill", 2000, &large, 2, Document("mill"));
  Cached(0, Stored("field", 5000, nullptr, 1, Document("field")));
  EXPECT_DOUBLE_EQ(Of().bytes, 2500);
}

TEST_F(ForecastTest, OtherSettingsAreNotAlikeAndAnotherProcessorsTimeDoesNotCount) {
  const Artifact grain = Stored("field", 1000, nullptr, 1, Document("field"));
  Json coarse = Document("mill");
  coarse["settings"]["fine"] = 0;
  Stored("mill", 400, &grain, 2, coarse);
  Cached(0, grain);
  EXPECT_EQ(Of().num_known, 0);
  EXPECT_EQ(Of().unknown.count("mill"), 1u);
  Stored("mill", 400, &grain, 2, Document("mill"));
  const Forecast elsewhere = Forecaster(plan_, *store_, "another").Of(planned_, 1);
  EXPECT_EQ(elsewhere.num_known, 1);
  EXPECT_DOUBLE_EQ(elsewhere.bytes, 400);
  EXPECT_EQ(elsewhere.unknown, std::set<std::string>{"seal"});
  EXPECT_EQ(elsewhere.seconds, 0);
}

TEST_F(ForecastTest, StagesThatDifferInTheirInputsAloneAreAlikeAndOthersBetweenThemAreNot) {
  const Artifact grain = Stored("field", 1000, nullptr, 1, Document("field"));
  Stored("mill", 400, &grain, 2, Document("mill"));
  Cached(0, grain);
  for (const int fine : {1, 0, 1}) {
    StageSpec mill;
    mill.type = mill.name = "mill";
    mill.inputs = {{"grain", 0}};
    plan_.graph.stages.push_back(mill);
    Json document = Document("mill");
    document["settings"]["fine"] = fine;
    document["inputs"]["grain"] = std::to_string(planned_.size());
    planned_.emplace_back();
    planned_.back().document = document;
  }
  const Forecast forecast = Of();
  EXPECT_EQ(forecast.num_known, 3);
  EXPECT_DOUBLE_EQ(forecast.bytes, 3 * 400);
}

TEST_F(ForecastTest, WhatIsCertainOfSoManyImagesNeedsNoEarlierRun) {
  plan_.graph.stages[1].settings = {{"raw", true}};
  EXPECT_EQ(Of().num_known, 0) << "how many images there are is not known yet";
  Cached(0, Stored("field", 70, nullptr, 1, Document("field")));
  EXPECT_EQ(Of().num_known, 1);
  EXPECT_DOUBLE_EQ(Of().bytes, 7 * 10);
}

TEST_F(ForecastTest, OfAnInputOfUnknownSizeNothingFollowsButWhatDoesNotGrow) {
  const Artifact grain = Stored("field", 1000, nullptr, 1, {{"stage", "field"}, {"settings", 0}});
  const Artifact flour = Stored("mill", 400, &grain, 2, Document("mill"));
  Stored("seal", 50, &flour, 3, Document("seal"));
  const Forecast forecast = Of();  // another field, never seen
  EXPECT_EQ(forecast.num_known, 1);
  EXPECT_DOUBLE_EQ(forecast.bytes, 50);
  EXPECT_EQ(forecast.seconds, 0);
  EXPECT_EQ(forecast.memory_bytes, 0);
}

TEST_F(ForecastTest, WhatWaitsForEachOtherDoesNotShareTheMemory) {
  const Artifact grain = Stored("field", 1000, nullptr, 1, Document("field"), 100);
  const Artifact flour = Stored("mill", 400, &grain, 2, Document("mill"), 300);
  Stored("seal", 50, &flour, 3, Document("seal"), 200);
  EXPECT_DOUBLE_EQ(Of(3).memory_bytes, 300.0 * 1024 * 1024) << "one after the other";
  StageSpec other = plan_.graph.stages[1];
  other.settings = {{"another", true}};
  plan_.graph.stages.push_back(other);
  planned_.push_back(planned_[1]);
  EXPECT_DOUBLE_EQ(Of(3).memory_bytes, 600.0 * 1024 * 1024) << "two mills of one field";
  EXPECT_DOUBLE_EQ(Of(1).memory_bytes, 300.0 * 1024 * 1024);
}

TEST_F(ForecastTest, WhatCannotRunTakesNothing) {
  Stored("field", 1000, nullptr, 1, Document("field"));
  planned_[0].state = State::kBlocked;
  EXPECT_EQ(Of().num_known, 0);
}

}  // namespace
}  // namespace facet
