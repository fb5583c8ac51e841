#include "core/report/effects.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/report/grid_testing.h"
#include "core/report/grids.h"
#include "core/report/grouped_testing.h"
#include "core/report/sample_report.h"
#include "core/report/table.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// statsmodels: multipletests(p, method="holm").
TEST(HolmTest, AgreesWithStatsmodels) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> adjusted = HolmAdjusted({0.01, 0.04, nan, 0.03, 0.005, 0.2});
  const std::vector<double> expected = {0.04, 0.09, nan, 0.09, 0.025, 0.2};
  for (size_t i = 0; i < expected.size(); ++i) {
    if (i == 2) {
      EXPECT_TRUE(std::isnan(adjusted[i]));
    } else {
      EXPECT_NEAR(adjusted[i], expected[i], 1e-12) << i;
    }
  }
  EXPECT_TRUE(HolmAdjusted({}).empty());
}

// "full" has folds 80 to 83; each part that is missing, or alternative, moves all folds by a step,
// and single folds a little.
Report AblatedReport() {
  Report report;
  report.rows = {FoldRow("full", {80, 81, 82, 83})};
  const auto add = [&](const std::string& part, double step, double wobble) {
    ReportRow row = FoldRow("full-" + part, {80 + step + wobble, 81 + step - wobble,
                                             82 + step + wobble, 83 + step - wobble});
    row.compared_with = row.parent = "full";
    row.part = part;
    report.rows.push_back(row);
  };
  add("small", 0.1, 0.5);
  add("helps", -4.0, 0.1);
  add("harms", 1.0, 0.1);
  add("train.loss=softmax", -0.5, 0.1);
  add("train.loss=arcface", 2.0, 0.1);
  add("embed.dimension=64", -3.0, 0.1);
  return report;
}

TEST(EffectsTest, APartIsWorthWhatIsLostWithoutItAndAnAlternativeWhatItAdds) {
  const std::vector<Effect> effects = EffectsOf(AblatedReport());
  ASSERT_EQ(effects.size(), 6U);
  const std::vector<std::string> rows = {"full-helps",
                                         "full-harms",
                                         "full-small",
                                         "full-embed.dimension=64",
                                         "full-train.loss=arcface",
                                         "full-train.loss=softmax"};
  const std::vector<double> values = {4.0, -1.0, -0.1, -3.0, 2.0, -0.5};
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(effects[i].row, rows[i]);
    ASSERT_TRUE(effects[i].difference.has_value()) << effects[i].why;
    EXPECT_NEAR(effects[i].difference->value, values[i], 1e-9) << rows[i];
  }
  EXPECT_EQ(EffectVerdict(effects[0]), "differs from 0");
  EXPECT_EQ(EffectVerdict(effects[2]), "interval holds 0");
  EXPECT_EQ(effects[4].slot, "train.loss");
  EXPECT_EQ(effects[4].alternative, "arcface");
}

// 1.09 [0.32, 1.87] with p = 0.017 (scipy, groups_test.cc): one comparison needs no adjustment, of
// four p times 4 is above 0.05.
TEST(EffectsTest, HolmTakesAllComparisonsAgainstARow) {
  Report report = SeededReport();
  std::vector<Effect> effects = EffectsOf(report);
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_NEAR(effects[0].difference->value, 1.0916666666666661, 1e-9);
  EXPECT_NEAR(effects[0].adjusted_p, 0.017160066502564048, 1e-8);
  EXPECT_EQ(EffectVerdict(effects[0]), "differs from 0");
  for (const std::string part : {"a", "b", "c"}) {
    for (int seed = 1; seed <= 3; ++seed) {
      ReportRow row = report.rows[static_cast<size_t>(seed) + 2];
      row.id = part + "@" + row.seed;
      row.repeats = row.part = part;
      report.rows.push_back(row);
    }
  }
  effects = EffectsOf(report);
  ASSERT_EQ(effects.size(), 4U);
  EXPECT_NEAR(effects[0].adjusted_p, 4 * 0.017160066502564048, 1e-7);
  EXPECT_EQ(EffectVerdict(effects[0]), "not after Holm");
}

TEST(EffectsTest, AreInEveryForm) {
  Report report = AblatedReport();
  report.rows[3].state = ReportRow::State::kFailed;
  const Grid grid = EffectGrid(report);
  ASSERT_EQ(grid.NumRows(), 6U);
  EXPECT_EQ(CellsOf(grid, 0)[0], "helps");
  EXPECT_EQ(CellsOf(grid, 0)[1], "+4.00");
  EXPECT_EQ(CellsOf(grid, 2)[2], "row full-harms: failed");
  EXPECT_EQ(CellsOf(grid, 4)[0], "train.loss = arcface");
  const std::string table = RenderTable(report, {});
  EXPECT_THAT(table, HasSubstr("train.loss = arcface"));
  EXPECT_THAT(table, HasSubstr("adjusted for 5 effects against row full (Holm 1979)"));
  EXPECT_THAT(RenderMarkdown(report), HasSubstr("## Effects of the parts"));
  EXPECT_THAT(RenderHtml(report), HasSubstr("<h2>Effects of the parts</h2>"));
  EXPECT_THAT(RenderCsv(report), HasSubstr("against,low_95,high_95,p,p_holm"));
  EXPECT_THAT(RenderCsv(report), HasSubstr("effect of helps,4.0,"));
  const Json effects = ToJson(report).at("derived").at("effects");
  EXPECT_EQ(effects[0].at("part"), "helps");
  EXPECT_EQ(effects[2].at("why"), "row full-harms: failed");
  for (const std::string& text :
       {RenderTable(SampleReport(), {}), RenderHtml(SampleReport()), RenderCsv(SampleReport())}) {
    EXPECT_THAT(text, Not(HasSubstr("Effects of the parts")));
    EXPECT_THAT(text, Not(HasSubstr("p_holm")));
  }
  EXPECT_EQ(ToJson(SampleReport()).count("derived"), 0U);
}

TEST(EffectsTest, TheRowComparedWithMayBeMissing) {
  Report report = AblatedReport();
  report.rows.erase(report.rows.begin());
  for (const Effect& effect : EffectsOf(report)) {
    EXPECT_FALSE(effect.difference);
    EXPECT_EQ(effect.why, "row full is not in this report");
  }
}

}  // namespace
}  // namespace facet
