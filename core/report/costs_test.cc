#include "core/report/costs.h"

#include "core/report/grid_testing.h"
#include "core/report/grids.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using State = ReportStage::State;

ReportStage Stage(const std::string& name, State state, const std::string& key, double seconds) {
  ReportStage stage;
  stage.name = name;
  stage.state = state;
  stage.key = key;
  stage.seconds = seconds;
  stage.cpu_seconds = 2 * seconds;
  stage.peak_memory_mib = 100.0 * seconds;
  stage.disk_bytes = 3 << 20;
  return stage;
}

// Two rows that share a data set, which was cached; one of them also waits for a stage.
Report TwoRows() {
  Report report;
  report.rows.resize(2);
  report.rows[0].id = "a";
  report.rows[1].id = "b";
  report.rows[0].stages = {Stage("dataset", State::kCached, "k1", 7.0),
                           Stage("train", State::kRun, "k2", 2.0)};
  report.rows[1].stages = {Stage("dataset", State::kCached, "k1", 7.0),
                           Stage("train", State::kRun, "k3", 4.0),
                           Stage("describe", State::kNotRun, "", -1.0)};
  report.rows[1].stages[2].cpu_seconds = report.rows[1].stages[2].peak_memory_mib = -1.0;
  report.rows[1].stages[2].disk_bytes = -1;
  return report;
}

TEST(CostsTest, ASharedStageCountsOnceAndACachedOneIsSaved) {
  const Costs costs = CostsOf(TwoRows());
  EXPECT_EQ(costs.computed.num_stages, 2);
  EXPECT_EQ(costs.computed.seconds, 6.0);
  EXPECT_EQ(costs.computed.cpu_seconds, 12.0);
  EXPECT_EQ(costs.computed.peak_memory_mib, 400.0);  // the most, not the sum
  EXPECT_EQ(costs.computed.disk_bytes, 6 << 20);
  EXPECT_EQ(costs.cached.num_stages, 1);
  EXPECT_EQ(CostSentence(costs),
            "6.0 s of computing (12 s of processor time, at most 400.0 MiB of memory), 6.0 MiB "
            "stored; the cache saved 7.0 s");
  EXPECT_EQ(CostSentence({}), "");
}

TEST(CostsTest, AStageComputedInThisRunIsNotSavedByTheCache) {
  Report report = TwoRows();
  report.rows[1].stages[1] = Stage("train", State::kCached, "k2", 2.0);
  EXPECT_EQ(CostsOf(report).cached.num_stages, 1);
  EXPECT_EQ(CostsOf(report).cached.seconds, 7.0);
}

TEST(CostsTest, TheTimeOfAFailedStageWasSpentToo) {
  Report report = TwoRows();
  report.rows[1].stages[1] = {"train", State::kFailed, 5.0, "k3", {}, {}};
  EXPECT_EQ(CostsOf(report).computed.seconds, 7.0);
  EXPECT_EQ(CostsOf(report).computed.disk_bytes, 3 << 20);
  report.rows[0].stages.clear();
  report.rows[1].stages = {{"train", State::kFailed, 5.0, "k3", {}, {}}};
  EXPECT_EQ(CostSentence(CostsOf(report)), "5.0 s of computing");
}

TEST(CostsTest, EveryFormShowsWhatStagesCost) {
  const Report report = TwoRows();
  EXPECT_THAT(CellsOf(StageGrid(report), 1),
              ElementsAre("train", "a", "run", "2.0 s", "4.0 s", "200.0 MiB", "3.0 MiB"));
  EXPECT_THAT(CellsOf(StageGrid(report), 3),
              ElementsAre("describe", "b", "not run", "–", "–", "–", "–"));
  for (const std::string& text : {RenderMarkdown(report), RenderHtml(report)}) {
    EXPECT_THAT(text, HasSubstr("200.0 MiB"));
    EXPECT_THAT(text, HasSubstr("the cache saved 7.0 s"));
  }
  EXPECT_THAT(RenderStagesCsv(report), HasSubstr("train,a,run,2.0,4.0,200.0,3145728,k2\n"));
  const Json json = ToJson(report);
  EXPECT_EQ(json.at("costs").at("cached").at("seconds"), 7.0);
  const absl::StatusOr<Report> again = ReportFromJson(json);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(ToJson(*again), json);
}

TEST(CostsTest, ReportsOfBeforeHaveTimesAlone) {
  Json json = ToJson(TwoRows());
  for (Json& row : json["rows"]) {
    for (Json& stage : row["stages"]) {
      for (const char* name : {"cpu_seconds", "peak_memory_mib", "disk_bytes"}) stage.erase(name);
    }
  }
  json.erase("costs");
  json.erase("origin");
  const absl::StatusOr<Report> report = ReportFromJson(json);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->rows[0].stages[1].seconds, 2.0);
  EXPECT_EQ(report->rows[0].stages[1].disk_bytes, -1);
}

}  // namespace
}  // namespace facet
