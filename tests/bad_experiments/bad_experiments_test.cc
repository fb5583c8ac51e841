// Mistakes that people make in experiment files, one per file, against the slots of real rows: each
// is found at its line and column, as the only error, and says what was probably meant.
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "gtest/gtest.h"
#include "tests/bad_experiments/bad_experiments_testing.h"

namespace facet {
namespace {

struct Mistake {
  std::string file;
  std::vector<std::string> sets;
  std::string source;  // where the error is: a file of this folder or "--set #N"
  int line, column;    // columns count code points; no line in a --set
  std::string code;
  std::string suggestion;  // part of the note at the caret, the help, a fact, or the message
};

const Mistake kMistakes[] = {
    {"missing_closing_brace.toml",
     {},
     "missing_closing_brace.toml",
     22,
     26,
     "E0102",
     "is a `}` missing?"},
    {"missing_header_bracket.toml",
     {},
     "missing_header_bracket.toml",
     20,
     11,
     "E0102",
     "is a `]` missing?"},
    {"missing_quote.toml",
     {},
     "missing_quote.toml",
     34,
     17,
     "E0102",
     "is a closing quote missing?"},
    {"bare_word.toml", {}, "bare_word.toml", 22, 20, "E0102", "did you mean \"haar\"?"},
    {"capital_true.toml", {}, "capital_true.toml", 15, 17, "E0102", "did you mean `true`?"},
    {"inline_table_over_two_lines.toml",
     {},
     "inline_table_over_two_lines.toml",
     10,
     30,
     "E0102",
     "stays on one line"},
    {"missing_comma_in_list.toml", {}, "missing_comma_in_list.toml", 24, 44, "E0102", "is a `,`"},
    {"number_with_percent_sign.toml",
     {},
     "number_with_percent_sign.toml",
     15,
     21,
     "E0102",
     "without units"},
    {"key_twice.toml", {}, "key_twice.toml", 15, 9, "E0102", "it has a value already"},
    {"missing_reference_file.toml",
     {},
     "missing_reference_file.toml",
     4,
     13,
     "E0101",
     "good.reference.toml`?"},
    {"extends_missing_file.toml", {}, "extends_missing_file.toml", 3, 11, "E0101", "good.toml`?"},
    {"files_in_a_circle.toml",
     {},
     "files_in_a_circle_2.toml",
     2,
     11,
     "E0104",
     "files extend each other in a circle"},
    {"no_schema.toml", {}, "no_schema.toml", 1, 1, "E0103", "begin it with: schema = 1"},
    {"unknown_schema.toml", {}, "unknown_schema.toml", 2, 10, "E0103", "this facet reads format 1"},
    {"typo_in_option.toml", {}, "typo_in_option.toml", 54, 33, "E0201", "did you mean `margin`?"},
    {"typo_in_setting.toml", {}, "typo_in_setting.toml", 13, 1, "E0201", "did you mean `batch`?"},
    {"typo_in_slot.toml", {}, "typo_in_slot.toml", 8, 1, "E0201", "did you mean `detector`?"},
    {"typo_in_branch.toml", {}, "typo_in_branch.toml", 47, 1, "E0201", "did you mean `train`?"},
    {"typo_in_row_key.toml", {}, "typo_in_row_key.toml", 38, 1, "E0201", "did you mean `extends`?"},
    {"typo_in_file_key.toml", {}, "typo_in_file_key.toml", 3, 1, "E0201", "did you mean `title`?"},
    {"dash_for_underscore.toml",
     {},
     "dash_for_underscore.toml",
     47,
     7,
     "E0201",
     "did you mean `start_from`?"},
    {"option_of_another_part.toml",
     {},
     "option_of_another_part.toml",
     12,
     28,
     "E0201",
     "`input_px` is an option of train.architecture, not of train.optimizer"},
    {"option_of_another_component.toml",
     {},
     "option_of_another_component.toml",
     11,
     27,
     "E0201",
     "`margin_rad` is an option of loss arcface"},
    {"slot_of_another_branch.toml",
     {},
     "slot_of_another_branch.toml",
     26,
     1,
     "E0201",
     "`loss` is a key of train, not of test"},
    {"setting_one_level_too_high.toml",
     {},
     "setting_one_level_too_high.toml",
     48,
     7,
     "E0201",
     "`momentum` is an option of train.optimizer, not of train"},
    {"slot_outside_base.toml",
     {},
     "slot_outside_base.toml",
     16,
     2,
     "E0201",
     "did you mean `base.train`?"},
    {"component_as_text.toml",
     {},
     "component_as_text.toml",
     9,
     11,
     "E0202",
     "did you mean { use = \"none\" }?"},
    {"no_use.toml", {}, "no_use.toml", 10, 1, "E0203", "did you mean `use`, in place of `name`?"},
    {"no_evaluator.toml",
     {},
     "no_evaluator.toml",
     27,
     6,
     "E0204",
     "test.evaluator = { use = \"...\" }"},
    {"required_option_missing.toml",
     {},
     "required_option_missing.toml",
     40,
     25,
     "E0205",
     "test.detector.model = ..."},
    {"unset_of_nothing.toml",
     {},
     "unset_of_nothing.toml",
     52,
     39,
     "E0207",
     "did you mean \"train.start_from\"?"},
    {"single_brackets_for_rows.toml",
     {},
     "single_brackets_for_rows.toml",
     32,
     1,
     "E0102",
     "[[row]], in two brackets"},
    {"text_for_number.toml",
     {},
     "text_for_number.toml",
     54,
     42,
     "E0301",
     "must be a number above 0 and at most 2, got \"wide\""},
    {"quoted_number.toml", {}, "quoted_number.toml", 13, 9, "E0301", "did you mean 64?"},
    {"float_for_whole_number.toml",
     {},
     "float_for_whole_number.toml",
     14,
     10,
     "E0301",
     "did you mean 90?"},
    {"number_for_list.toml", {}, "number_for_list.toml", 18, 9, "E0301", "did you mean [0.01]?"},
    {"number_with_unit.toml", {}, "number_with_unit.toml", 10, 56, "E0301", "did you mean 224?"},
    {"text_for_boolean.toml", {}, "text_for_boolean.toml", 12, 76, "E0301", "did you mean true?"},
    {"whole_number_as_row_id.toml",
     {},
     "whole_number_as_row_id.toml",
     44,
     11,
     "E0301",
     "did you mean \"3\"?"},
    {"bad_element_of_a_list.toml",
     {},
     "bad_element_of_a_list.toml",
     20,
     3,
     "E0301",
     "did you mean 0.001?"},
    {"percent_for_share.toml",
     {},
     "percent_for_share.toml",
     15,
     20,
     "E0302",
     "is it in percent? That is 0.05"},
    {"degrees_for_radians.toml",
     {},
     "degrees_for_radians.toml",
     11,
     40,
     "E0302",
     "is it in degrees? That is 0.4992 rad"},
    {"negative_rate.toml", {}, "negative_rate.toml", 18, 16, "E0302", "each above 0, got -0.001"},
    {"unknown_choice.toml", {}, "unknown_choice.toml", 7, 75, "E0303", "did you mean \"full\"?"},
    {"choice_in_lower_case.toml",
     {},
     "choice_in_lower_case.toml",
     46,
     29,
     "E0303",
     "did you mean \"B\"?"},
    {"environment_in_label.toml", {}, "environment_in_label.toml", 34, 19, "E0304", "nowhere else"},
    {"environment_not_set.toml",
     {},
     "environment_not_set.toml",
     21,
     31,
     "E0305",
     "did you mean `FACET_TEST_DATA`?"},
    {"environment_without_braces.toml",
     {},
     "environment_without_braces.toml",
     7,
     35,
     "E0306",
     "did you mean `${FACET_TEST_DATA}`?"},
    {"environment_not_closed.toml",
     {},
     "environment_not_closed.toml",
     21,
     31,
     "E0306",
     "did you mean `${FACET_TEST_DATA}`?"},
    {"column_after_tabs.toml",
     {},
     "column_after_tabs.toml",
     9,
     21,
     "E0401",
     "did you mean \"none\"?"},
    {"column_after_utf8.toml",
     {},
     "column_after_utf8.toml",
     40,
     69,
     "E0201",
     "did you mean `snapshot`?"},
    {"typo_in_component.toml",
     {},
     "typo_in_component.toml",
     54,
     22,
     "E0401",
     "did you mean \"triplet\"?"},
    {"typo_in_dataset.toml",
     {},
     "typo_in_dataset.toml",
     7,
     16,
     "E0401",
     "did you mean \"vggface\"?"},
    {"unknown_component.toml", {}, "unknown_component.toml", 10, 24, "E0401", "architectures: vgg"},
    {"library_for_component.toml",
     {},
     "library_for_component.toml",
     11,
     16,
     "E0401",
     "an experiment is data and loads no code"},
    {"library_beside_use.toml",
     {},
     "library_beside_use.toml",
     11,
     27,
     "E0201",
     "--plugin-path DIR, FACET_PLUGIN_PATH"},
    {"plugin_path_in_file.toml",
     {},
     "plugin_path_in_file.toml",
     3,
     1,
     "E0201",
     "an experiment is data and loads no code"},
    {"component_of_another_kind.toml",
     {},
     "component_of_another_kind.toml",
     8,
     20,
     "E0402",
     "it belongs in train.aligner or test.aligner"},
    {"unknown_parent.toml", {}, "unknown_parent.toml", 51, 11, "E0501", "did you mean \"4\"?"},
    {"unknown_start.toml", {}, "unknown_start.toml", 47, 20, "E0501", "did you mean \"2\"?"},
    {"rows_in_a_circle.toml", {}, "rows_in_a_circle.toml", 34, 11, "E0502", "2 -> 4 -> 3 -> 2"},
    {"start_in_a_circle.toml",
     {},
     "start_in_a_circle.toml",
     47,
     20,
     "E0502",
     "row \"4\" names itself in train.start_from"},
    {"duplicate_id.toml", {}, "duplicate_id.toml", 50, 6, "E0503", "two rows have the id \"3\""},
    {"missing_id.toml",
     {},
     "missing_id.toml",
     49,
     1,
     "E0504",
     "did you mean `id`, in place of `idd`?"},
    {"empty_row.toml", {}, "empty_row.toml", 49, 1, "E0504", "the row is empty"},
    {"id_with_blank.toml", {}, "id_with_blank.toml", 50, 6, "E0504", "begins with a letter"},
    {"id_that_begins_with_a_dash.toml",
     {},
     "id_that_begins_with_a_dash.toml",
     50,
     6,
     "E0504",
     "a command line takes what begins with - for an option"},
    {"reference_value_as_text.toml",
     {},
     "reference_value_as_text.reference.toml",
     6,
     24,
     "E0301",
     "did you mean 92.83?"},
    {"reference_typo.toml",
     {},
     "reference_typo.reference.toml",
     6,
     31,
     "E0201",
     "did you mean `unit`?"},
    {"reference_value_alone.toml",
     {},
     "reference_value_alone.reference.toml",
     9,
     14,
     "E0202",
     "did you mean { value = 99.13 }?"},
    {"good.toml", {"train.epoch=3"}, "--set #1", 0, 7, "E0201", "did you mean `epochs`?"},
    {"good.toml",
     {"seed=2", "7:embed.loss.margin=wide"},
     "--set #2",
     0,
     21,
     "E0301",
     "got \"wide\""},
    {"good.toml", {"77:embed.lr=0.1"}, "--set #1", 0, 1, "E0501", "did you mean \"7\"?"},
    {"good.toml", {"train.epochs"}, "--set #1", 0, 1, "E0206", "PATH=VALUE"},
    {"good.toml",
     {"7:embed.loss=tripplet"},
     "--set #1",
     0,
     14,
     "E0401",
     "did you mean \"triplet\"?"},
    {"good.toml",
     {"train.schedule.rates=[0.1, 0,1]"},
     "--set #1",
     0,
     28,
     "E0302",
     "each above 0, got 0"},
    {"good.toml",
     {"momentum=0.8"},
     "--set #1",
     0,
     1,
     "E0201",
     "`momentum` is an option of train.optimizer"},
};

class MistakeTest : public ::testing::TestWithParam<Mistake> {};

TEST_P(MistakeTest, IsFoundAtItsPlaceWithTheRightSuggestion) {
  const Mistake& mistake = GetParam();
  const LoadResult result = LoadBadExperiment(mistake.file, mistake.sets);
  const std::string text = RenderAll(result.diagnostics, /*colour=*/false);
  const std::vector<Diagnostic> errors = Errors(result);
  ASSERT_EQ(errors.size(), 1u) << text;
  const Diagnostic& error = errors.front();
  EXPECT_EQ(error.code, mistake.code) << text;
  EXPECT_EQ(error.origin.line, mistake.line) << text;
  EXPECT_EQ(error.origin.column, mistake.column) << text;
  const bool is_set = absl::StartsWith(mistake.source, "--set");
  EXPECT_EQ(error.origin.source, is_set ? mistake.source : BadExperimentsFolder() + mistake.source);
  EXPECT_FALSE(error.line_text.empty()) << text;
  EXPECT_TRUE(absl::StrContains(AllThatIsSaid(error), mistake.suggestion))
      << "no \"" << mistake.suggestion << "\" in\n"
      << text;
}

std::string NameOf(const ::testing::TestParamInfo<Mistake>& info) {
  std::string name = info.param.file.substr(0, info.param.file.find('.'));
  if (!info.param.sets.empty()) name = absl::StrCat("set_", info.index);
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, MistakeTest, ::testing::ValuesIn(kMistakes), NameOf);

TEST(BadExperimentsTest, TheirCommonStartIsGood) {
  const LoadResult result = LoadBadExperiment("good.toml");
  EXPECT_TRUE(result.diagnostics.empty()) << RenderAll(result.diagnostics, false);
  ASSERT_EQ(result.experiment.rows.size(), 5u);
  EXPECT_EQ(result.experiment.rows[3].slots.at("test.aligner")["use"], "eyes");
  EXPECT_EQ(result.experiment.rows[3].slots.at("train.schedule")["use"], "plateau");
  EXPECT_EQ(result.experiment.reference.rows.at("7")[0].value, 99.13);
}

// A file that is cut off anywhere is good or has an error at a place; nothing else may happen.
TEST(BadExperimentsTest, CutFilesAreReportedNotFatal) {
  const absl::StatusOr<std::string> text = ReadFile(BadExperimentsFolder() + "good.toml");
  ASSERT_TRUE(text.ok());
  const std::string path = absl::StrCat(::testing::TempDir(), "/cut.toml");
  for (size_t length = 0; length < text->size(); length += 5) {
    ASSERT_TRUE(WriteFileAtomically(path, text->substr(0, length)).ok());
    const LoadResult result = LoadExperimentAt(path);
    // Row 1 begins at the first `[[row]]`: before it there is nothing to compute.
    if (length < text->find("id = \"1\"")) {
      EXPECT_FALSE(result.ok()) << length;
    }
    for (const Diagnostic& error : result.diagnostics) EXPECT_FALSE(error.message.empty());
  }
}

TEST(BadExperimentsTest, MalformedOverridesAreReportedNotFatal) {
  for (const std::string set : {"",
                                "=",
                                ":",
                                "seed",
                                "7:",
                                "7:=",
                                ":seed=1",
                                "a..b=1",
                                ".=1",
                                "train.loss={",
                                "seed={}",
                                "train={a=1}",
                                "x={",
                                "train.loss=",
                                "train.loss.use=",
                                "seed=",
                                "seed=[1",
                                "id=8",
                                "train.optimizer=3",
                                "train.memory=3",
                                "train.schedule.rates=[,]",
                                "train.augmentation=crop",
                                "train.augmentation.erase",
                                "train.augmentation.erase={",
                                "train.augmentation..use=erase",
                                "train.augmentation. .use=erase",
                                "train.augmentation.use=erase",
                                "train.groups=[]",
                                "train.groups.a={ b = { c = 1 } }",
                                "train.phases.a.schedule=",
                                "train.phases.a.groups.b.frozen.c=true",
                                "train.optimizer.rates=[,]",
                                "embed.lr=1=2",
                                "train.crops.size_px.a=1",
                                "7:embed.loss={ use = \"triplet\", margin = \"x\" }",
                                "\xFF=\xFE",
                                "seed=99999999999999999999"}) {
    const LoadResult result = LoadBadExperiment("good.toml", {set});
    EXPECT_FALSE(result.ok()) << set;
    for (const Diagnostic& error : Errors(result))
      EXPECT_EQ(error.origin.source, "--set #1") << set;
    EXPECT_FALSE(RenderAll(result.diagnostics, true).empty());
  }
}

TEST(BadExperimentsTest, EveryFileIsInTheTable) {
  std::set<std::string> used = {"good.toml", "good.reference.toml", "files_in_a_circle_2.toml"};
  for (const Mistake& mistake : kMistakes) used.insert({mistake.file, mistake.source});
  for (const std::string& file : ExperimentsIn(BadExperimentsFolder())) {
    EXPECT_EQ(used.count(file), 1u) << file;
  }
  EXPECT_GE(std::size(kMistakes), 30u);
}

}  // namespace
}  // namespace facet
