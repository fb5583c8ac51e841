#include "core/app/run_report.h"

#include <filesystem>
#include <memory>
#include <string>

#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/records/results.h"
#include "core/stages/stage_types.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// Two rows, each with a curator; the second goes on from the first, and nothing is evaluated yet.
class CurationOfRowsTest : public testing::Test {
 protected:
  CurationOfRowsTest() {
    const std::string folder = testing::TempDir() + "/run_report_test";
    std::filesystem::remove_all(folder);
    store_ = *Store::Open(folder);
    for (const char* id : {"web", "purified"}) {
      Row row;
      row.id = id;
      experiment_.rows.push_back(row);
      StageSpec curate;
      curate.type = curate.name = "curate";
      curate.users = {id};
      curate.components["curator"] = {"curator", "purify", Json::object(), "", ""};
      plan_.made[{id, kCuration.name, ""}] = static_cast<int>(plan_.graph.stages.size());
      plan_.graph.stages.push_back(curate);
    }
    plan_.graph.stages[1].inputs["curation"] = 0;
    StageSpec evaluate;
    evaluate.type = evaluate.name = "evaluate";
    evaluate.inputs["curation"] = 1;
    plan_.results = {{"web", 2}, {"purified", 2}};
    plan_.graph.stages.push_back(evaluate);
    plan_.types = &AllStageTypes();
    outcomes_.resize(3);
  }

  void Curate(int stage, const std::string& curation) {
    StageOutcome& outcome = outcomes_[static_cast<size_t>(stage)];
    outcome.key = Sha256Hex(std::to_string(stage));
    std::string holder;
    const auto lock = store_->TryLock(outcome.key, &holder);
    ASSERT_TRUE(lock.ok() && *lock != nullptr);
    const std::string out = *store_->MakeWorkFolder(outcome.key) + "/out";
    std::filesystem::create_directories(out);
    ASSERT_TRUE(WriteFileAtomically(out + "/curation.json", curation).ok());
    ASSERT_TRUE(WriteFileAtomically(out + "/sheet_00.jpg", "picture").ok());
    outcome.artifact.key = outcome.key;
    outcome.artifact.type = outcome.artifact.name = "curate";
    outcome.artifact.key_document = {{"stage", stage}};
    ASSERT_TRUE(store_->Commit(out, &outcome.artifact).ok());
    outcome.state = StageState::kDone;
  }

  Report Made() const {
    return MakeReport(experiment_, {&experiment_.rows[0], &experiment_.rows[1]}, plan_, outcomes_,
                      *store_);
  }

  static std::string Purified() {
    CurationResult result;
    result.metrics = {{"images", 7, 0.0, kCounted, "1", 7}};
    result.sheets = {{"removed", {{"a.jpg", ""}}}, {"empty", {}}};
    Json json = ToJson(result);
    json["component"] = "purify";
    return DumpPretty(json);
  }

  Experiment experiment_;
  RowPlan plan_;
  std::vector<StageOutcome> outcomes_;
  std::unique_ptr<Store> store_;
};

TEST_F(CurationOfRowsTest, IsThatOfTheirOwnStageAsSoonAsItIsDone) {
  EXPECT_FALSE(Made().rows[0].curation.has_value());
  Curate(0, Purified());
  Curate(1, Purified());
  const Report report = Made();
  EXPECT_EQ(report.rows[0].curation->from, "");
  const ReportCuration& curation = *report.rows[1].curation;
  EXPECT_EQ(curation.component, "purify");
  EXPECT_EQ(curation.from, "web");
  EXPECT_EQ(curation.key, outcomes_[1].key);
  EXPECT_EQ(curation.metrics[0].value, 7.0);
  ASSERT_EQ(curation.sheets.size(), 2U);
  EXPECT_EQ(*ReadFile(curation.sheets[0].source), "picture");
  EXPECT_EQ(curation.sheets[1].source, "");  // it has no picture
}

// A reported row has what its reference says and nothing that it inherits; counts are those of the
// row's own stages.
TEST_F(CurationOfRowsTest, SettingsAreThoseOfTheRowsAndCountsOfTheirStages) {
  experiment_.setting_columns = {{"Aligner", "train.aligner", {{"none", "no"}}, "yes", "–"},
                                 {"Images", "count/curate/images", {}, "", "?"}};
  for (Row& row : experiment_.rows) row.slots["train.aligner"] = {{"use", "none"}};
  Row reported = experiment_.rows[0];
  reported.id = "deepface";
  reported.reported = true;
  reported.skip = "a paper";
  experiment_.rows.push_back(reported);
  experiment_.rows[1].slots["train.aligner"] = {{"use", "eyes"}};
  experiment_.reference.cells["deepface"] = {{"Images", "4M"}};
  experiment_.reference.rocs["deepface"] = {{0.0, 1.0}, {0.5, 1.0}, "figure 5"};
  Curate(0, Purified());
  outcomes_[0].artifact.counts["images"] = 5244000;
  const Report report = Made();
  EXPECT_THAT(report.setting_columns, testing::ElementsAre("Aligner", "Images"));
  EXPECT_THAT(report.rows[0].settings, testing::ElementsAre("no", "5,244,000"));
  EXPECT_THAT(report.rows[1].settings, testing::ElementsAre("yes", "5,244,000"));
  EXPECT_THAT(report.rows[2].settings, testing::ElementsAre("–", "4M"));
  EXPECT_EQ(report.rows[2].published_roc->y, (std::vector<double>{0.5, 1.0}));
  EXPECT_FALSE(report.rows[0].published_roc.has_value());
}

// Rows of `seeds`, [ablate] and [sweep]: copies have the figures published of the row that they
// repeat, and the parent of their own seed.
TEST_F(CurationOfRowsTest, MadeRowsSayWhatMadeThem) {
  for (const char* repeats : {"4", "4-train.aligner"}) {
    for (const int seed : {1, 2}) {
      Row row;
      row.repeats = repeats;
      row.id = row.repeats + "@" + std::to_string(seed);
      row.slots["seed"] = seed;
      if (row.repeats != "4") {
        row.parent = row.compared_with = "4";
        row.part = "train.aligner";
        row.slots["train.aligner"] = {{"use", "none"}};
        row.slots["embed"] = {{"epochs", 1}};
        row.slots["embed.loss"] = {{"use", "triplet"}};
      }
      experiment_.rows.push_back(row);
    }
  }
  experiment_.rows[1].axes = {{"train.loss.margin", "0.3"}};
  experiment_.reference.rows["4"] = {{"100%-EER", 95.6, "%", "", 1.0}};
  const Report report = Made();
  ASSERT_EQ(report.rows.size(), 6U);
  EXPECT_EQ(report.rows[1].axes, experiment_.rows[1].axes);
  EXPECT_EQ(report.rows[1].repeats, "");
  EXPECT_EQ(report.rows[2].references[0].value, 95.6);
  EXPECT_EQ(report.rows[3].references[0].value, 95.6);
  EXPECT_TRUE(report.rows[4].references.empty());
  const ReportRow& second = report.rows[5];
  EXPECT_EQ(second.repeats, "4-train.aligner");
  EXPECT_EQ(second.seed, "2");
  EXPECT_EQ(second.compared_with, "4");
  EXPECT_EQ(second.part, "train.aligner");
  EXPECT_EQ(second.parent, "4@2");
  ASSERT_EQ(second.changes.size(), 2U);  // not the seed, nor that there is an embed
  EXPECT_EQ(second.changes[0].path, "embed.loss");
  EXPECT_EQ(second.changes[1].path, "train.aligner");
}

TEST_F(CurationOfRowsTest, WhatCannotBeReadIsSaid) {
  Curate(0, "{\"metrics\": 3}");
  const Report report = Made();
  EXPECT_EQ(report.rows[0].curation->component, "purify");
  ASSERT_EQ(report.rows[0].curation->notices.size(), 1U);
  EXPECT_THAT(report.rows[0].curation->notices[0], HasSubstr("not a curation"));
}

}  // namespace
}  // namespace facet
