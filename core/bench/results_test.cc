#include "core/bench/results.h"

#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "core/bench/bench_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(BenchResultsTest, HaveARepetitionForEachRunAndNoneForAggregates) {
  Json document = EmptyDocument();
  AddRuns("loss/arcface/B:64/D:128/real_time", {2.0, 4.0}, 0, &document, {{"found", 0.5}});
  AddRuns("loss/arcface/B:64/D:128/real_time", {3.0}, 0, &document,
          {{"run_type", "aggregate"}, {"aggregate_name", "median"}});
  const BenchResults results = Parsed(document);
  ASSERT_EQ(results.cases.size(), 1u);
  const BenchCase& first = results.cases[0];
  EXPECT_EQ(first.component, "arcface");
  EXPECT_EQ(first.label, "B:64/D:128");
  EXPECT_THAT(first.seconds, ElementsAre(2.0 * 1e-6, 4.0 * 1e-6));
  EXPECT_THAT(first.items_per_second, ElementsAre(32e6, 16e6));
  ASSERT_EQ(first.counters.size(), 1u);
  EXPECT_THAT(first.counters.at("found"), ElementsAre(0.5, 0.5));
  EXPECT_EQ(results.document["benchmarks"].size(), 3u);
}

TEST(BenchResultsTest, NotANumberOfAnAggregateDoesNoHarm) {
  const auto results = BenchResultsFromText(
      R"({"context": {}, "benchmarks": [
          {"name": "loss/a/B:1", "real_time": 2.0, "time_unit": "ns", "found": NaN},
          {"name": "loss/a/B:1_cv", "run_type": "aggregate", "real_time": -Infinity}]})",
      "x.json");
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(results->cases.size(), 1u);
  EXPECT_TRUE(results->cases[0].counters.empty());
}

TEST(BenchResultsTest, ATimeThatCannotBeIsNone) {
  for (const char* time : {"0", "-1.5", "null"}) {
    const auto results = BenchResultsFromText(
        std::string(R"({"context": {}, "benchmarks": [{"name": "loss/a/B:1", "time_unit": "ns",)") +
            "\"real_time\": " + time + "}]}",
        "x.json");
    EXPECT_TRUE(absl::IsInvalidArgument(results.status())) << time;
  }
}

TEST(BenchResultsTest, AreInTheOrderOfRegistration) {
  Json document = EmptyDocument();
  AddRuns("loss/b/B:1", {1.0}, 1, &document);
  AddRuns("loss/a/B:1", {1.0}, 0, &document);
  const BenchResults results = Parsed(document);
  EXPECT_EQ(results.cases[0].component, "a");
  EXPECT_EQ(results.document["benchmarks"][0]["name"], "loss/a/B:1");
}

TEST(BenchResultsTest, OfAnyProgramAreRead) {
  Json document = EmptyDocument();
  document["benchmarks"].push_back(
      {{"name", "BM_Sort/1024"}, {"real_time", 3.0}, {"time_unit", "ns"}});
  const BenchCase first = Parsed(document).cases.at(0);
  EXPECT_EQ(first.component, "");
  EXPECT_EQ(first.label, "BM_Sort/1024");
  EXPECT_TRUE(first.Measured());
}

TEST(BenchResultsTest, AnErrorOfOneRepetitionIsTheCases) {
  Json document = EmptyDocument();
  AddRuns("loss/a/B:1", {1.0, 2.0}, 0, &document);
  AddRuns("loss/a/B:1", {0.0}, 0, &document,
          {{"error_occurred", true}, {"error_message", "D differs"}});
  const BenchCase first = Parsed(document).cases.at(0);
  EXPECT_FALSE(first.Measured());
  EXPECT_EQ(first.error, "D differs");
}

TEST(BenchResultsTest, FilesThatAreNoneSaySo) {
  const std::string path = TestPath("other.json");
  for (const char* text :
       {"{\"rows\": []}", "[]", "{\"context\": {\"machine\": 3}, \"benchmarks\": []}",
        "{\"context\": {\"left_out\": [{\"name\": 3}]}, \"benchmarks\": []}",
        "{\"context\": {}, \"benchmarks\": [{\"name\": 3}]}",
        "{\"context\": {}, \"benchmarks\": [{\"name\": \"a\", \"real_time\": 1, \"time_unit\": "
        "\"h\"}]}"}) {
    ASSERT_TRUE(WriteFileAtomically(path, text).ok());
    const auto results = ReadBenchResults(path);
    ASSERT_FALSE(results.ok()) << text;
    EXPECT_THAT(std::string(results.status().message()),
                testing::AllOf(HasSubstr(path), HasSubstr("no JSON of Google Benchmark"),
                               HasSubstr("--out FILE.json")));
  }
  ASSERT_TRUE(WriteFileAtomically(path, "half a fi").ok());
  EXPECT_THAT(std::string(ReadBenchResults(path).status().message()), HasSubstr(path));
}

TEST(LeftOutTest, IsReadFromTextToo) {
  const Json list = ToJson(std::vector<LeftOut>{{"yunet", "it needs a model"}});
  for (const Json& form : {list, Json(Dump(list))}) {
    const std::vector<LeftOut> left_out = LeftOutFromJson(form);
    ASSERT_EQ(left_out.size(), 1u);
    EXPECT_EQ(left_out[0].name, "yunet");
    EXPECT_EQ(left_out[0].reason, "it needs a model");
  }
  EXPECT_EQ(LeftOutFromJson("yunet: no model").at(0).reason, "yunet: no model");
  EXPECT_TRUE(LeftOutFromJson(Json()).empty());
}

}  // namespace
}  // namespace facet
