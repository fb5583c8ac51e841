#include "core/bench/table.h"

#include "core/bench/bench_testing.h"
#include "core/bench/units.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::HasSubstr;

// The texts of a column, by its head.
std::vector<std::string> TextsOf(const Grid& grid, const std::string& head) {
  std::vector<std::string> texts;
  for (const GridColumn& column : grid.columns) {
    if (column.head != head) continue;
    for (const GridCell& cell : column.cells) texts.push_back(cell.text);
  }
  return texts;
}

using Texts = std::vector<std::string>;

// Two cases of two components, nine repetitions; "slow" takes twice as long.
Json TwoComponents() {
  Json document = EmptyDocument();
  const std::vector<double> times = {10, 10.1, 10.2, 10.3, 10.4, 10.5, 10.6, 10.7, 10.8};
  std::vector<double> twice, tenfold;
  for (const double time : times) {
    twice.push_back(2.0 * time);
    tenfold.push_back(10.0 * time);
  }
  AddRuns("loss/slow/B:1", twice, 0, &document);
  AddRuns("loss/slow/B:9", tenfold, 1, &document);
  AddRuns("loss/fast/B:1", times, 2, &document, {{"found", 0.75}});
  return document;
}

TEST(BenchGridTest, RanksTheComponentsOfEachCase) {
  const Grid grid = BenchGrid(Parsed(TwoComponents()), {});
  EXPECT_EQ(TextsOf(grid, "case"), (Texts{"B:1", "B:1", "B:9"}));
  EXPECT_EQ(TextsOf(grid, "component"), (Texts{"fast", "slow", "slow"}));
  EXPECT_EQ(TextsOf(grid, "median"), (Texts{"10.4 µs", "20.8 µs", "104 µs"}));
  // (10.6 - 10.2) / 10.4
  EXPECT_EQ(TextsOf(grid, "IQR"), (Texts{"3.8 %", "3.8 %", "3.8 %"}));
  EXPECT_EQ(TextsOf(grid, "ratio"), (Texts{"1", "2.00", "1"}));
  // The 18th of the 81 sorted ratios of pairs from each end.
  EXPECT_EQ(TextsOf(grid, "95 % interval"), (Texts{"", "[1.94, 2.06]", ""}));
  EXPECT_EQ(TextsOf(grid, "items/s"), (Texts{"6.15 M", "3.08 M", "615 k"}));
  EXPECT_EQ(TextsOf(grid, "found"), (Texts{"0.75", "", ""}));
  EXPECT_TRUE(TextsOf(grid, "peak [MiB]").empty());
  EXPECT_TRUE(TextsOf(grid, "in the store").empty());
}

TEST(BenchGridTest, TheFirstOfUseIsTheReference) {
  BenchSurroundings around;
  around.order = {"slow", "fast"};
  const Grid grid = BenchGrid(Parsed(TwoComponents()), around);
  EXPECT_EQ(TextsOf(grid, "component"), (Texts{"slow", "fast", "slow"}));
  EXPECT_EQ(TextsOf(grid, "ratio"), (Texts{"1", "0.500", "1"}));
  EXPECT_THAT(grid.notes, testing::Contains(HasSubstr("first of --use")));
}

TEST(BenchGridTest, WhatIsKnownOfAComponentStandsAtItsFirstCase) {
  BenchSurroundings around;
  around.memory.idle_mib = 61.2;
  around.memory.above_idle_mib = {{"slow", 12.4}, {"fast", std::nullopt}};
  around.quality = {{"slow", "85.37 ± 0.94 (100%-EER [%], losses row 3)"}};
  const Grid grid = BenchGrid(Parsed(TwoComponents()), around);
  EXPECT_EQ(TextsOf(grid, "peak [MiB]"), (Texts{"not known", "12", ""}));
  EXPECT_EQ(TextsOf(grid, "in the store"),
            (Texts{"", "85.37 ± 0.94 (100%-EER [%], losses row 3)", ""}));
  EXPECT_THAT(grid.notes, testing::Contains(HasSubstr("(61 MiB)")));
  around.memory.above_idle_mib["slow"] = 0.2;
  EXPECT_EQ(TextsOf(BenchGrid(Parsed(TwoComponents()), around), "peak [MiB]")[1], "< 1");
}

TEST(BenchGridTest, WhatFailedHasNoTimeAndIsNoReference) {
  Json document = TwoComponents();
  AddRuns("loss/broken/B:1", {0.0}, 3, &document,
          {{"error_occurred", true}, {"error_message", "D differs"}});
  BenchSurroundings around;
  around.order = {"broken", "fast", "slow"};
  const Grid grid = BenchGrid(Parsed(document), around);
  EXPECT_EQ(TextsOf(grid, "component"), (Texts{"fast", "slow", "broken", "slow"}));
  EXPECT_EQ(TextsOf(grid, "median")[2], "failed");
  EXPECT_EQ(TextsOf(grid, "ratio")[2], "");
  EXPECT_EQ(TextsOf(grid, "IQR")[2], "");
}

TEST(BenchGridTest, FewRepetitionsGiveNoInterval) {
  Json document = EmptyDocument();
  AddRuns("loss/a/B:1", {10, 11, 12}, 0, &document);
  AddRuns("loss/b/B:1", {20, 21, 22}, 1, &document);
  const Grid grid = BenchGrid(Parsed(document), {});
  EXPECT_EQ(TextsOf(grid, "95 % interval"), (Texts{"", "not known"}));
  EXPECT_THAT(grid.notes, testing::Contains(HasSubstr("fewer than 9 repetitions")));
}

TEST(BenchGridTest, ABaselineAddsRatioAndP) {
  Json before = EmptyDocument();
  AddRuns("loss/fast/B:1", {5, 5.05, 5.1, 5.15, 5.2, 5.25, 5.3, 5.35, 5.4}, 0, &before);
  const BenchResults baseline = Parsed(before);
  BenchSurroundings around;
  around.baseline = &baseline;
  const Grid grid = BenchGrid(Parsed(TwoComponents()), around);
  EXPECT_EQ(TextsOf(grid, "to baseline"), (Texts{"2.00", "", ""}));
  EXPECT_EQ(TextsOf(grid, "p"), (Texts{"< 0.0001", "", ""}));

  const BenchResults other = Parsed(EmptyDocument());
  around.baseline = &other;
  EXPECT_TRUE(TextsOf(BenchGrid(Parsed(TwoComponents()), around), "to baseline").empty());
}

TEST(DryRunGridTest, ShowsNoTimes) {
  const Grid grid = DryRunGrid(Parsed(TwoComponents()), {});
  EXPECT_EQ(TextsOf(grid, "component"), (Texts{"slow", "fast", "slow"}));  // as registered
  EXPECT_EQ(TextsOf(grid, "once"), (Texts{"runs", "runs", "runs"}));
  EXPECT_TRUE(TextsOf(grid, "median").empty());
  EXPECT_EQ(TextsOf(grid, "found"), (Texts{"", "0.75", ""}));
}

TEST(BenchUnitsTest, HaveThreeDigits) {
  EXPECT_EQ(ThreeDigits(1.0), "1.00");
  EXPECT_EQ(ThreeDigits(9.996), "10.0");
  EXPECT_EQ(ThreeDigits(0.01234), "0.0123");
  EXPECT_EQ(ThreeDigits(1234.0), "1234");
  EXPECT_EQ(ThreeDigits(6.0048e-6), "6.00e-06");
  EXPECT_EQ(FormatCounter(32640.0), "32,640");
  EXPECT_EQ(FormatCounter(12345.5), "12,346");
  EXPECT_EQ(FormatCounter(0.85), "0.85");
  EXPECT_EQ(FormatCounter(0.0), "0");
  EXPECT_EQ(FormatTime(12.34e-9), "12.3 ns");
  EXPECT_EQ(FormatTime(999.6e-9), "1.00 µs");
  EXPECT_EQ(FormatTime(1.5e-3), "1.50 ms");
  EXPECT_EQ(FormatTime(123.4), "123 s");
  EXPECT_EQ(FormatTime(0.2e-9), "0.200 ns");
  EXPECT_EQ(FormatRate(999.0), "999");
  EXPECT_EQ(FormatRate(12345.0), "12.3 k");
  EXPECT_EQ(FormatP(0.0136), "0.014");
  EXPECT_EQ(FormatP(2e-5), "< 0.0001");
}

}  // namespace
}  // namespace facet
