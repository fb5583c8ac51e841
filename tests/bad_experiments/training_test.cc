// Mistakes in what a row says of its training (training_cases.h).
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/bad_experiments/bad_experiments_testing.h"
#include "tests/bad_experiments/training_cases.h"

namespace facet {
namespace {

std::vector<BadTraining> AllCases() {
  std::vector<BadTraining> cases = WrongOptions();
  const std::vector<BadTraining> names = WrongNames();
  cases.insert(cases.end(), names.begin(), names.end());
  return cases;
}

class TrainingTest : public ::testing::TestWithParam<BadTraining> {};

TEST_P(TrainingTest, IsFoundAtItsPlaceWithWhatToDo) {
  const BadTraining& experiment = GetParam();
  const bool is_set = !experiment.set.empty();
  const std::string file = absl::StrCat(is_set ? "" : "training/", experiment.file, ".toml");
  const LoadResult result =
      is_set ? LoadBadExperiment(file, {"seed=2", experiment.set}) : LoadBadExperiment(file);
  const std::string text = RenderAll(result.diagnostics, /*colour=*/false);
  ASSERT_EQ(result.diagnostics.size(), experiment.problems.size()) << text;
  for (size_t i = 0; i < experiment.problems.size(); ++i) {
    const BadTraining::Problem& wanted = experiment.problems[i];
    const Diagnostic& problem = result.diagnostics[i];
    EXPECT_EQ(problem.severity, Diagnostic::Severity::kError) << text;
    EXPECT_EQ(problem.code, wanted.code) << text;
    EXPECT_EQ(problem.origin.line, wanted.line) << text;
    EXPECT_EQ(problem.origin.column, wanted.column) << text;
    EXPECT_EQ(problem.origin.source, is_set ? "--set #2" : BadExperimentsFolder() + file);
    EXPECT_FALSE(problem.line_text.empty()) << text;
    EXPECT_EQ(problem.message, wanted.message);
    for (const std::string& said : wanted.said) {
      EXPECT_TRUE(absl::StrContains(AllThatIsSaid(problem), said)) << "no \"" << said << "\" in\n"
                                                                   << text;
    }
  }
}

std::string NameOf(const ::testing::TestParamInfo<BadTraining>& info) {
  return info.param.set.empty() ? info.param.file : absl::StrCat("set_", info.index);
}

INSTANTIATE_TEST_SUITE_P(All, TrainingTest, ::testing::ValuesIn(AllCases()), NameOf);

TEST(GoodTrainingTest, WhatIsThereByDefaultMayBeUnset) {
  const LoadResult result = LoadBadExperiment("training/unset_of_a_default.toml");
  EXPECT_TRUE(result.diagnostics.empty()) << RenderAll(result.diagnostics, false);
  ASSERT_EQ(result.experiment.rows.size(), 5u);
  using Names = std::vector<std::string>;
  EXPECT_EQ(result.experiment.rows[1].order.at("train.augmentation"), Names({"crop", "flip"}));
  EXPECT_EQ(result.experiment.rows[2].order.at("train.augmentation"), Names({"crop"}));
  EXPECT_EQ(result.experiment.rows[3].order.at("train.augmentation"), Names());
  EXPECT_EQ(result.experiment.rows[3].slots.count("train.augmentation.flip"), 0u);
}

TEST(GoodTrainingTest, EveryFileIsInTheTable) {
  std::set<std::string> used = {"unset_of_a_default.toml"};
  for (const BadTraining& experiment : AllCases()) {
    if (experiment.set.empty()) used.insert(absl::StrCat(experiment.file, ".toml"));
  }
  EXPECT_EQ(ExperimentsIn(BadExperimentsFolder() + "training"), used);
}

}  // namespace
}  // namespace facet
