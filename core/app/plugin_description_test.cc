#include "core/app/plugin_description.h"

#include "core/app/example_experiment.h"
#include "core/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::HasSubstr;
using testing::Not;

OptionSpec Spec(const std::string& name, const std::string& type, Json value,
                const std::string& doc) {
  OptionSpec option;
  option.name = name;
  option.type = type;
  option.default_value = std::move(value);
  option.doc = doc;
  return option;
}

OptionSpec RequiredSpec(OptionSpec option) {
  option.required = true;
  return option;
}

TEST(UnitOf, StandsInBracketsOrEndsTheName) {
  for (const auto& [name, doc, unit] : std::vector<std::array<const char*, 3>>{
           {"margin", "triplet margin alpha [1]; FaceNet's value", "1"},
           {"side", "side of the box [shorter image sides]", "shorter image sides"},
           {"blur_max_px", "strongest blur", "px"},
           {"limit_mib", "memory", "MiB"},
           {"max_px", "a share of the image [1]", "1"},
           {"scale", "of box[0]", ""},
           {"mean", "of red, green and blue [0..255]", ""},
           {"range", "what is drawn from [low, high] [deg]", "deg"},
           {"open", "never closed [px", ""},
           {"epochs", "passes", ""}}) {
    EXPECT_EQ(UnitOf(Spec(name, "float", 1.0, doc)), unit) << name;
  }
}

TEST(DescriptionText, HasTheManualBesideTheLibraryAndTheFilesThatAreRead) {
  ComponentInfo info;
  info.kind = "dataset";
  info.name = "mine";
  info.library_path = testing::TempDir() + "/libmine.so";
  OptionSpec root = Spec("root", "string", "", "folder of the images");
  root.role = "input_directory";
  root.files = {"*.csv", "*/*.jpg"};
  OptionSpec other = Spec("other", "string", "", "another");
  other.role = "input_directory";
  info.options = {root, other};
  EXPECT_THAT(DescriptionText(info, {}),
              HasSubstr("      folder of the images\n      reads below it: *.csv  */*.jpg\n"));
  EXPECT_THAT(DescriptionText(info, {}), HasSubstr("another\n      reads below it: every file\n"));
  EXPECT_FALSE(DescriptionJson(info, {}).contains("manual"));
  const std::string manual = "My images.\n\n  <root>/NAME.jpg\n";
  ASSERT_TRUE(WriteFileAtomically(testing::TempDir() + "/libmine.manual.txt", manual).ok());
  EXPECT_THAT(DescriptionText(info, {}), HasSubstr("\n\n" + manual + "\nused as\n"));
  EXPECT_EQ(DescriptionJson(info, {}).at("manual"), manual);
}

TEST(ExampleExperiment, OptionsInOneLineWhereTheyFit) {
  ComponentInfo info;
  info.kind = "loss";
  info.name = "mine";
  info.options = {Spec("margin", "float", 0.5, ""), Spec("names", "string_list", {"a", "b"}, "")};
  EXPECT_THAT(ExampleExperiment(info),
              HasSubstr("\nloss = { use = \"mine\", margin = 0.5, names = [\"a\", \"b\"] }\n"));
}

TEST(ExampleExperiment, WhatHasNoDefaultGetsAPlaceholderInItsRange) {
  ComponentInfo info;
  info.kind = "detector";
  info.name = "mine";
  OptionSpec count = RequiredSpec(Spec("count", "int", 0, "how many"));
  count.has_min = true;
  count.min = 3;
  OptionSpec share = RequiredSpec(Spec("share", "float", 0.0, "of all"));
  share.has_max = true;
  share.max = 0.25;
  OptionSpec mode = RequiredSpec(Spec("mode", "string", "", "which"));
  mode.choices = {"fast", "slow"};
  OptionSpec models = RequiredSpec(Spec("models", "string_list", Json::array(), "one per pose"));
  models.role = "input_file";
  info.options = {count, share, mode, models, Spec("seed", "int", 1, "of chance")};
  EXPECT_THAT(ExampleExperiment(info),
              HasSubstr("\n[base.test.detector]\nuse = \"mine\"\n"
                        "count = 3  # required: how many\n"
                        "share = 0.25  # required: of all\n"
                        "mode = \"fast\"  # required: which\n"
                        "models = [\"path/to/models\"]  # required: one per pose\n"
                        "seed = 1  # of chance\n"));
}

TEST(ExampleExperiment, ATraitBringsCompany) {
  ComponentInfo info;
  info.kind = "aligner";
  info.name = "mine";
  EXPECT_THAT(ExampleExperiment(info), Not(HasSubstr("[base.landmarks]")));
  info.traits = {Trait::kTrainable};
  EXPECT_THAT(ExampleExperiment(info), HasSubstr("\n[base.landmarks]\n"));
}

}  // namespace
}  // namespace facet
