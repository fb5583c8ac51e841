#include "core/records/results.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

TEST(Evaluations, AreReadAsTheyWereWritten) {
  Evaluation evaluation;
  evaluation.metrics = {{"accuracy", 98.95, 0.08, "10 folds, ddof 1", "%", 6000}};
  evaluation.curves = {
      {"ROC", "false", "true", {0, std::numeric_limits<double>::infinity()}, {1, 0.5}}};
  evaluation.notices = {"one"};
  evaluation.replicates = {1, 2.5};
  const absl::StatusOr<Evaluation> back = EvaluationFromJson(ToJson(evaluation));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->metrics[0].value, 98.95);
  EXPECT_EQ(back->metrics[0].count, 6000);
  EXPECT_EQ(back->curves[0].x[1], std::numeric_limits<double>::infinity());
  EXPECT_EQ(back->replicates, evaluation.replicates);
}

CurationResult SmallCuration() {
  CurationResult result;
  result.metrics = {{"persons", 12, -1.0, "", "1", 12},
                    {"precision", 97.5, 0.2, "bootstrap", "%", 400}};
  result.curves = {{"purity by rank", "rank", "purity", {1, 2}, {1, 0.5}}};
  result.histograms = {{"cluster sizes",
                        "images in a cluster",
                        {1, 2, 4, std::numeric_limits<double>::infinity()},
                        {9, 0, 3}},
                       {"empty", "x", {}, {}}};
  result.sheets = {{"removed: <near duplicate>", {{"a/1.jpg", "rank 1"}, {"a/2.jpg", "rank 2"}}},
                   {"none", {}}};
  result.notices = {"one"};
  return result;
}

TEST(Curations, KeepAllButTheCellsOfSheets) {
  const Json json = ToJson(SmallCuration());
  EXPECT_EQ(json["sheets"][0]["file"], "sheet_00.jpg");
  EXPECT_EQ(json["sheets"][0]["cells"], 2);
  EXPECT_EQ(ContactSheetFile(123), "sheet_123.jpg");
  const absl::StatusOr<CurationResult> read = CurationResultFromJson(json);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->metrics[1].error_kind, "bootstrap");
  EXPECT_EQ(read->curves[0].y[1], 0.5);
  EXPECT_EQ(read->histograms[0].edges.back(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(read->histograms[0].counts, (std::vector<int64_t>{9, 0, 3}));
  EXPECT_EQ(read->sheets[0].title, "removed: <near duplicate>");
  EXPECT_EQ(read->sheets[0].cells.size(), 2u);
  EXPECT_EQ(ToJson(*read), json);
}

TEST(Curations, ThatContradictThemselvesAreRefused) {
  const auto error_of = [](const char* pointer, const Json& value) {
    Json json = ToJson(SmallCuration());
    json[Json::json_pointer(pointer)] = value;
    return std::string(CurationResultFromJson(json).status().message());
  };
  EXPECT_THAT(error_of("/histograms/0/counts", Json::array({1})), HasSubstr("one edge more"));
  EXPECT_THAT(error_of("/histograms/0/edges", Json::array({1, 2, 0, 3})), HasSubstr("ascend"));
  EXPECT_THAT(error_of("/sheets/1/file", "../x.jpg"), HasSubstr("is sheet_01.jpg"));
  EXPECT_THAT(error_of("/sheets/0/cells", -1), HasSubstr("-1 cells"));
  EXPECT_THAT(error_of("/curves/0/x", Json::array()), HasSubstr("as many x as y"));
  EXPECT_THAT(error_of("/metrics", 3), HasSubstr("not a curation"));
}

}  // namespace
}  // namespace facet
