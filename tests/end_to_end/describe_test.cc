// `plugins describe`: of each component an experiment that `check` accepts, and what is said of it.
#include <map>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class DescribeTest : public EndToEndTest {
 protected:
  Ending Describe(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"plugins", "describe"});
    return Facet(arguments);
  }

  // The JSON document that a verb prints.
  Json JsonOf(const std::vector<std::string>& arguments) const {
    const Ending ending = Facet(arguments);
    EXPECT_EQ(ending.exit_code, 0) << ending.err;
    const absl::StatusOr<Json> json = ParseJson(ending.out, "stdout");
    EXPECT_TRUE(json.ok()) << json.status();
    return json.ok() ? *json : Json();
  }
};

bool NeedsFiles(const Json& component) {
  for (const Json& option : component.at("options")) {
    if (option.at("required") && option.contains("role")) return true;
  }
  return false;
}

TEST_F(DescribeTest, CheckAcceptsTheExampleOfEachComponent) {
  const Json components = JsonOf({"plugins", "list", "--json"}).at("components");
  EXPECT_GT(components.size(), 100u);
  for (const Json& component : components) {
    const std::string name = absl::StrCat(component.at("kind").get<std::string>(), "/",
                                          component.at("name").get<std::string>());
    const Ending example = Describe({name, "--example"});
    ASSERT_EQ(example.exit_code, 0) << name << example.err;
    for (const Json& option : component.at("options")) {
      EXPECT_THAT(example.out, HasSubstr(option.at("name").get<std::string>() + " = ")) << name;
    }
    const Ending check = Facet({"check", Write("example.toml", example.out)});
    if (!NeedsFiles(component)) {
      EXPECT_EQ(check.exit_code, 0) << name << "\n" << check.err;
      continue;
    }
    // Its files are not there, and nothing else is wrong.
    EXPECT_EQ(check.exit_code, 5) << name << "\n" << check.err;
    EXPECT_THAT(check.err, HasSubstr("path/to/")) << name;
    EXPECT_THAT(example.out, HasSubstr("  # required: ")) << name;
  }
}

TEST_F(DescribeTest, OptionsHaveUnitsAndRangesInColumns) {
  const Ending ending = Describe({"loss/arcface"});
  EXPECT_EQ(ending.exit_code, 0);
  EXPECT_THAT(ending.out, StartsWith("loss \"arcface\": "));
  EXPECT_THAT(ending.out, HasSubstr("source: Deng et al."));
  EXPECT_THAT(ending.out, AllOf(HasSubstr("\n  train.loss  "), HasSubstr("\n  embed.loss  ")));
  EXPECT_THAT(ending.out, HasSubstr("\n  margin_rad  float   0.5         rad   0 to 1.6\n"
                                    "      additive angular margin m [rad]; paper\n"));
  EXPECT_THAT(ending.out, HasSubstr(Describe({"loss/arcface", "--example"}).out));
}

TEST_F(DescribeTest, TheDocumentHasAllOfIt) {
  const Json pictorial =
      JsonOf({"plugins", "describe", "aligner/pictorial", "--json"}).at("components").at(0);
  EXPECT_EQ(pictorial.at("slots").at(0).at("path"), "train.aligner");
  EXPECT_EQ(pictorial.at("slots").at(1).at("path"), "test.aligner");
  EXPECT_EQ(pictorial.at("traits"), Json::array({"trainable"}));
  EXPECT_THAT(pictorial.at("trait_words").at("trainable").get<std::string>(),
              HasSubstr("learns a model"));
  EXPECT_EQ(pictorial.at("example"), Describe({"aligner/pictorial", "--example"}).out);
  const Json synthetic =
      JsonOf({"plugins", "describe", "dataset/synthetic", "--json"}).at("components").at(0);
  std::map<std::string, std::string> units;
  for (const Json& option : synthetic.at("options")) {
    units[option.at("name")] = option.value("unit", "");
  }
  EXPECT_EQ(units["image_size"], "px");
  EXPECT_EQ(units["yaw_sigma_deg"], "deg");
  EXPECT_EQ(units["blur_max_px"], "px") << "its name says it";
  EXPECT_EQ(units["people"], "");
}

TEST_F(DescribeTest, AKindHasItsSlotsAndComponents) {
  const Ending ending = Describe({"schedule"});
  EXPECT_EQ(ending.exit_code, 0);
  EXPECT_THAT(ending.out, StartsWith("Schedules: A step to its learning rate: train.schedule"));
  EXPECT_THAT(ending.out, HasSubstr("\n  train.phases.<name>.schedule  "));
  EXPECT_THAT(ending.out, HasSubstr("(unless said: plateau)\n"));
  EXPECT_THAT(ending.out, HasSubstr("\n  cosine  "));
  const Json kind = JsonOf({"plugins", "describe", "schedule", "--json"});
  std::vector<std::string> names;
  for (const Json& component : kind.at("components")) names.push_back(component.at("name"));
  EXPECT_THAT(names, ElementsAre("cosine", "plateau", "polynomial", "step"));
}

TEST_F(DescribeTest, ASlotsSettingsAreDescribedToo) {
  for (const char* name : {"train.groups", "train.groups.<name>"}) {
    const Ending ending = Describe({name});
    EXPECT_EQ(ending.exit_code, 0) << ending.err;
    EXPECT_THAT(ending.out, HasSubstr("\n  rate_factor  "));
  }
  EXPECT_THAT(Describe({"seed"}).out, StartsWith("settings seed: "));
}

TEST_F(DescribeTest, WhatIsUnclearIsToldWithTheNearest) {
  const Ending unknown = Describe({"loss/arcfase"});
  EXPECT_EQ(unknown.exit_code, 4);
  EXPECT_THAT(unknown.err, HasSubstr("no plugin provides loss \"arcfase\"; did you mean "
                                     "\"arcface\"?"));
  // A loss and a miner.
  const Ending two = Describe({"multi_similarity", "--example"});
  EXPECT_EQ(two.exit_code, 2);
  EXPECT_EQ(two.out, "");
  EXPECT_THAT(two.err,
              AllOf(HasSubstr("loss/multi_similarity"), HasSubstr("miner/multi_similarity")));
  EXPECT_EQ(Describe({"loss", "--example"}).exit_code, 2);
}

}  // namespace
}  // namespace facet
