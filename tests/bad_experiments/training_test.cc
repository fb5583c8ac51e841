// Mistakes in what a row says of its training: keys of before, components under names that the row gives,
// groups and phases. Each file extends good.toml and has nothing but the mistake.
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/bad_experiments/bad_experiments_testing.h"

namespace facet {
namespace {

struct Problem {
  int line, column;  // no line in a --set
  std::string code;
  std::string message;            // all of it
  std::vector<std::string> said;  // beside it: at the caret, as a fact, as help
};

struct Experiment {
  std::string file;
  std::string set;  // the --set with the problems; empty: they are in the file
  std::vector<Problem> problems;
};

const Experiment kExperiments[] = {
    // Hints that lie near.
    {"old_sampler",
     "",
     {{5,
       13,
       "E0210",
       "`train.sampler.identities` is now `train.sampler = { use = \"identities\", images = ... }, "
       "with train.batch = identities x images`",
       {"train.batch"}},
      {5,
       30,
       "E0201",
       "train.sampler: sampler random has no option \"images\"",
       {"`images` is an option of sampler identities, not of sampler random", "options: none",
        "name it: train.sampler = { use = \"identities\", ... }"}}}},
    {"typo_in_old_table",
     "",
     {{5,
       1,
       "E0201",
       "train.augment has no key \"filp\"",
       {"did you mean `flip`, which is now `train.augmentation.flip.probability`?",
        "`train.augment` is now `train.augmentation.<name>`"}}}},
    {"good",
     "train.optimizer.epoch=3",
     {{0,
       17,
       "E0201",
       "train.optimizer: optimizer sgd has no option \"epoch\"",
       {"did you mean `epochs`, which is now `train.epochs`?"}}}},
    {"old_option_of_a_rate",
     "",
     {{8,
       1,
       "E0201",
       "train.optimizer: optimizer sgd has no option \"rate\"",
       {"`rate` is an option of train.schedule, not of train.optimizer",
        "write train.schedule.rate"}}}},
    {"rates_of_a_phase",
     "",
     {{5,
       1,
       "E0201",
       "train.phases.warm has no option \"rates\"",
       {"it belongs to a schedule",
        "write train.phases.warm.schedule = { use = \"plateau\", rates = ... }",
        "options: epochs, groups, schedule, warmup_epochs"}}}},
    {"use_of_a_phase",
     "",
     {{5,
       1,
       "E0201",
       "train.phases.warm has no option \"use\"",
       {"it belongs to a schedule", "write train.phases.warm.schedule = { use = \"cosine\" }"}}}},
    {"rate_of_a_group",
     "",
     {{5,
       1,
       "E0201",
       "train.groups.heads has no option \"rate\"",
       {"did you mean `rate_factor`?", "options: decay, frozen, "}}}},
    {"step_as_false",
     "",
     {{5,
       8,
       "E0202",
       "train.augmentation.flip must be a table that names a component, got false",
       {"did you mean { probability = 0.0 }?",
        "to leave it out: unset = [\"train.augmentation.flip\"]"}}}},
    {"good",
     "train.augmentation.erase=0.5",
     {{0,
       26,
       "E0202",
       "train.augmentation.erase must be a table that names a component, got \"0.5\"",
       {"did you mean { probability = 0.5 }?",
        "to leave it out, in the file: unset = [\"train.augmentation.erase\"]"}}}},
    {"good",
     "train.augmentation.probability=0.5",
     {{0,
       32,
       "E0202",
       "train.augmentation.probability must be a table that names a component, got \"0.5\"",
       {"options go inside a step, which has a name: train.augmentation.NAME.probability = ..."}}}},
    {"step_beside_the_steps",
     "",
     {{6,
       7,
       "E0201",
       "train has no option \"erase\"",
       {"`erase` is a component of kind augmentation", "write train.augmentation.erase"}}}},
    {"option_among_the_steps",
     "",
     {{5,
       15,
       "E0202",
       "train.augmentation.probability must be a table that names a component, got 0.5",
       {"options go inside a step, which has a name: train.augmentation.NAME.probability = ..."}}}},
    {"use_among_the_steps",
     "",
     {{5,
       1,
       "E0211",
       "\"use\" cannot be a name in train.augmentation",
       {"did you mean `train.augmentation.erase = {}`?"}}}},
    // Keys of before.
    {"old_option",
     "",
     {{5,
       1,
       "E0210",
       "`train.optimizer.rates` is now `train.schedule.rates`",
       {"write `train.schedule.rates`",
        "of schedules cosine and polynomial: train.schedule.rate"}}}},
    // momentum and weight_decay are options as they were.
    {"old_options",
     "",
     {{5, 1, "E0210", "`train.optimizer.batch` is now `train.batch`", {"write `train.batch`"}},
      {8,
       1,
       "E0210",
       "`train.optimizer.rates` is now `train.schedule.rates`",
       {"write `train.schedule.rates`"}},
      {9, 1, "E0210", "`train.optimizer.epochs` is now `train.epochs`", {"write `train.epochs`"}}}},
    {"old_table",
     "",
     {{5,
       1,
       "E0210",
       "`train.augment.crop` is now `train.augmentation.crop.place`",
       {"write `train.augmentation.crop.place`"}},
      {6,
       1,
       "E0210",
       "`train.augment.flip` is now `train.augmentation.flip.probability`",
       {"write `train.augmentation.flip.probability`"}},
      {7,
       1,
       "E0210",
       "`train.augment.rotation_rad` is now `train.augmentation.rotate.angle_rad`",
       {"write `train.augmentation.rotate.angle_rad`"}}}},
    {"old_table_of_a_row",
     "",
     {{6,
       15,
       "E0210",
       "`train.augment.erase` is now `train.augmentation.erase.probability`",
       {"write `train.augmentation.erase.probability`"}}}},
    {"unset_of_an_old_option",
     "",
     {{6,
       10,
       "E0210",
       "`train.optimizer.rates` is now `train.schedule.rates`",
       {"write `train.schedule.rates`"}}}},
    {"unset_of_an_old_table",
     "",
     {{6,
       10,
       "E0207",
       "nothing to unset at train.augment",
       {"did you mean \"train.augmentation\"?",
        "`train.augment.flip` is now `train.augmentation.flip.probability`",
        "`train.augment.erase` is now `train.augmentation.erase.probability`"}}}},
    {"good",
     "train.optimizer.rates=[0.1]",
     {{0,
       17,
       "E0210",
       "`train.optimizer.rates` is now `train.schedule.rates`",
       {"write `train.schedule.rates`"}}}},
    {"good",
     "3:train.augment.grey=0.5",
     {{0,
       17,
       "E0210",
       "`train.augment.grey` is now `train.augmentation.grey.probability`",
       {"write `train.augmentation.grey.probability`"}}}},
    {"good",
     "train.optimizer.loss_rate_factor=10",
     {{0,
       17,
       "E0210",
       "`train.optimizer.loss_rate_factor` is now `train.groups.loss = { tensors = [\"loss.*\"], "
       "rate_factor = ... }`",
       {"write `train.groups.loss = { tensors = [\"loss.*\"]"}}}},
    {"good",
     "train.augment={}",
     {{0,
       7,
       "E0201",
       "train has no option \"augment\"",
       {"did you mean `augmentation`?", "augmentation, average_decay, batch, "}}}},

    // Options in the place of others.
    {"setting_one_level_too_low",
     "",
     {{5,
       1,
       "E0201",
       "train.schedule: schedule plateau has no option \"epochs\"",
       {"`epochs` is an option of train, not of train.schedule", "options: patience, rates",
        "write train.epochs"}}}},
    {"option_of_another_optimizer",
     "",
     {{5,
       1,
       "E0201",
       "train.optimizer: optimizer sgd has no option \"beta1\"",
       {"`beta1` is an option of optimizer adamw, not of optimizer sgd",
        "options: momentum, nesterov, weight_decay"}}}},
    {"option_after_another_optimizer",
     "",
     {{10,
       17,
       "E0201",
       "train.optimizer: optimizer adamw has no option \"momentum\"",
       {"`momentum` is an option of optimizer sgd, not of optimizer adamw",
        "options: beta1, weight_decay"}}}},
    {"option_of_another_schedule",
     "",
     {{5,
       1,
       "E0201",
       "train.schedule: schedule plateau has no option \"final_rate\"",
       {"`final_rate` is an option of schedule cosine, not of schedule plateau",
        "options: patience, rates"}}}},

    // Steps of the augmentation.
    {"unknown_step",
     "",
     {{6,
       20,
       "E0401",
       "no plugin provides the augmentation \"earse\"",
       {"did you mean \"erase\"?", "augmentations: blur, crop, erase, flip",
        "`facet plugins list` shows all"}}}},
    {"good",
     "train.augmentation.earse.probability=0.5",
     {{0,
       20,
       "E0401",
       "no plugin provides the augmentation \"earse\"",
       {"did you mean \"erase\"?", "augmentations: blur, crop, erase, flip"}}}},
    {"step_of_no_component",
     "",
     {{6,
       20,
       "E0401",
       "no plugin provides the augmentation \"soften\"",
       {"a name that is no component's needs `use`", "augmentations: blur, crop, erase, flip"}}}},
    {"step_without_a_table",
     "",
     {{6,
       28,
       "E0202",
       "train.augmentation.erase must be a table that names a component, got 0.5",
       {"did you mean { probability = 0.5 }?", "unset = [\"train.augmentation.erase\"]"}}}},
    {"steps_as_a_list",
     "",
     {{5,
       16,
       "E0202",
       "train.augmentation must be a table, got a list",
       {"it holds tables by their names: train.augmentation.NAME = { ... }"}}}},
    {"typo_in_step_option",
     "",
     {{5,
       27,
       "E0201",
       "train.augmentation.flip: augmentation flip has no option \"probabilty\"",
       {"did you mean `probability`?", "options: probability"}}}},
    {"step_in_percent",
     "",
     {{5,
       33,
       "E0302",
       "train.augmentation.flip.probability must be a number from 0 to 1, got 50",
       {"is it in percent? That is 0.5", "declared by augmentation flip", "default 0.5"}}}},
    {"typo_in_unset_of_a_step",
     "",
     {{6,
       37,
       "E0207",
       "nothing to unset at train.augmentation.filp",
       {"did you mean \"train.augmentation.flip\"?"}}}},
    {"bad_name",
     "",
     {{4,
       26,
       "E0211",
       "\"flip.2\" cannot be a name in train.augmentation",
       {"a name consists of letters, digits, _ and -", "train.augmentation.NAME = { ... }"}}}},
    {"good",
     "train.groups.a b.frozen=true",
     {{0,
       14,
       "E0211",
       "\"a b\" cannot be a name in train.groups",
       {"a name consists of letters, digits, _ and -", "train.groups.NAME = { ... }"}}}},

    // Phases.
    {"phase_schedule_of_another_kind",
     "",
     {{6,
       20,
       "E0402",
       "train.phases.warm.schedule takes a schedule; sgd is of kind optimizer",
       {"it belongs in train.optimizer", "schedules: cosine, plateau"}}}},
    {"good",
     "2:train.phases.warm.schedule=sgd",
     {{0,
       30,
       "E0402",
       "train.phases.warm.schedule takes a schedule; sgd is of kind optimizer",
       {"it belongs in train.optimizer", "schedules: cosine, plateau"}}}},
    {"phase_schedule_as_text",
     "",
     {{5,
       12,
       "E0202",
       "train.phases.warm.schedule must be a table that names a component, got \"cosine\"",
       {"did you mean { use = \"cosine\" }?"}}}},
    {"phase_with_a_setting_of_the_loop",
     "",
     {{5,
       1,
       "E0201",
       "train.phases.warm has no option \"batch\"",
       {"`batch` is an option of train, not of train.phases.warm",
        "options: epochs, groups, schedule, warmup_epochs", "write train.batch"}}}},
    {"typo_in_phase",
     "",
     {{5,
       1,
       "E0201",
       "train.phases.warm has no option \"epoch\"",
       {"did you mean `epochs`?", "options: epochs, groups, schedule, warmup_epochs"}}}},
    {"phases_as_rows",
     "",
     {{4,
       1,
       "E0202",
       "train.phases must be a table, got a list",
       {"it holds tables by their names: train.phases.NAME = { ... }"}}}},

    // Groups of tensors.
    {"typo_in_group",
     "",
     {{6,
       1,
       "E0201",
       "train.groups.heads has no option \"rate_facter\"",
       {"did you mean `rate_factor`?", "options: decay, frozen, origin, rate_factor, tensors"}}}},
    {"typo_in_group_of_a_phase",
     "",
     {{5,
       1,
       "E0201",
       "train.phases.warm.groups.heads has no option \"froze\"",
       {"did you mean `frozen`?", "options: decay, frozen, origin, rate_factor, tensors"}}}},
    {"group_with_option_of_the_optimizer",
     "",
     {{6,
       1,
       "E0201",
       "train.groups.heads has no option \"weight_decay\"",
       {"did you mean `decay`?", "options: decay, frozen, origin, rate_factor, tensors"}}}},
    {"text_for_list_of_tensors",
     "",
     {{5,
       21,
       "E0301",
       "train.groups.heads.tensors must be a list of texts, got \"fc8.*\"",
       {"did you mean [\"fc8.*\"]?", "names of learned tensors", "default [\"*\"]"}}}},
    {"good",
     "train.groups.heads=fc8",
     {{0,
       20,
       "E0202",
       "train.groups.heads must be a table of settings, got \"fc8\"",
       {"settings: decay, frozen, origin, rate_factor, tensors"}}}},
};

class TrainingTest : public ::testing::TestWithParam<Experiment> {};

TEST_P(TrainingTest, IsFoundAtItsPlaceWithWhatToDo) {
  const Experiment& experiment = GetParam();
  const bool is_set = !experiment.set.empty();
  const std::string file = absl::StrCat(is_set ? "" : "training/", experiment.file, ".toml");
  const LoadResult result =
      is_set ? LoadBadExperiment(file, {"seed=2", experiment.set}) : LoadBadExperiment(file);
  const std::string text = RenderAll(result.diagnostics, /*colour=*/false);
  ASSERT_EQ(result.diagnostics.size(), experiment.problems.size()) << text;
  for (size_t i = 0; i < experiment.problems.size(); ++i) {
    const Problem& wanted = experiment.problems[i];
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

std::string NameOf(const ::testing::TestParamInfo<Experiment>& info) {
  return info.param.set.empty() ? info.param.file : absl::StrCat("set_", info.index);
}

INSTANTIATE_TEST_SUITE_P(All, TrainingTest, ::testing::ValuesIn(kExperiments), NameOf);

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
  for (const Experiment& experiment : kExperiments) {
    if (experiment.set.empty()) used.insert(absl::StrCat(experiment.file, ".toml"));
  }
  EXPECT_EQ(ExperimentsIn(BadExperimentsFolder() + "training"), used);
}

}  // namespace
}  // namespace facet
