// Loading against a layout made here: what the rules give, and what is reported.
// tests/bad_experiments has the mistakes in the layout of real rows.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/options.h"
#include "core/base/file.h"
#include "core/config/experiment.h"
#include "core/config/fixture_catalogue.h"
#include "core/config/inputs.h"
#include "core/config/resolved.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

struct Schedule {
  double lr = 0.25;
  int64_t epochs = 10;
  std::vector<double> rates = {0.1, 0.01};
  std::vector<std::string> tags;
  std::string file;
  bool flip = true;
  void Visit(OptionVisitor& v) {
    v("lr", lr, Above(0), "learning rate");
    v("epochs", epochs, AtLeast(1), "passes");
    v("rates", rates, Above(0), "learning rates");
    v("tags", tags, Any(), "words");
    v("file", file, InputFile(), "a file");
    v("flip", flip, Any(), "mirror");
  }
};
struct Seed {
  int64_t seed = 1;
  void Visit(OptionVisitor& v) { v("seed", seed, AtLeast(0), "of all randomness"); }
};

Slot MakeSlot(std::string path, Slot::Fill fill, std::string kind, const std::string& schema) {
  Slot slot;
  slot.path = std::move(path);
  slot.fill = fill;
  slot.kind = std::move(kind);
  slot.options = *ParseSchema(Json::parse(schema));
  return slot;
}

ExperimentLayout Layout() {
  ExperimentLayout layout;
  layout.slots = {MakeSlot("seed", Slot::Fill::kValue, "", SchemaOf<Seed>()),
                  MakeSlot("train.data", Slot::Fill::kComponent, "dataset", "[]"),
                  MakeSlot("train.loss", Slot::Fill::kComponent, "loss", "[]"),
                  MakeSlot("train.schedule", Slot::Fill::kSettings, "", SchemaOf<Schedule>()),
                  MakeSlot("train.start_from", Slot::Fill::kRow, "", "[]"),
                  MakeSlot("embed", Slot::Fill::kSettings, "", SchemaOf<Schedule>()),
                  MakeSlot("embed.loss", Slot::Fill::kComponent, "loss", "[]")};
  layout.slots[5].optional_group = layout.slots[6].optional_group = "embed";
  layout.slots[6].required = true;
  return layout;
}

class ConfigTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = (fs::path(::testing::TempDir()) /
               ::testing::UnitTest::GetInstance()->current_test_info()->name())
                  .lexically_normal();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    catalogue_ = MakeFixtureCatalogue(folder_ + "/plugins");
  }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = absl::StrCat(folder_, "/", name);
    EXPECT_TRUE(WriteFileAtomically(path, text).ok());
    return path;
  }
  LoadResult Load(const std::string& text, const std::vector<std::string>& sets = {}) {
    return LoadFile(Write("x.toml", "schema = 1\n" + text), sets);
  }
  LoadResult LoadFile(const std::string& path, const std::vector<std::string>& sets = {}) {
    std::vector<Override> overrides;
    for (const std::string& set : sets) {
      overrides.push_back({set, absl::StrCat("--set #", overrides.size() + 1)});
    }
    return LoadExperiment(path, overrides, Layout(), catalogue_);
  }
  static std::string Text(const LoadResult& result) {
    return RenderAll(result.diagnostics, /*colour=*/false);
  }
  static const Json& Slots(const LoadResult& result, size_t row, const std::string& slot) {
    static const Json* const kNone = new Json();
    if (row >= result.experiment.rows.size()) return *kNone;
    const auto& slots = result.experiment.rows[row].slots;
    return slots.count(slot) == 0 ? *kNone : slots.at(slot);
  }

  std::string folder_;
  Catalogue catalogue_;
};

TEST_F(ConfigTest, EmptyRowHasDefaultsAndNoOptionalSlots) {
  const LoadResult result = Load("[[row]]\nid = \"1\"\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_EQ(Slots(result, 0, "seed"), 1);
  EXPECT_EQ(
      Slots(result, 0, "train.schedule"),
      Json::parse(R"({"lr":0.25,"epochs":10,"rates":[0.1,0.01],"tags":[],"file":"","flip":true})"));
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
      Json::parse(
          R"({"lr":2.0,"epochs":3,"rates":[1.0],"tags":["lower a"],"file":"","flip":false})"));
  EXPECT_EQ(
      Slots(result, 1, "train.schedule"),
      Json::parse(
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
            Json::parse(R"({"use":"triplet","margin":0.3,"distance":"l2"})"));
  EXPECT_EQ(Slots(result, 1, "train.loss"),
            Json::parse(R"({"use":"arcface","margin_rad":0.5,"scale":64.0})"));
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
            Json::parse(R"({"use":"triplet","margin":1.0,"distance":"squared_l2"})"));
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

TEST_F(ConfigTest, ATraitOfAnotherComponentMakesASlotNeedless) {
  ExperimentLayout layout = Layout();
  layout.slots[2].required = true;  // train.loss
  layout.slots[2].not_required_with = {"detections"};
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

TEST_F(ConfigTest, RenamedOptionsWarn) {
  Catalogue& catalogue = catalogue_;
  ExperimentLayout layout = Layout();
  layout.slots.push_back(MakeSlot("train.detector", Slot::Fill::kComponent, "detector", "[]"));
  const std::string path = Write("renamed.toml",
                                 "schema = 1\n[[row]]\nid = \"1\"\n"
                                 "train.detector = { use = \"haar\", cascade = \"/c.xml\" }\n");
  const LoadResult result = LoadExperiment(path, {}, layout, catalogue);
  ASSERT_TRUE(result.ok()) << Text(result);
  ASSERT_EQ(result.diagnostics.size(), 1u);
  EXPECT_EQ(result.diagnostics[0].code, "E0208");
  EXPECT_EQ(Slots(result, 0, "train.detector")["frontal"], "/c.xml");
}

TEST_F(ConfigTest, AllProblemsComeAtOnceSortedAndOnlyOnce) {
  const LoadResult result = Load(R"([base]
train.schedule = { lr = -1, epoch = 3 }
[[row]]
id = "1"
train.losss = { use = "triplet" }
[[row]]
id = "2"
extends = "3"
seed = "x"
[[row]]
id = "2"
)",
                                 {"seed=-1"});
  std::vector<std::string> places;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    places.push_back(
        absl::StrCat(diagnostic.code, " ", diagnostic.origin.line, ":", diagnostic.origin.column));
  }
  EXPECT_EQ(places, (std::vector<std::string>{"E0302 3:25", "E0201 3:29", "E0201 6:7", "E0501 9:11",
                                              "E0503 12:6", "E0302 0:6"}))
      << Text(result);  // the row's seed is not looked at: --set replaces it
}

TEST_F(ConfigTest, CirclesAreNamedOnceWithEveryStep) {
  const LoadResult rows = Load(
      "[[row]]\nid = \"1\"\nextends = \"3\"\n[[row]]\nid = \"2\"\nextends = \"1\"\n"
      "[[row]]\nid = \"3\"\nextends = \"2\"\n[[row]]\nid = \"4\"\nextends = \"3\"\n");
  ASSERT_EQ(rows.diagnostics.size(), 1u) << Text(rows);
  EXPECT_EQ(rows.diagnostics[0].message, "rows extend each other in a circle: 1 -> 3 -> 2 -> 1");
  EXPECT_EQ(rows.diagnostics[0].related.size(), 2u);

  Write("b.toml", "schema = 1\nextends = \"x.toml\"\n");
  const LoadResult files = Load("extends = \"b.toml\"\n[[row]]\nid = \"1\"\n");
  ASSERT_EQ(files.diagnostics.size(), 1u) << Text(files);
  EXPECT_EQ(files.diagnostics[0].code, "E0104");
  EXPECT_EQ(OriginText(files.diagnostics[0].origin), folder_ + "/b.toml:2:11");

  const LoadResult starts = Load(
      "[[row]]\nid = \"1\"\ntrain.start_from = \"2\"\n[[row]]\nid = \"2\"\ntrain.start_from = "
      "\"1\"\n");
  ASSERT_EQ(starts.diagnostics.size(), 1u) << Text(starts);
  EXPECT_EQ(starts.diagnostics[0].code, "E0502");
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

TEST_F(ConfigTest, UnknownComponentNamesLibrariesThatCannotBeUsed) {
  const LoadResult result = Load("[[row]]\nid = \"1\"\ntrain.loss.use = \"xyz\"\n");
  ASSERT_EQ(result.diagnostics.size(), 1u) << Text(result);
  EXPECT_EQ(result.diagnostics[0].code, "E0401");
  EXPECT_NE(Text(result).find("losses: arcface, softmax, triplet"), std::string::npos)
      << Text(result);
  EXPECT_NE(Text(result).find("not usable: libbroken.so (`facet plugins list` says why)"),
            std::string::npos)
      << Text(result);
  EXPECT_NE(Text(result).find("searched: " + folder_ + "/plugins"), std::string::npos);
}

TEST_F(ConfigTest, UnreadableFilesAreOneSentence) {
  const LoadResult missing = LoadFile(folder_ + "/tabel.toml");
  ASSERT_EQ(missing.diagnostics.size(), 1u);
  EXPECT_EQ(missing.diagnostics[0].code, "E0101");
  const LoadResult folder = LoadFile(folder_);
  ASSERT_EQ(folder.diagnostics.size(), 1u);
  EXPECT_EQ(folder.diagnostics[0].code, "E0101");
  EXPECT_FALSE(LoadFile(Write("empty.toml", "")).ok());
  EXPECT_FALSE(LoadFile(Write("binary.toml", std::string("\0\xFF\x01", 3))).ok());
  EXPECT_FALSE(LoadFile(Write("deep.toml", "schema = 1\na = " + std::string(5000, '['))).ok());
}

}  // namespace
}  // namespace facet
