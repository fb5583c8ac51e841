#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/api/evaluator.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

EvaluationInput Measured() {
  EvaluationInput input;
  input.curation = {{"persons", 40, -1, "", "1", 40},
                    {"images", 8000, -1, "", "1", 8000},
                    {"precision", 81.5, -1, "", "%", 8000}};
  return input;
}

std::vector<std::string> Names(const Evaluation& evaluation) {
  std::vector<std::string> names;
  for (const Metric& metric : evaluation.metrics) names.push_back(metric.name);
  return names;
}

TEST(Curation, ShowsTheCuratorsMetricsInTheirOrder) {
  const std::unique_ptr<Evaluator> evaluator = *MakeComponent<Evaluator>("{}");
  const auto evaluation = evaluator->Evaluate(Measured());
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_THAT(Names(*evaluation), ElementsAre("persons", "images", "precision"));
  EXPECT_EQ(evaluation->metrics[2].value, 81.5);
}

TEST(Curation, TheHeadlineComesFirst) {
  const std::unique_ptr<Evaluator> evaluator =
      *MakeComponent<Evaluator>(R"({"headline": "precision"})");
  const auto evaluation = evaluator->Evaluate(Measured());
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_THAT(Names(*evaluation), ElementsAre("precision", "persons", "images"));
}

TEST(Curation, SaysWhatIsMissing) {
  const std::unique_ptr<Evaluator> evaluator =
      *MakeComponent<Evaluator>(R"({"headline": "recal"})");
  EXPECT_THAT(std::string(evaluator->Evaluate(Measured()).status().message()),
              HasSubstr("it has persons, images, precision"));
  EXPECT_FALSE(evaluator->Evaluate(EvaluationInput()).ok());
}

}  // namespace
}  // namespace facet
