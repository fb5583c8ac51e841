#include "core/bench/compare.h"

#include "core/bench/bench_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::vector<double>& NineTimes() {
  static const auto& times =
      *new std::vector<double>{10, 10.1, 10.2, 10.3, 10.4, 10.5, 10.6, 10.7, 10.8};
  return times;
}

std::vector<double> Scaled(double factor) {
  std::vector<double> scaled;
  for (const double time : NineTimes()) scaled.push_back(factor * time);
  return scaled;
}

BenchResults Before() {
  Json document = EmptyDocument();
  AddRuns("loss/a/B:1", NineTimes(), 0, &document);
  AddRuns("loss/b/B:1", NineTimes(), 1, &document);
  AddRuns("loss/c/B:1", NineTimes(), 2, &document);
  AddRuns("loss/gone/B:1", NineTimes(), 3, &document);
  return Parsed(document);
}

BenchResults After() {
  Json document = EmptyDocument();
  AddRuns("loss/a/B:1", Scaled(0.5), 0, &document);
  AddRuns("loss/b/B:1", Scaled(1.0001), 1, &document);
  AddRuns("loss/c/B:1", Scaled(1.2), 2, &document);
  AddRuns("loss/new/B:1", NineTimes(), 3, &document);
  return Parsed(document);
}

TEST(CompareTest, TellsFasterSlowerAndNoDifference) {
  const BenchComparison comparison = Compare(Before(), After());
  ASSERT_EQ(comparison.lines.size(), 3u);
  EXPECT_EQ(comparison.lines[0].change.verdict, TimeVerdict::kFaster);
  EXPECT_DOUBLE_EQ(comparison.lines[0].change.ratio, 0.5);
  EXPECT_EQ(comparison.lines[1].change.verdict, TimeVerdict::kNoDifference);
  EXPECT_EQ(comparison.lines[2].change.verdict, TimeVerdict::kSlower);
  // 2 / C(18, 9): no pair is in the other order.
  EXPECT_NEAR(comparison.lines[2].change.test.p, 2.0 / 48620.0, 1e-12);
  EXPECT_THAT(comparison.only_a, ElementsAre("loss/gone/B:1"));
  EXPECT_THAT(comparison.only_b, ElementsAre("loss/new/B:1"));
}

TEST(CompareTest, ThreeRepetitionsAreTooFewForAVerdict) {
  EXPECT_EQ(ChangeOf({1, 2, 3}, {40, 50, 60}).verdict, TimeVerdict::kTooFew);
  EXPECT_EQ(ChangeOf({1, 2, 3, 4}, {40, 50, 60, 70}).verdict, TimeVerdict::kSlower);
  EXPECT_EQ(ChangeOf({1}, {2}).verdict, TimeVerdict::kTooFew);
}

TEST(CompareTest, ErrorsAreNamed) {
  Json document = EmptyDocument();
  AddRuns("loss/a/B:1", {0.0}, 0, &document, {{"error_occurred", true}, {"error_message", "x"}});
  const BenchComparison comparison = Compare(Before(), Parsed(document));
  EXPECT_TRUE(comparison.lines.empty());
  EXPECT_THAT(comparison.errors, ElementsAre("loss/a/B:1"));
}

TEST(ComparisonNotesTest, SayWhatTheVerdictsRestOn) {
  const BenchResults before = Before(), after = After();
  const BenchComparison comparison = Compare(before, after);
  const std::vector<std::string> notes = ComparisonNotes(comparison, before, after);
  EXPECT_THAT(notes, Contains(HasSubstr("of 3 benchmarks in which nothing changed, 0.15")));
  EXPECT_THAT(notes, Not(Contains(HasSubstr("repetition"))));
  EXPECT_THAT(notes, Not(Contains(HasSubstr("machines"))));

  Json few = EmptyDocument();
  few["context"]["machine"] = {{"cpu", "Another"}, {"cores", 64}};
  AddRuns("loss/a/B:1", {1, 2, 3, 4}, 0, &few);
  const BenchResults other = Parsed(few);
  const std::vector<std::string> warned = ComparisonNotes(Compare(before, other), before, other);
  EXPECT_THAT(warned, Contains(HasSubstr("only 4 repetitions; 9 or more")));
  EXPECT_THAT(warned, Contains(HasSubstr("B on Another, 64 cores")));
}

TEST(ComparisonToJsonTest, HasALineForEachName) {
  const Json json = ToJson(Compare(Before(), After()));
  EXPECT_EQ(json["benchmarks"][0]["name"], "loss/a/B:1");
  EXPECT_EQ(json["benchmarks"][0]["verdict"], "faster");
  EXPECT_EQ(json["benchmarks"][0]["method"], "exact");
  EXPECT_EQ(json["only_b"], Json({"loss/new/B:1"}));
}

TEST(ComparisonGridTest, NamesBothFiles) {
  const Grid grid = ComparisonGrid(Compare(Before(), After()), "a.json", "b.json");
  EXPECT_EQ(grid.columns[1].head, "A: a.json");
  EXPECT_EQ(grid.columns[1].cells[0].text, "10.4 µs");
  EXPECT_EQ(grid.columns[3].cells[0].text, "0.500");
  EXPECT_EQ(grid.columns.back().cells[0].text, "faster");
}

}  // namespace
}  // namespace facet
