#include "core/bench/quality.h"

#include <filesystem>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/test_folder.h"
#include "core/report/report.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using Quality = std::map<std::string, std::string>;

ExperimentLayout LossSlots() {
  ExperimentLayout layout;
  for (const char* path : {"train.loss", "embed.loss"}) {
    Slot slot;
    slot.path = path;
    slot.kind = "loss";
    layout.slots.push_back(slot);
  }
  Slot detector;
  detector.path = "test.detector";
  detector.kind = "detector";
  layout.slots.push_back(detector);
  return layout;
}

// A run with one row for each of `slots`; row i has a 100%-EER of 80 + i unless it is in `failed`.
void WriteRun(const std::string& store, const std::string& name, const std::vector<Json>& slots,
              const std::vector<size_t>& failed = {}) {
  Json rows = Json::array();
  Report report;
  for (size_t i = 0; i < slots.size(); ++i) {
    ReportRow row;
    row.id = absl::StrCat(i + 1);
    const bool is_done = std::find(failed.begin(), failed.end(), i) == failed.end();
    row.state = is_done ? ReportRow::State::kDone : ReportRow::State::kFailed;
    row.evaluation.metrics = {
        {"100%-EER", 80.0 + static_cast<double>(i), 0.94, "10 folds", "%", 6000}};
    report.rows.push_back(row);
    rows.push_back({{"id", row.id}, {"slots", slots[i]}});
  }
  const std::string folder = absl::StrCat(store, "/runs/", name);
  std::filesystem::create_directories(folder + "/report");
  ASSERT_TRUE(WriteFileAtomically(folder + "/resolved.json", Dump({{"rows", rows}})).ok());
  ASSERT_TRUE(WriteFileAtomically(folder + "/report/results.json", Dump(ToJson(report))).ok());
}

Json Uses(const std::string& path, const std::string& component) {
  return {{path, {{"use", component}}}, {"seed", 1}};
}

Quality Of(const std::string& store, const std::vector<std::string>& components) {
  return QualityInStore(store, "loss", components, LossSlots());
}

TEST(QualityInStoreTest, IsTheHeadlineOfTheRowThatUsesAComponent) {
  const std::string store = TestFolder();
  WriteRun(store, "losses/20260101T000000Z-aaaaaa",
           {Uses("train.loss", "softmax"), Uses("train.loss", "arcface"),
            Uses("train.loss", "softmax")});
  EXPECT_EQ(Of(store, {"softmax", "arcface", "cosface"}),
            (Quality{{"softmax", "80.00 ± 0.94 (100%-EER [%], losses row 1 and 1 row more)"},
                     {"arcface", "81.00 ± 0.94 (100%-EER [%], losses row 2)"}}));
}

TEST(QualityInStoreTest, IsOfTheLatestRunThatHasIt) {
  const std::string store = TestFolder();
  WriteRun(store, "old/20250101T000000Z-aaaaaa",
           {Uses("train.loss", "arcface"), Uses("train.loss", "cosface")});
  WriteRun(store, "new/20260101T000000Z-aaaaaa",
           {Uses("train.loss", "softmax"), Uses("train.loss", "cosface")}, /*failed=*/{1});
  const Quality quality = Of(store, {"arcface", "softmax", "cosface"});
  EXPECT_EQ(quality.at("arcface"), "80.00 ± 0.94 (100%-EER [%], old row 1)");
  EXPECT_EQ(quality.at("softmax"), "80.00 ± 0.94 (100%-EER [%], new row 1)");
  EXPECT_EQ(quality.at("cosface"), "81.00 ± 0.94 (100%-EER [%], old row 2)");
}

TEST(QualityInStoreTest, ARowOfTwoLossesSaysNothingOfEither) {
  const std::string store = TestFolder();
  Json both = Uses("train.loss", "softmax");
  both["embed.loss"] = {{"use", "triplet"}};
  Json same = Uses("train.loss", "triplet");
  same["embed.loss"] = {{"use", "triplet"}};
  same["test.detector"] = {{"use", "softmax"}};  // the name alone is not the component
  WriteRun(store, "table/20260101T000000Z-aaaaaa", {both, same});
  EXPECT_EQ(Of(store, {"softmax", "triplet"}),
            (Quality{{"triplet", "81.00 ± 0.94 (100%-EER [%], table row 2)"}}));
}

TEST(QualityInStoreTest, FilesThatCannotBeReadAreNoRuns) {
  const std::string store = TestFolder();
  EXPECT_TRUE(Of(store, {"softmax"}).empty());
  WriteRun(store, "losses/20250101T000000Z-aaaaaa", {Uses("train.loss", "softmax")});
  WriteRun(store, "losses/20260101T000000Z-aaaaaa", {Uses("train.loss", "softmax")});
  WriteRun(store, "losses/20260201T000000Z-aaaaaa", {Uses("train.loss", "softmax")});
  const std::string runs = store + "/runs/losses/";
  ASSERT_TRUE(
      WriteFileAtomically(runs + "20260201T000000Z-aaaaaa/resolved.json", "{\"rows\": 3}").ok());
  ASSERT_TRUE(
      WriteFileAtomically(runs + "20260101T000000Z-aaaaaa/report/results.json", "half").ok());
  EXPECT_EQ(Of(store, {"softmax"}).size(), 1u);
}

}  // namespace
}  // namespace facet
