// Mistakes in what makes rows: sweeps, ablations, seeds. Each file extends good.toml and has nothing
// but the mistake, which is found at its line and column, as the only error.
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/bad_experiments/bad_experiments_testing.h"

namespace facet {
namespace {

struct BadMaking {
  std::string file;    // of the folder made_rows
  std::string source;  // where the error is, from bad_experiments
  int line, column;
  std::string code;
  std::string said;  // part of the note at the caret, the help, a fact, or the message
};

const BadMaking kMistakes[] = {
    {"unknown_path", "made_rows/unknown_path.toml", 6, 17, "E0201", "did you mean `loss`?"},
    {"value_of_a_wrong_type", "made_rows/value_of_a_wrong_type.toml", 6, 31, "E0301",
     "did you mean 64?"},
    {"zip_of_unequal_lengths", "made_rows/zip_of_unequal_lengths.toml", 6, 35, "E0511",
     "train.epochs has 3 values, train.batch has 2"},
    {"axis_in_grid_and_zip", "made_rows/axis_in_grid_and_zip.toml", 7, 9, "E0511",
     "train.batch is in grid and in zip"},
    {"exclude_of_no_value", "made_rows/exclude_of_no_value.toml", 7, 30, "E0512", "values: 32, 64"},
    {"exclude_of_no_axis", "made_rows/exclude_of_no_axis.toml", 7, 14, "E0512",
     "did you mean `train.batch`?"},
    {"exclude_that_matches_nothing", "made_rows/exclude_that_matches_nothing.toml", 7, 12, "E0512",
     "exclude matches no point"},
    {"include_that_doubles_a_point", "made_rows/include_that_doubles_a_point.toml", 7, 12, "E0512",
     "take it out of include"},
    {"value_twice", "made_rows/value_twice.toml", 6, 35, "E0511", "take one of them out"},
    {"two_values_of_one_component", "made_rows/two_values_of_one_component.toml", 6, 47, "E0511",
     "give them names: \"embed.loss\" = { NAME = ..., ... }"},
    {"no_values", "made_rows/no_values.toml", 6, 26, "E0511", "train.batch has no values"},
    {"axis_without_list", "made_rows/axis_without_list.toml", 6, 26, "E0301", "did you mean [32]?"},
    {"value_without_name", "made_rows/value_without_name.toml", 6, 26, "E0511",
     "this value of train.loss has no name"},
    {"sweep_of_no_row", "made_rows/sweep_of_no_row.toml", 5, 9, "E0501", "did you mean \"7\"?"},
    {"typo_in_sweep", "made_rows/typo_in_sweep.toml", 6, 1, "E0201", "did you mean `grid`?"},
    {"sweep_of_nothing", "made_rows/sweep_of_nothing.toml", 4, 2, "E0512",
     "the sweep has no points"},
    {"sweep_of_a_row_left_out", "made_rows/sweep_of_a_row_left_out.toml", 9, 9, "E0515",
     "row \"7\" is left out: needs a larger machine"},
    {"start_from_a_swept_row", "good.toml", 47, 20, "E0516", "train.start_from = \"2,batch=32\""},
    {"two_sweeps_of_one_point", "made_rows/two_sweeps_of_one_point.toml", 10, 27, "E0503",
     "two rows have the id \"7,batch=64\""},
    {"ablation_of_no_row", "made_rows/ablation_of_no_row.toml", 5, 25, "E0501",
     "did you mean \"7\"?"},
    {"ablation_without_baseline", "made_rows/ablation_without_baseline.toml", 5, 1, "E0205",
     "needs `baseline` or `parts`"},
    {"typo_in_ablation", "made_rows/typo_in_ablation.toml", 5, 46, "E0201",
     "did you mean `parts`?"},
    {"unknown_ablation", "made_rows/unknown_ablation.toml", 5, 1, "E0201",
     "keys: leave_one_out, one_at_a_time"},
    {"part_that_changes_nothing", "made_rows/part_that_changes_nothing.toml", 5, 43, "E0514",
     "row \"7\" has this already"},
    {"part_of_an_unknown_path", "made_rows/part_of_an_unknown_path.toml", 7, 24, "E0514",
     "did you mean \"test.aligner\"?"},
    {"baseline_in_no_part", "made_rows/baseline_in_no_part.toml", 6, 34, "E0514",
     "train.epochs is in no part"},
    {"baseline_that_is_the_row", "made_rows/baseline_that_is_the_row.toml", 5, 41, "E0514",
     "differs from row \"7\" in nothing"},
    {"part_with_the_id_of_a_row", "made_rows/part_with_the_id_of_a_row.toml", 10, 11, "E0503",
     "two rows have the id \"7-batch\""},
    {"alternative_of_no_plugin", "made_rows/alternative_of_no_plugin.toml", 5, 71, "E0401",
     "did you mean \"arcface\"?"},
    {"seeds_of_none", "made_rows/seeds_of_none.toml", 4, 9, "E0302",
     "seeds must be at least 1, got 0"},
    {"seeds_of_an_empty_list", "made_rows/seeds_of_an_empty_list.toml", 4, 9, "E0302",
     "seeds must be at least 1, got an empty list"},
    {"seeds_as_text", "made_rows/seeds_as_text.toml", 4, 9, "E0301",
     "seeds = 3, or seeds = [1, 7]"},
    {"seed_twice", "made_rows/seed_twice.toml", 4, 16, "E0302", "seed 1 is in the list twice"},
    {"seed_of_no_copy", "good.toml", 47, 20, "E0516", "is computed with seeds 3, 4"},
};

void ExpectOneError(const LoadResult& result, const std::string& code, int column,
                    const std::string& said) {
  const std::string text = RenderAll(result.diagnostics, /*colour=*/false);
  const std::vector<Diagnostic> errors = Errors(result);
  ASSERT_EQ(errors.size(), 1u) << text;
  EXPECT_EQ(errors[0].code, code) << text;
  EXPECT_EQ(errors[0].origin.column, column) << text;
  EXPECT_FALSE(errors[0].line_text.empty()) << text;
  EXPECT_TRUE(absl::StrContains(AllThatIsSaid(errors[0]), said)) << "no \"" << said << "\" in\n"
                                                                 << text;
}

class MadeRowsTest : public ::testing::TestWithParam<BadMaking> {};

TEST_P(MadeRowsTest, IsFoundAtItsPlaceWithWhatToDo) {
  const BadMaking& mistake = GetParam();
  const LoadResult result = LoadBadExperiment(absl::StrCat("made_rows/", mistake.file, ".toml"));
  ExpectOneError(result, mistake.code, mistake.column, mistake.said);
  for (const Diagnostic& error : Errors(result)) {
    EXPECT_EQ(error.origin.line, mistake.line);
    EXPECT_TRUE(absl::EndsWith(error.origin.source, mistake.source)) << error.origin.source;
  }
}

std::string NameOf(const ::testing::TestParamInfo<BadMaking>& info) { return info.param.file; }

INSTANTIATE_TEST_SUITE_P(All, MadeRowsTest, ::testing::ValuesIn(kMistakes), NameOf);

LoadResult LoadWith(Override::Kind kind, const std::string& text) {
  return LoadWithOverrides("good.toml", {{text, "--there", kind}});
}

TEST(BadAxisTest, IsFoundAtItsPlaceOnTheCommandLine) {
  const auto axis = [](const std::string& text) { return LoadWith(Override::Kind::kAxis, text); };
  ExpectOneError(axis("train.batch=32,wide"), "E0301", 16, "got \"wide\"");
  ExpectOneError(axis("train.bach=32,64"), "E0201", 7, "did you mean `batch`?");
  ExpectOneError(axis("77:train.batch=32,64"), "E0501", 1, "did you mean \"7\"?");
  ExpectOneError(axis("train.batch"), "E0206", 1, "--axis PATH=VALUE,VALUE");
  ExpectOneError(axis("train.batch="), "E0511", 1, "train.batch has no values");
  ExpectOneError(axis("train.batch=32,32.0"), "E0511", 16, "take one of them out");
  ExpectOneError(axis("train.loss=softmax,arcfase"), "E0401", 20, "did you mean \"arcface\"?");
}

TEST(BadAxisTest, SeedsOfTheCommandLineToo) {
  const auto seeds = [](const std::string& text) { return LoadWith(Override::Kind::kSeeds, text); };
  ExpectOneError(seeds("many"), "E0301", 1, "seeds = 3, or seeds = [1, 7]");
  ExpectOneError(seeds("0"), "E0302", 1, "seeds must be at least 1, got 0");
  ExpectOneError(seeds("-2"), "E0302", 1, "seeds must be at least 1, got -2");
  ExpectOneError(seeds("1,2,1"), "E0302", 5, "seed 1 is in the list twice");
}

// Whatever is typed is good or has an error; nothing else may happen.
TEST(BadAxisTest, MalformedOnesAreReportedNotFatal) {
  for (const std::string text : {"",
                                 "=",
                                 ":",
                                 ",",
                                 "a,b",
                                 "4,=:",
                                 "4,x=1:",
                                 "4,x=1:seed",
                                 "7:=1,2",
                                 ":seed=1,2",
                                 "a..b=1,2",
                                 "train.loss={,}",
                                 "train.loss={",
                                 "seed=[1,2",
                                 "seed={},{}",
                                 "id=8,9",
                                 "seeds=1,2",
                                 "train={a=1},{a=2}",
                                 "seed=\"1,2",
                                 "\xFF=\xFE,1",
                                 "train.loss=,",
                                 "seed=]1,2["}) {
    EXPECT_FALSE(LoadWith(Override::Kind::kAxis, text).ok()) << text;
    EXPECT_FALSE(LoadWith(Override::Kind::kSeeds, text).ok()) << text;
  }
}

TEST(BadMakingTest, EveryFileIsInTheTable) {
  std::set<std::string> used;
  for (const BadMaking& mistake : kMistakes) used.insert(absl::StrCat(mistake.file, ".toml"));
  EXPECT_EQ(used, ExperimentsIn(BadExperimentsFolder() + "made_rows"));
}

}  // namespace
}  // namespace facet
