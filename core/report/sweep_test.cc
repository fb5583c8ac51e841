#include "core/report/sweep.h"

#include <string>
#include <vector>

#include "core/report/grid_testing.h"
#include "core/report/grids.h"
#include "core/report/grouped_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Each point's folds are 80 to 83 plus its step, and a little more or less in turn.
ReportRow Point(const std::string& margin, const std::string& batch, double step, double wobble) {
  ReportRow row =
      FoldRow("4,margin=" + margin + (batch.empty() ? "" : ",batch=" + batch),
              {80 + step + wobble, 81 + step - wobble, 82 + step + wobble, 83 + step - wobble});
  row.axes = {{"train.loss.margin", margin}};
  if (!batch.empty()) row.axes.emplace_back("train.batch", batch);
  return row;
}

TEST(SweepTest, AxesAreColumnsInPlaceOfLabels) {
  Report report;
  report.rows = {Point("0.2", "32", 0.0, 0.0), Point("0.2", "64", 1.0, 0.1),
                 Point("0.3", "32", 2.0, 0.1)};
  EXPECT_THAT(HeadsOf(ResultGrid(report)),
              ElementsAre("row", "margin", "batch", "accuracy [%]", "n"));
  EXPECT_EQ(CellsOf(ResultGrid(report), 2)[1], "0.3");
  // A row that is no point keeps its label, and has no values.
  report.rows.push_back(FoldRow("4", {80, 81, 82, 83}));
  EXPECT_THAT(HeadsOf(ResultGrid(report)),
              ElementsAre("row", "label", "margin", "batch", "accuracy [%]", "n"));
  EXPECT_EQ(CellsOf(ResultGrid(report), 3)[2], "–");
  report.rows[1].label = "A, wide, margin = 0.2, batch = 64";
  EXPECT_EQ(CellsOf(ResultGrid(report), 1)[1], "A, wide");
  report.rows[1].label = "0.2, 64";
  EXPECT_EQ(CellsOf(ResultGrid(report), 1)[1], "0.2, 64");
  // Names that two paths end in are said in full.
  report.rows[0].axes.emplace_back("embed.loss.margin", "1");
  EXPECT_EQ(AxesOf(report)[0].name, "train.loss.margin");
  EXPECT_EQ(AxesOf(report)[1].name, "batch");
  EXPECT_THAT(RenderCsv(report), HasSubstr("train.loss.margin,train.batch"));
}

// Differences of 4 and 3 points with 0.1 from fold to fold: scipy's ttest_rel gives p of 6.6e-6 and
// 1.6e-5, times 3 pairs. A difference of 0.1 with 0.4 from fold to fold is none (p = 0.69).
TEST(SweepTest, TheHighestIsMarkedOnlyWhereItIsSeparable) {
  Report report;
  report.rows = {Point("0.2", "", 0.0, 0.0), Point("0.3", "", 4.0, 0.1),
                 Point("0.4", "", 1.0, 0.0)};
  std::vector<ReportSweep> sweeps = SweepsOf(report);
  ASSERT_EQ(sweeps.size(), 1U);
  EXPECT_EQ(sweeps[0].row, "4");
  std::optional<Extreme> highest = ExtremeOf(sweeps[0], true);
  ASSERT_TRUE(highest.has_value());
  EXPECT_EQ(highest->point->id, "4,margin=0.3");
  EXPECT_TRUE(highest->not_separable.empty());
  EXPECT_THAT(RenderMarkdown(report), HasSubstr("separable from all others"));
  EXPECT_EQ(CountOf(RenderHtml(report), "r=\"7.5\""), 1);

  report.rows.push_back(Point("0.5", "", 3.9, 0.5));
  sweeps = SweepsOf(report);
  highest = ExtremeOf(sweeps[0], true);
  EXPECT_THAT(highest->not_separable, ElementsAre("4,margin=0.5"));
  EXPECT_THAT(
      SweepNotes(report)[0],
      HasSubstr("highest accuracy of the 4 points of row 4: 4,margin=0.3 (85.50), not separable "
                "from 4,margin=0.5"));
}

// With one comparison p = 0.04 separates two points; among six points it is one of 15.
TEST(SweepTest, MorePointsNeedMoreEvidence) {
  Report report;
  report.rows = {Point("1", "", 0.0, 0.0), Point("2", "", 1.0, 0.5)};
  std::string why;
  const auto paired = CompareToParent(report.rows[1], report.rows[0], &why);
  EXPECT_GT(paired->p_value, 0.02);  // t = 1 / (0.57735 / 2) = 3.4641, scipy: 2 t.sf(t, 3) = 0.0405
  EXPECT_LT(paired->p_value, 0.05);
  EXPECT_TRUE(ExtremeOf(SweepsOf(report)[0], true)->not_separable.empty());
  for (const char* margin : {"3", "4", "5", "6"}) report.rows.push_back(Point(margin, "", 0, 0.0));
  EXPECT_EQ(ExtremeOf(SweepsOf(report)[0], true)->not_separable.size(), 5U);
}

TEST(SweepTest, PlotsHaveALineForEachValueOfTheSecondAxis) {
  Report report;
  for (const char* batch : {"32", "64"}) {
    for (const char* margin : {"0.4", "0.2", "0.3"}) {
      report.rows.push_back(Point(margin, batch, batch[0] - '0', 0.1));
    }
  }
  std::vector<Plot> plots = SweepPlots(report);
  ASSERT_EQ(plots.size(), 1U);
  EXPECT_EQ(plots[0].x_label, "train.loss.margin");
  ASSERT_EQ(plots[0].lines.size(), 2U);
  EXPECT_EQ(plots[0].lines[1].name, "batch 64");
  EXPECT_THAT(plots[0].lines[0].x, ElementsAre(0.2, 0.3, 0.4));
  EXPECT_EQ(plots[0].error_bars.size(), 6U);
  EXPECT_FALSE(plots[0].log_x);
  EXPECT_THAT(RenderHtml(report), HasSubstr("<h2>Sweeps</h2>"));
  for (ReportRow& row : report.rows) row.axes[0].second += "x";
  plots = SweepPlots(report);
  EXPECT_EQ(plots.at(0).x_label, "train.batch");
  for (ReportRow& row : report.rows) row.axes[1].second += "x";
  EXPECT_TRUE(SweepPlots(report).empty());
  EXPECT_THAT(RenderHtml(report), Not(HasSubstr("<h2>Sweeps</h2>")));
}

TEST(SweepTest, RatesStandOnALogarithmicAxisAndCopiesAreOnePoint) {
  Report report;
  for (const char* rate : {"0.001", "0.01", "0.1"}) {
    for (int seed = 1; seed <= 3; ++seed) {
      ReportRow row =
          CopyOf(std::string("4,lr=") + rate, seed, {80.0 + seed, 81.0, 82.0, 83.0 + seed});
      row.axes = {{"train.schedule.lr", rate}};
      report.rows.push_back(row);
    }
  }
  report.rows[0].evaluation.metrics[0].value += 1.0;
  const std::vector<Plot> plots = SweepPlots(report);
  ASSERT_EQ(plots.size(), 1U);
  EXPECT_TRUE(plots[0].log_x);
  EXPECT_EQ(plots[0].marks.size(), 3U);
  const auto again = ReportFromJson(ToJson(report));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->rows[0].axes, report.rows[0].axes);
  EXPECT_EQ(ToJson(report).at("derived").at("sweeps")[0].at("points").size(), 3U);
}

}  // namespace
}  // namespace facet
