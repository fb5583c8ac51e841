// Loading against a layout made here: what the rules give. config_problems_test.cc has what is
// reported.
// tests/bad_experiments has the mistakes in the layout of real rows.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/options.h"
#include "core/base/file.h"
#include "core/config/config_testing.h"
#include "core/config/inputs.h"
#include "core/config/resolved.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

Json Parsed(const std::string& text) { return *ParseJson(text, "what is expected"); }

TEST_F(ConfigTest, EmptyRowHasDefaultsAndNoOptionalSlots) {
  const LoadResult result = Load("[[row]]\nid = \"1\"\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_EQ(Slots(result, 0, "seed"), 1);
  EXPECT_EQ(
      Slots(result, 0, "train.schedule"),
      Parsed(R"({"lr":0.25,"epochs":10,"rates":[0.1,0.01],"tags":[],"file":"","flip":true})"));
  EXPECT_EQ(Slots(result, 0, "train.start_from"), "");
  EXPECT_EQ(result.experiment.rows[0].slots.size(), 3u);
  EXPECT_EQ(result.experiment.rows[0].label, "1");
  EXPECT_EQ(OriginText(result.experiment.rows[0].origins.at("train.schedule.lr")), "default");
}

TEST_F(ConfigTest, PrecedenceIsExtendedFileFileParentRowRowSet) {
  Write("lower.toml", R"(schema = 1
[base]
train.schedule = { lr = 1, epochs = 1, rates = [1], tags = ["lower"], flip = false }
[[row]]
id = "a"
label = "lower a"
train.schedule.tags = ["lower a"]
)");
  const LoadResult result = Load(R"(extends = "lower.toml"
[base.train.schedule]
lr = 2
epochs = 2
[[row]]
id = "new"
extends = "a"
train.schedule.rates = [3, 2]
[[row]]
id = "a"
train.schedule.epochs = 3
)",
                                 {"new:train.schedule.flip=true", "seed=7"});
  ASSERT_TRUE(result.ok()) << Text(result);
  ASSERT_EQ(result.experiment.rows.size(), 2u);  // new ids follow
  EXPECT_EQ(result.experiment.rows[0].id, "a");
  EXPECT_EQ(result.experiment.rows[0].label, "lower a");
  EXPECT_EQ(result.experiment.rows[1].label, "new");  // a label is not inherited by rows
  EXPECT_EQ(result.experiment.rows[1].parent, "a");
  EXPECT_EQ(
      Slots(result, 0, "train.schedule"),
      Parsed(R"({"lr":2.0,"epochs":3,"rates":[1.0],"tags":["lower a"],"file":"","flip":false})"));
  EXPECT_EQ(
      Slots(result, 1, "train.schedule"),
      Parsed(
          R"({"lr":2.0,"epochs":3,"rates":[3.0,2.0],"tags":["lower a"],"file":"","flip":true})"));
  EXPECT_EQ(Slots(result, 1, "seed"), 7);
  const auto& origins = result.experiment.rows[1].origins;
  EXPECT_EQ(OriginText(origins.at("train.schedule.lr")), folder_ + "/x.toml:4:6");
  EXPECT_EQ(OriginText(origins.at("train.schedule.tags")), folder_ + "/lower.toml:7:23");
  EXPECT_EQ(OriginText(origins.at("train.schedule.flip")), "--set #1");
  EXPECT_TRUE(Slots(result, 0, "train.schedule")["lr"].is_number_float());  // 2 was an integer
  ASSERT_EQ(result.experiment.sources.size(), 2u);
}

TEST_F(ConfigTest, AnotherUseDiscardsTheOldOptionsTheSameKeepsThem) {
  const LoadResult result = Load(R"([base]
train.loss = { use = "triplet", margin = 0.3 }
[[row]]
id = "keeps"
train.loss = { use = "triplet", distance = "l2" }
[[row]]
id = "discards"
train.loss.use = "arcface"
[[row]]
id = "back"
extends = "discards"
train.loss.use = "triplet"
)");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_EQ(Slots(result, 0, "train.loss"),
            Parsed(R"({"use":"triplet","margin":0.3,"distance":"l2"})"));
  EXPECT_EQ(Slots(result, 1, "train.loss"),
            Parsed(R"({"use":"arcface","margin_rad":0.5,"scale":64.0})"));
  EXPECT_EQ(Slots(result, 2, "train.loss")["margin"], 0.2);
}

TEST_F(ConfigTest, OptionalGroupExistsWhereARowNamesItOrTheBaseNamesItsComponents) {
  const std::string rows =
      "[[row]]\nid = \"without\"\n[[row]]\nid = \"with\"\nembed.loss = { use = \"softmax\" }\n";
  const LoadResult settings = Load("[base.embed]\nepochs = 3\n" + rows);
  ASSERT_TRUE(settings.ok()) << Text(settings);
  EXPECT_TRUE(Slots(settings, 0, "embed").is_null());
  EXPECT_EQ(Slots(settings, 1, "embed")["epochs"], 3);

  const LoadResult components = Load("[base.embed]\nloss = { use = \"softmax\" }\n" + rows);
  ASSERT_TRUE(components.ok()) << Text(components);
  EXPECT_EQ(Slots(components, 0, "embed")["epochs"], 10);

  const LoadResult incomplete = Load("[[row]]\nid = \"1\"\nembed.epochs = 3\n");
  EXPECT_NE(Text(incomplete).find("row \"1\" has no embed.loss"), std::string::npos)
      << Text(incomplete);

  const LoadResult unset =
      Load(rows + "[[row]]\nid = \"3\"\nextends = \"with\"\nunset = [\"embed\"]\n");
  ASSERT_TRUE(unset.ok()) << Text(unset);
  EXPECT_TRUE(Slots(unset, 2, "embed").is_null());
}

TEST_F(ConfigTest, SetIsTypedByTheSchema) {
  const LoadResult result =
      Load("[[row]]\nid = \"1\"\n[[row]]\nid = \"2\"\n",
           {"train.schedule.lr=1e-3", "train.schedule.rates=[1, 2]", "2:train.schedule.rates=3,4",
            "train.schedule.tags=a,'b'", "train.schedule.flip=false", "1:train.loss=triplet",
            "1:train.loss.margin=1", "2:train.loss={ use = \"arcface\", scale = 8 }",
            "2:label=Zwei", "1:skip=not now", "2:train.start_from="});
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_EQ(Slots(result, 0, "train.schedule")["lr"], 1e-3);
  EXPECT_EQ(Slots(result, 0, "train.schedule")["rates"], Json({1.0, 2.0}));
  EXPECT_EQ(Slots(result, 1, "train.schedule")["rates"], Json({3.0, 4.0}));
  EXPECT_EQ(Slots(result, 0, "train.schedule")["tags"], Json({"a", "b"}));
  EXPECT_EQ(Slots(result, 0, "train.schedule")["flip"], false);
  EXPECT_EQ(Slots(result, 0, "train.loss"),
            Parsed(R"({"use":"triplet","margin":1.0,"distance":"squared_l2"})"));
  EXPECT_EQ(Slots(result, 1, "train.loss")["scale"], 8.0);
  EXPECT_EQ(result.experiment.rows[1].label, "Zwei");
  EXPECT_EQ(result.experiment.rows[0].skip, "not now");
}

TEST_F(ConfigTest, PathsAreRelativeToTheFileThatNamesThem) {
  fs::create_directories(folder_ + "/below");
  Write("below/lower.toml", "schema = 1\n[base.train.schedule]\nfile = \"../data.txt\"\n");
  setenv("FACET_TEST_FOLDER", "/somewhere", 1);
  unsetenv("FACET_TEST_UNSET");
  const LoadResult result = Load(R"(extends = "below/lower.toml"
[[row]]
id = "1"
[[row]]
id = "2"
train.schedule.file = "${FACET_TEST_FOLDER}/a/${FACET_TEST_UNSET:-b}.txt"
[[row]]
id = "3"
)",
                                 {"3:train.schedule.file=here.txt"});
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_EQ(Slots(result, 0, "train.schedule")["file"], folder_ + "/data.txt");
  EXPECT_EQ(Slots(result, 1, "train.schedule")["file"], "/somewhere/a/b.txt");
  EXPECT_EQ(Slots(result, 2, "train.schedule")["file"], (fs::current_path() / "here.txt").string());

  std::vector<Diagnostic> missing = CheckInputs(result, Layout(), catalogue_);
  ASSERT_EQ(missing.size(), 3u);
  EXPECT_EQ(missing[0].code, "E0601");
  EXPECT_EQ(OriginText(missing[0].origin), folder_ + "/below/lower.toml:3:8");
  Write("data.txt", "");
  EXPECT_EQ(CheckInputs(result, Layout(), catalogue_).size(), 2u);
}

TEST_F(ConfigTest, ADeviceIsNoFile) {
  const LoadResult result = Load("[[row]]\nid = \"1\"\ntrain.schedule.file = \"/dev/null\"\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  const std::vector<Diagnostic> problems = CheckInputs(result, Layout(), catalogue_);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].code, "E0602");
  EXPECT_NE(problems[0].message.find("not a file"), std::string::npos);
}

TEST_F(ConfigTest, ReportedRowsNeedNoComponents) {
  const LoadResult result = Load(
      "columns = [\"recall\", \"time/test.detect\"]\n[[row]]\nid = \"1\"\nreported = \"a "
      "paper\"\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_TRUE(result.experiment.rows[0].reported);
  EXPECT_EQ(result.experiment.rows[0].skip, "a paper");
  EXPECT_EQ(result.experiment.columns, (std::vector<std::string>{"recall", "time/test.detect"}));
  EXPECT_NE(ResolvedToml(result.experiment).find("reported = \"a paper\""), std::string::npos);
  const LoadResult both = Load("[[row]]\nid = \"1\"\nreported = \"a paper\"\nskip = \"no data\"\n");
  ASSERT_EQ(both.diagnostics.size(), 1u);
  EXPECT_EQ(both.diagnostics[0].code, "E0209");
  const LoadResult text = Load("columns = \"recall\"\n[[row]]\nid = \"1\"\n");
  EXPECT_NE(Text(text).find("columns must be a list"), std::string::npos) << Text(text);
}

// Cells of each form of `of`, for rows with and without what it names.
TEST_F(ConfigTest, ATraitOfAnotherComponentMakesASlotNeedless) {
  ExperimentLayout layout = Layout();
  layout.slots[2].required = true;  // train.loss
  layout.slots[2].not_required_with = {Trait::kScoresDetections};
  layout.slots.push_back(MakeSlot("test.evaluator", Slot::Fill::kComponent, "evaluator", "[]"));
  const auto problems = [&](const std::string& evaluator) {
    const std::string path =
        Write("y.toml", absl::StrCat("schema = 1\n[[row]]\nid = \"1\"\ntest.evaluator.use = \"",
                                     evaluator, "\"\n"));
    return Text(LoadExperiment(path, {}, layout, catalogue_));
  };
  EXPECT_EQ(problems("detection"), "");
  EXPECT_NE(problems("verification").find("has no train.loss"), std::string::npos);
}

TEST_F(ConfigTest, SkippedRowsNeedNoEnvironmentAndNoInputs) {
  unsetenv("FACET_TEST_UNSET");
  const LoadResult result = Load(
      "[[row]]\nid = \"1\"\nskip = \"no data\"\ntrain.schedule.file = \"${FACET_TEST_UNSET}/x\"\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_TRUE(CheckInputs(result, Layout(), catalogue_).empty());
  const LoadResult needed = Load(
      "[[row]]\nid = \"1\"\nskip = \"no data\"\n[[row]]\nid = \"2\"\ntrain.start_from = \"1\"\n");
  ASSERT_EQ(needed.diagnostics.size(), 1u);
  EXPECT_EQ(needed.diagnostics[0].code, "E0506");
  EXPECT_EQ(needed.diagnostics[0].origin.line, 7);
}

TEST_F(ConfigTest, ReferenceKeepsOrderAndReportsItsOwnPlaces) {
  Write("reference.toml", R"(schema = 1
title = "Table"
source = "a paper"
[row.1]
"accuracy" = { value = 98.95, unit = "%", tolerance = 0.5 }
"100%-EER" = { value = 99, note = "printed so" }
)");
  const LoadResult result = Load("reference = \"reference.toml\"\n[[row]]\nid = \"1\"\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  const Reference& reference = result.experiment.reference;
  EXPECT_EQ(reference.source, "a paper");
  ASSERT_EQ(reference.rows.at("1").size(), 2u);
  EXPECT_EQ(reference.rows.at("1")[0].metric, "accuracy");
  EXPECT_EQ(reference.rows.at("1")[0].tolerance, 0.5);
  EXPECT_EQ(reference.rows.at("1")[1].value, 99.0);
  EXPECT_LT(reference.rows.at("1")[1].tolerance, 0.0);

  Write("reference.toml", "schema = 1\n[row.1]\n\"eer\" = { valeu = 9 }\n[row.11]\n\"eer\" = 3\n");
  const LoadResult bad = Load("reference = \"reference.toml\"\n[[row]]\nid = \"1\"\n");
  std::vector<std::string> places;
  for (const Diagnostic& d : bad.diagnostics) {
    places.push_back(absl::StrCat(d.code, " ", d.origin.line, ":", d.origin.column));
  }
  EXPECT_EQ(places, (std::vector<std::string>{"E0205 3:9", "E0201 3:11", "E0507 4:6", "E0202 5:9"}))
      << Text(bad);
}

TEST_F(ConfigTest, ShownTomlLoadsToTheSameRows) {
  setenv("FACET_TEST_FOLDER", folder_.c_str(), 1);
  const LoadResult result = Load(R"(title = "A \"title\" with \\ and é"
[base]
seed = 3
train.data = { use = "folder", root = "${FACET_TEST_FOLDER}", exclude = ["a\tb"] }
train.loss = { use = "triplet", margin = 1 }
[[row]]
id = "1"
skip = "a reason"
[[row]]
id = "2"
label = "Zwei"
extends = "1"
train.start_from = ""
unset = ["train.loss"]
[[row]]
id = "3"
train.start_from = "2"
embed = { loss = { use = "softmax" }, lr = 1e-7, rates = [] }
)");
  ASSERT_TRUE(result.ok()) << Text(result);
  const std::string text = ResolvedToml(result.experiment);
  const LoadResult again = LoadFile(Write("shown.toml", text));
  ASSERT_TRUE(again.ok()) << Text(again) << text;
  EXPECT_EQ(again.experiment.title, result.experiment.title);
  ASSERT_EQ(again.experiment.rows.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(again.experiment.rows[i].id, result.experiment.rows[i].id);
    EXPECT_EQ(again.experiment.rows[i].label, result.experiment.rows[i].label);
    EXPECT_EQ(again.experiment.rows[i].skip, result.experiment.rows[i].skip);
    EXPECT_EQ(Json(again.experiment.rows[i].slots), Json(result.experiment.rows[i].slots)) << text;
  }
  EXPECT_NE(text.find("train.loss.margin = 1.0  # " + folder_ + "/x.toml:6:42"), std::string::npos)
      << text;
  EXPECT_EQ(ResolvedJson(result.experiment)["rows"][0]["origins"]["seed"], folder_ + "/x.toml:4:8");
}

}  // namespace
}  // namespace facet
