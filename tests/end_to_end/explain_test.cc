// `facet explain` on the real program: after one run, each change of one field is named, with both
// values, its origin and the stage that it first concerns; from the row's last stage too.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/random.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr char kBase[] = R"(
[base.train]
data = { use = "folder", root = "faces" }
detector = { use = "central" }
aligner = { use = "variant" }
holdout = { names = "holdout.txt" }

[[row]]
id = "second"
extends = "softmax"
train.start_from = "softmax"
train.batch = 9
train.clip_norm = 2.0

[[row]]
id = "again"
extends = "softmax"
train.weights.file = "made/weights.safetensors"
)";

// One field. `said` is a line of TOML whose value says the new one; in [base], or in the row's own
// table where the row has said the old one.
struct Change {
  std::string row, stage;  // that it first concerns
  std::string said;
  std::string path;
  std::string before, after;  // JSON
  bool in_row = false;
  size_t changes = 1;  // those of lists of names, where a component is added or taken away
};

const std::vector<Change>& Changes() {
  static const auto* const kChanges = new std::vector<Change>{
      {"softmax", "train", "train.batch = 8", "train.batch", "12", "8"},
      {"softmax", "train", "train.epochs = 2", "train.epochs", "1", "2"},
      {"softmax", "train", "train.clip_norm = 1.0", "train.clip_norm", "0.0", "1.0"},
      {"softmax", "train", "train.mean = \"image\"", "train.mean", "\"pixel\"", "\"image\""},
      {"softmax", "train", "train.loss.init = \"xavier\"", "train.loss.init", "\"kaiming\"",
       "\"xavier\""},
      {"softmax", "train", "train.loss.use = \"cosface\"", "train.loss.use", "\"softmax\"",
       "\"cosface\""},
      {"softmax", "train", "train.architecture.dropout = 0.25", "train.architecture.dropout", "0.5",
       "0.25"},
      {"softmax", "train", "train.optimizer.momentum = 0.5", "train.optimizer.momentum", "0.9",
       "0.5"},
      {"softmax", "train", "train.optimizer.use = \"adamw\"", "train.optimizer.use", "\"sgd\"",
       "\"adamw\""},
      {"softmax", "train", "train.schedule.rates = [0.02]", "train.schedule.rates", "[0.01]",
       "[0.02]"},
      {"softmax", "train", "train.schedule.patience = 3", "train.schedule.patience", "1", "3"},
      {"softmax", "train", "train.augmentation.flip.probability = 0.25",
       "train.augmentation.flip.probability", "0.5", "0.25"},
      {"softmax", "train", "train.augmentation.blur.use = \"blur\"", "train.augmentation.blur.use",
       "null", "\"blur\"", false, 2},
      {"softmax", "train", "train.sampler.use = \"identities\"", "train.sampler.use", "\"random\"",
       "\"identities\""},
      {"softmax", "train", "train.micro_batch = 6", "train.micro_batch", "0", "6"},
      {"softmax", "train", "train.average_decay = 0.9", "train.average_decay", "0.0", "0.9"},
      {"softmax", "train", "seed = 7", "seed", "", ""},
      {"softmax", "train", "threads = 2", "threads", "1", "2"},
      {"softmax", "train", "precision = \"bfloat16\"", "precision", "\"float32\"", "\"bfloat16\""},
      {"softmax", "train", "device = \"cuda\"", "device", "\"cpu\"", "\"cuda\""},
      {"softmax", "train.pack", "train.crops.size_px = 40", "train.crops.size_px", "36", "40"},
      {"softmax", "train.pack", "train.crops.encoding = \"raw\"", "train.crops.encoding",
       "\"jpeg\"", "\"raw\""},
      {"softmax", "train.detect", "train.detector.side = 0.5", "train.detector.side", "0.454",
       "0.5"},
      {"softmax", "train.detect", "train.detector.use = \"haar\"", "train.detector.use",
       "\"central\"", "\"haar\""},
      {"softmax", "train.detect", "train.faces.missing = \"drop\"", "train.faces.missing",
       "\"central\"", "\"drop\""},
      {"softmax", "train.dataset", "train.data.max_images = 5", "train.data.max_images", "0", "5"},
      {"softmax", "test.dataset", "test.data.people = 22", "test.data.people", "20", "22"},
      {"softmax", "test.dataset", "test.data.yaw_sigma_deg = 5.0", "test.data.yaw_sigma_deg",
       "11.0", "5.0"},
      {"softmax", "test.align", "test.aligner.extend = 1.2", "test.aligner.extend", "1.1", "1.2"},
      {"softmax", "test.pack", "test.crops.scales = [40]", "test.crops.scales", "32", "40"},
      {"softmax", "describe", "test.crops.normalize = \"each\"", "test.crops.normalize", "\"none\"",
       "\"each\""},
      {"softmax", "evaluate", "test.evaluator.distance = \"cosine\"", "test.evaluator.distance",
       "\"l2\"", "\"cosine\""},
      {"softmax", "evaluate", "test.evaluator.far = [0.1]", "test.evaluator.far", "[0.01]",
       "[0.1]"},
      {"triplet", "project", "embed.dimension = 4", "embed.dimension", "8", "4", true},
      {"triplet", "project", "embed.loss.margin = 0.5", "embed.loss.margin", "0.2", "0.5", true},
      {"triplet", "project", "embed.miner.pairs = \"ordered\"", "embed.miner.pairs",
       "\"unordered\"", "\"ordered\"", true},
      {"second", "train", "train.start_from = \"\"", "train.start_from", "\"there\"", "null", true},
  };
  return *kChanges;
}

class ExplainTest : public EndToEndTest {
 protected:
  // Images, lists, weights, a plugin that is not facet's own, and a run of all rows.
  void RunBase() {
    Random random(1);
    for (const char* person : {"p1", "p2", "p3", "p4", "p5", "p6"}) {
      fs::create_directories(absl::StrCat(folder(), "/faces/", person));
      for (int i = 0; i < 6; ++i) {
        std::string pixels = "P6\n40 40\n255\n";
        for (int byte = 0; byte < 40 * 40 * 3; ++byte) {
          pixels += static_cast<char>(random.Index(256));
        }
        Write(absl::StrCat("faces/", person, "/", i, ".ppm"), pixels);
      }
    }
    Write("holdout.txt", "Nobody\n");
    Install("first");
    Write("base.toml",
          absl::StrCat("schema = 1\nextends = \"", DataFile("tiny.toml"), "\"\n", kBase));
    Run({"softmax", "triplet", "second"});
    ASSERT_EQ(Explained({"weights", "base.toml", "softmax", "--output", "made"}).exit_code, 0);
    Run({"again"});
  }

  void Run(const std::vector<std::string>& rows) const {
    std::vector<std::string> words = {"run", "base.toml"};
    words.insert(words.end(), rows.begin(), rows.end());
    const Ending run = Explained(words);
    ASSERT_EQ(run.exit_code, 0) << run.err;
  }

  void Install(const std::string& build) const {
    fs::create_directories(folder() + "/plugins");
    const std::string library = folder() + "/plugins/libvariant.so";
    fs::remove(library);
    fs::copy_file(absl::StrCat("tests/end_to_end/", build, "/libvariant.so"), library);
  }

  Ending Explained(std::vector<std::string> words) const {
    words.insert(words.begin(), {"--plugin-path", "plugins"});
    return Facet(words);
  }

  Json Explain(const std::string& file, const std::string& stage,
               const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"explain", file, stage, "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const Ending end = Explained(words);
    EXPECT_EQ(end.exit_code, 0) << end.err;
    const auto json = ParseJson(end.out, "the answer");
    EXPECT_TRUE(json.ok()) << end.out;
    return json.ok() ? *json : Json::object();
  }

  // The change of that path, of one key; null: there is none.
  static Json FindChange(const Json& explained, const std::string& path) {
    for (const Json& change : explained.value("changes", Json::array())) {
      if (change["path"] == path) return change;
    }
    return nullptr;
  }
};

TEST_F(ExplainTest, EachChangeOfOneFieldIsNamed) {
  ASSERT_NO_FATAL_FAILURE(RunBase());
  EXPECT_GE(Changes().size(), 30u);
  int named = 0;
  for (size_t i = 0; i < Changes().size(); ++i) {
    const Change& change = Changes()[i];
    SCOPED_TRACE(change.said);
    // Said in a file that extends the one that was run, and on the command line, in turns.
    const size_t equals = change.said.find(" = ");
    const std::string value = change.said.substr(equals + 3);
    std::string file = "base.toml", origin = "--set #1";
    std::vector<std::string> sets;
    if (i % 2 == 0) {
      file = "changed.toml";
      Write(file, absl::StrCat("schema = 1\nextends = \"base.toml\"\n",
                               change.in_row ? absl::StrCat("[[row]]\nid = \"", change.row, "\"\n")
                                             : "[base]\n\n",
                               change.said, "\n"));
      origin = absl::StrCat("changed.toml:5:", equals + 4);
    } else {
      sets = {"--set", absl::StrCat(change.in_row ? change.row + ":" : "",
                                    change.said.substr(0, equals), "=", value)};
    }
    const Json explained = Explain(file, absl::StrCat(change.row, "/", change.stage), sets);
    EXPECT_EQ(explained["state"], "run");
    const Json found = FindChange(explained, change.path);
    EXPECT_FALSE(found.is_null()) << DumpPretty(explained);
    if (found.is_null()) continue;
    EXPECT_EQ(explained["changes"].size(), change.changes) << DumpPretty(explained);
    EXPECT_EQ(found["stage"], change.stage);
    EXPECT_EQ(found["origin"], origin);
    if (change.path == "seed") {
      // DeriveSeed is what the key holds; the row's is said beside it.
      EXPECT_EQ(found["before"], DeriveSeed(1, "train"));
      EXPECT_EQ(found["after"], DeriveSeed(7, "train"));
      EXPECT_EQ(found["note"], "from the row's seed = 7");
    } else {
      EXPECT_EQ(found["before"], *ParseJson(change.before, "before"));
      EXPECT_EQ(found["after"], *ParseJson(change.after, "after"));
    }
    // The same cause from the end of the row, whatever lies between. Evaluations of several rows may
    // be equally near there; of these the one made last is compared, which is another row's here.
    if (change.row == "second") {
      ++named;
      continue;
    }
    const Json last = Explain(file, change.row + "/evaluate", sets);
    const bool told =
        std::any_of(last["changes"].begin(), last["changes"].end(), [&](const Json& each) {
          return each["path"] == change.path && each["stage"] == change.stage &&
                 each["origin"] == origin;
        });
    EXPECT_TRUE(told) << DumpPretty(last);
    named += told ? 1 : 0;
  }
  EXPECT_EQ(named, static_cast<int>(Changes().size()));
  std::printf("named: %d of %zu changes\n", named, Changes().size());

  // What is as it was, also where a default is written down.
  Write("same.toml",
        "schema = 1\nextends = \"base.toml\"\n[base]\ntrain.clip_norm = 0.0\n"
        "train.optimizer = { use = \"sgd\", momentum = 0.9 }\n"
        "train.augmentation.flip.probability = 0.5\ntest.faces.missing = \"central\"\n"
        "seed = 1\ndevice = \"cpu\"\n");
  for (const char* stage : {"softmax/train", "softmax/test.detect", "triplet/evaluate"}) {
    const Json same = Explain("same.toml", stage);
    EXPECT_EQ(same["state"], "cached") << stage;
    EXPECT_FALSE(same.contains("changes"));
    EXPECT_THAT(same["stored"]["run"].get<std::string>(), testing::StartsWith("base/"));
  }
  const Json where = Explain("same.toml", "softmax/train");
  const auto batch = std::find_if(where["parts"].begin(), where["parts"].end(),
                                  [](const Json& part) { return part["path"] == "train.batch"; });
  ASSERT_NE(batch, where["parts"].end());
  EXPECT_THAT((*batch)["origin"].get<std::string>(), HasSubstr("tiny.toml:18:9"));

  const Ending cached = Explained({"explain", "base.toml", "softmax/train"});
  EXPECT_THAT(cached.out, AllOf(HasSubstr("row softmax, stage train: cached\n"),
                                HasSubstr(" in run base/"), Not(HasSubstr("names"))));
}

TEST_F(ExplainTest, InputsPluginsAndWhatIsTakenAwayAreNamed) {
  ASSERT_NO_FATAL_FAILURE(RunBase());
  const auto changes_of = [&](const std::string& stage, const std::string& file = "base.toml",
                              const std::vector<std::string>& more = {}) {
    return Explain(file, stage, more)["changes"];
  };

  Write("without.toml",
        "schema = 1\nextends = \"base.toml\"\n[base]\nunset = [\"train.augmentation.flip\"]\n");
  const Json taken =
      FindChange(Explain("without.toml", "softmax/train"), "train.augmentation.flip.use");
  ASSERT_FALSE(taken.is_null());
  EXPECT_EQ(taken["before"], "flip");
  EXPECT_TRUE(taken["after"].is_null());
  EXPECT_THAT(taken["origin"].get<std::string>(), HasSubstr("row softmax, "));

  // The content of a list, of an image, of weights; each at its own stage, named by its option.
  Write("holdout.txt", "Somebody\n");
  Json changes = changes_of("softmax/train.dataset");
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0]["path"], "train.holdout.names");
  EXPECT_EQ(changes[0]["what"], "the content of train.holdout.names");
  EXPECT_EQ(changes[0]["note"], folder() + "/holdout.txt");
  EXPECT_THAT(changes[0]["origin"].get<std::string>(), testing::StartsWith("base.toml:8:"));
  Write("holdout.txt", "Nobody\n");

  std::string image = *ReadFile(folder() + "/faces/p3/4.ppm");
  const std::string old_image = image;
  image.back() = static_cast<char>(image.back() + 1);
  Write("faces/p3/4.ppm", image);
  changes = changes_of("softmax/train");
  ASSERT_FALSE(changes.empty());
  for (const Json& change : changes) {
    EXPECT_EQ(change["path"], "train.data.root");
    EXPECT_EQ(change["note"], folder() + "/faces, where p3/4.ppm is the newest file");
    EXPECT_THAT(change["origin"].get<std::string>(), testing::StartsWith("base.toml:5:"));
  }
  Write("faces/p3/4.ppm", old_image);

  const std::string weights = folder() + "/made/weights.safetensors";
  std::string bytes = *ReadFile(weights);
  bytes.back() = static_cast<char>(bytes.back() + 1);
  fs::permissions(weights, fs::perms::owner_write, fs::perm_options::add);
  Write("made/weights.safetensors", bytes);
  changes = changes_of("again/train");
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0]["path"], "train.weights.file");
  EXPECT_THAT(changes[0]["origin"].get<std::string>(), testing::StartsWith("base.toml:20:"));

  // Another build of a plugin.
  Install("wider");
  changes = changes_of("softmax/train.align");
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0]["what"], "the plugin library of aligner variant");
  EXPECT_EQ(changes[0]["origin"], folder() + "/plugins/libvariant.so");
  EXPECT_EQ(changes[0]["before"].get<std::string>().size(), 64u);
  const Ending text = Explained({"explain", "base.toml", "softmax/evaluate"});
  EXPECT_THAT(text.out, HasSubstr("changed in stage train.align, by train.pack, train, describe\n"
                                  "    the plugin library of aligner variant  "));
  const Ending row = Explained({"explain", "base.toml", "softmax"});
  EXPECT_THAT(row.out, AllOf(HasSubstr("train.detect   cached\n"),
                             HasSubstr("train.align    run     the plugin library"),
                             HasSubstr("train.pack     waits   for train.align\n")));
  Install("first");

  // Another row to start from: the link, and why its result is another one.
  const Json linked =
      Explain("base.toml", "second/train", {"--set", "second:train.start_from=again"});
  const Json link = FindChange(linked, "train.start_from");
  ASSERT_FALSE(link.is_null()) << DumpPretty(linked);
  EXPECT_EQ(link["origin"], "--set #1");
  EXPECT_EQ(link["note"], "the result of row again");
  const Json cause = FindChange(linked, "train.weights.file");
  ASSERT_FALSE(cause.is_null()) << DumpPretty(linked);
  EXPECT_EQ(cause["through"], Json::array({"train"}));

  // Two changes at once, of which one lies further up.
  changes = changes_of("softmax/train", "base.toml",
                       {"--set", "train.batch=8", "--set", "train.detector.side=0.5"});
  ASSERT_EQ(changes.size(), 2u) << DumpPretty(changes);
  EXPECT_EQ(changes[0]["path"], "train.batch");
  EXPECT_EQ(changes[1]["path"], "train.detector.side");
  EXPECT_EQ(changes[1]["stage"], "train.detect");
  EXPECT_EQ(changes[1]["through"], Json({"train.align", "train.pack", "train"}));
}

TEST_F(ExplainTest, SaysWhereThereIsNothingToCompareWith) {
  const Ending end = Facet({"explain", DataFile("tiny.toml"), "softmax/train.dataset"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_THAT(end.out, HasSubstr("no dataset stage is stored yet"));
  const Ending wrong = Facet({"explain", DataFile("tiny.toml"), "softmax/trian"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("row \"softmax\" has no stage \"trian\"; did you mean train?"));
  const Ending row = Facet({"explain", DataFile("tiny.toml"), "softmx"});
  EXPECT_EQ(row.exit_code, 2);
  EXPECT_THAT(row.err, HasSubstr("did you mean \"softmax\"?"));
}

}  // namespace
}  // namespace facet
