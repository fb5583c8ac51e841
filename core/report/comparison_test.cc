#include "core/report/comparison.h"

#include <cmath>
#include <string>
#include <vector>

#include "core/report/sample_report.h"
#include "core/report/text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

TEST(TextTest, NumbersAreRoundedAndSigned) {
  EXPECT_EQ(FormatValue(91.996, "%"), "92.00");
  EXPECT_EQ(FormatValue(-1.25, "%"), "\u22121.25");
  EXPECT_EQ(FormatValue(1.10412, "1"), "1.104");
  EXPECT_EQ(FormatValue(5244000, ""), "5,244,000");
  EXPECT_EQ(FormatValue(999, "1"), "999");
  EXPECT_EQ(FormatValue(12345.5, "1"), "1.235e+04");
  EXPECT_EQ(FormatValue(std::nan(""), "%"), "not a number");
  EXPECT_EQ(FormatDifference(1.5, "%"), "+1.50");
  EXPECT_EQ(FormatDifference(-0.004, "%"), "±0.00");
  EXPECT_EQ(FormatCount(1234567), "1,234,567");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatSeconds(0.44), "0.4 s");
  EXPECT_EQ(FormatSeconds(59.7), "1 min 00 s");
  EXPECT_EQ(FormatSeconds(3912), "1 h 05 min");
  EXPECT_EQ(FormatSeconds(-1), "–");
}

TEST(TextTest, ANumberNeverStandsWithoutItsError) {
  EXPECT_EQ(FormatMetric({"m", 91.8, 0.42, "folds", "%", 10}), "91.80 ± 0.42");
  EXPECT_EQ(FormatMetric({"m", 91.8, -1.0, "", "%", 10}), "91.80, error unknown");
  EXPECT_EQ(FormatMetric({"m", 12345, 0.0, kCounted, "1", 10}), "12,345");
  EXPECT_EQ(FormatMetric({"m", 97.25, 0.0, kCounted, "%", 10}), "97.25");
}

TEST(TextTest, EscapesOfEachFormat) {
  EXPECT_EQ(EscapeHtml("<b a='1'>&\"\x01\xff"), "&lt;b a=&#39;1&#39;&gt;&amp;&quot;\uFFFD\uFFFD");
  EXPECT_EQ(EscapeMarkdown("a|b *c* [d](e) $x$\nf"), "a\\|b \\*c\\* \\[d](e) \\$x\\$ f");
  EXPECT_EQ(EscapeMarkdown("- 1-2 <b>"), "\\- 1-2 \\<b>");
  EXPECT_EQ(CsvField("plain"), "plain");
  EXPECT_EQ(CsvField("a,\"b\""), "\"a,\"\"b\"\"\"");
  EXPECT_EQ(CsvField("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(OneLine("\033[31mred\r\n"), " [31mred  ");
}

// Published table of Student's t (0.975): 1, 4, 9, 30 degrees of freedom.
TEST(ComparisonTest, StudentQuantileAgreesWithTheTable) {
  EXPECT_NEAR(StudentQuantile(1), 12.706, 5e-4);
  EXPECT_NEAR(StudentQuantile(4), 2.776, 5e-4);
  EXPECT_NEAR(StudentQuantile(9), 2.262, 5e-4);
  EXPECT_NEAR(StudentQuantile(30), 2.042, 5e-4);
}

ReportRow RowWith(const std::vector<double>& replicates, const std::string& kind, double headline) {
  ReportRow row;
  row.id = "x";
  row.state = ReportRow::State::kDone;
  row.evaluation.metrics = {{"100%-EER", headline, 1.0, kind, "%", 4}};
  row.evaluation.replicates = replicates;
  row.evaluation.replicate_kind = kind;
  row.evaluation.protocol = "pairs";
  return row;
}

// Differences 1 2 3 2: mean 2, deviation sqrt(2/3), error 0.40825, t(3) = 3.1824.
TEST(ComparisonTest, FoldsGiveStudentsIntervalAboutTheDifferenceThatTheTableShows) {
  std::string why;
  ReportRow row = RowWith({11, 12, 13, 12}, "fold", 53);
  const ReportRow parent = RowWith({10, 10, 10, 10}, "fold", 50);
  auto paired = CompareToParent(row, parent, &why);
  ASSERT_TRUE(paired.has_value()) << why;
  EXPECT_DOUBLE_EQ(paired->value, 3.0);
  EXPECT_NEAR(paired->high, 3.0 + 3.1824 * 0.408248, 1e-4);
  EXPECT_NEAR(paired->low, 3.0 - 3.1824 * 0.408248, 1e-4);
  EXPECT_EQ(paired->method, "4 paired folds, t interval");

  row.evaluation.metrics[0].name = "100%-EER, mean of folds";
  paired = CompareToParent(row, parent, &why);
  ASSERT_TRUE(paired.has_value()) << why;
  EXPECT_DOUBLE_EQ(paired->value, 2.0);
  EXPECT_NEAR(paired->high, 2.0 + 3.1824 * 0.408248, 1e-4);
  EXPECT_THAT(paired->method, HasSubstr("one is not pooled"));
}

TEST(ComparisonTest, DrawsGivePercentilesOfPairedDifferences) {
  std::vector<double> row, parent;
  for (int i = 0; i <= 1000; ++i) {
    parent.push_back(i % 7);
    row.push_back(i % 7 + i / 1000.0);  // differences 0 .. 1
  }
  std::string why;
  const auto paired =
      CompareToParent(RowWith(row, "bootstrap", 3.5), RowWith(parent, "bootstrap", 3.0), &why);
  ASSERT_TRUE(paired.has_value()) << why;
  EXPECT_DOUBLE_EQ(paired->value, 0.5);
  EXPECT_NEAR(paired->low, 0.025, 1e-9);
  EXPECT_NEAR(paired->high, 0.975, 1e-9);
}

TEST(ComparisonTest, RowsOfOtherPairsAreNotCompared) {
  const ReportRow parent = RowWith({1, 2}, "fold", 1);
  ReportRow row = parent;
  std::string why;
  row.evaluation.protocol = "other";
  EXPECT_FALSE(CompareToParent(row, parent, &why));
  EXPECT_EQ(why, "scored on other pairs");
  row = parent;
  row.evaluation.replicates.clear();
  EXPECT_FALSE(CompareToParent(row, parent, &why));
  EXPECT_EQ(why, "row x has no replicates");
  row.state = ReportRow::State::kFailed;
  EXPECT_FALSE(CompareToParent(row, parent, &why));
  EXPECT_EQ(why, "row x: failed");
}

// The headline is compared; a reference may have the table show another metric.
TEST(ComparisonTest, TheDifferenceNamesItsMetricWhereTheTableShowsAnother) {
  const ReportRow parent = RowWith({1, 2}, "fold", 1);
  ReportRow row = parent;
  std::string why;
  EXPECT_EQ(CompareToParent(row, parent, &why)->method, "2 paired folds, t interval");
  row.evaluation.metrics.push_back({"accuracy", 90.0, 1.0, "folds", "%", 4});
  row.references = {{"accuracy", 95.8, "%", "", -1.0}};
  EXPECT_EQ(CompareToParent(row, parent, &why)->method,
            "2 paired folds, t interval; of 100%-EER, where the table shows accuracy");
  // Of one name, but not one statistic.
  row.evaluation.metrics[0].name = "100%-EER, mean of folds";
  row.evaluation.metrics.push_back({"100%-EER, pooled", 1.2, 1.0, "folds", "%", 4});
  row.references = {{"100%-EER, pooled", 95.8, "%", "", -1.0}};
  EXPECT_EQ(CompareToParent(row, row, &why)->method,
            "2 paired folds, t interval; of 100%-EER, mean of folds, where the table shows "
            "100%-EER, pooled");
}

TEST(ComparisonTest, ReplicatesThatAreNoNumbersAreNotSorted) {
  ReportRow row = RowWith({1, 2, 3}, "bootstrap", 2);
  const ReportRow parent = row;
  row.evaluation.replicates[1] = std::nan("");
  std::string why;
  EXPECT_FALSE(CompareToParent(row, parent, &why));
  EXPECT_EQ(why, "row x has replicates that are no numbers");
}

TEST(ComparisonTest, VerdictNeedsATolerance) {
  ReportRow row = RowWith({1, 2}, "fold", 95.0);
  row.references = {{"100%-EER", 95.8, "%", "", -1.0}};
  EXPECT_EQ(Verdict(row), "");
  EXPECT_NEAR(*ReferenceDifference(row), -0.8, 1e-9);
  row.references[0].tolerance = 1.0;
  EXPECT_EQ(Verdict(row), "within tolerance");
  row.references[0].tolerance = 0.5;
  EXPECT_EQ(Verdict(row), "differs");
  row.references[0].value = 95.004;
  EXPECT_EQ(Verdict(row), "match");
  row.references[0].unit = "1";
  EXPECT_FALSE(ReferenceDifference(row).has_value());
}

// Table 2 publishes numbers of persons for every stage and one 100%-EER: the stages' networks stay
// in the table.
TEST(ComparisonTest, PublishedCountsDoNotTakeThePlaceOfTheHeadline) {
  ReportRow row = RowWith({1, 2}, "fold", 95.0);
  row.evaluation.metrics.push_back({"persons", 100.0, 0.0, kCounted, "1", 100});
  row.references = {{"persons", 2622.0, "1", "", -1.0}};
  EXPECT_EQ(ShownMetric(row), &row.evaluation.metrics[0]);
  EXPECT_EQ(ShownReference(row), nullptr);
  EXPECT_FALSE(ReferenceDifference(row).has_value());

  row.references.push_back({"100%-EER", 92.83, "%", "", -1.0});
  EXPECT_EQ(ShownMetric(row), &row.evaluation.metrics[0]);
  EXPECT_EQ(ShownReference(row), &row.references[1]);
  EXPECT_NEAR(*ReferenceDifference(row), 95.0 - 92.83, 1e-9);

  // Where nothing was measured but counts, the first of them heads the row.
  row.evaluation.metrics.erase(row.evaluation.metrics.begin());
  EXPECT_EQ(ShownReference(row), &row.references[0]);
}

TEST(ComparisonTest, ReferenceFindsTheMetricByItsBaseName) {
  const ReportRow row = SampleReport().rows[0];
  EXPECT_EQ(FindMetric(row.evaluation.metrics, "100%-EER")->name, "100%-EER, pooled");
  EXPECT_EQ(FindMetric(row.evaluation.metrics, "100%-EER, mean of folds")->name,
            "100%-EER, mean of folds");
  EXPECT_EQ(FindMetric(row.evaluation.metrics, "accuracy")->name, "accuracy");
  EXPECT_EQ(FindMetric(row.evaluation.metrics, "AUC"), nullptr);
}

}  // namespace
}  // namespace facet
