// The other verbs on the real program, and stores that are not as they should be.
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class VerbsTest : public EndToEndTest {
 protected:
  std::string Tiny() const { return DataFile("tiny.toml"); }

  // Facet behind a line of shell, which sees it as "$@".
  Ending InShell(const std::string& line, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"/bin/sh", "-c", line, "sh", ProgramPath()});
    return Program(arguments, folder()).Wait();
  }

  std::string TextOf(const std::string& file) const {
    const absl::StatusOr<std::string> text = ReadFile(absl::StrCat(folder(), "/", file));
    EXPECT_TRUE(text.ok()) << text.status();
    return text.ok() ? *text : "";
  }
};

TEST_F(VerbsTest, PlanSaysWhatARunWouldDoAndDoesNothing) {
  const Ending before = Facet({"plan", Tiny()});
  EXPECT_EQ(before.exit_code, 0) << before.err;
  EXPECT_THAT(before.out, HasSubstr("no dataset stage was run yet"));
  EXPECT_THAT(before.out, HasSubstr("13 stages: 0 cached, 2 to run, 11 wait for these, 0 blocked"));
  EXPECT_EQ(Facet({"plan", Tiny(), "--exit-code"}).exit_code, 10);
  EXPECT_THAT(Artifacts(store()), IsEmpty());

  CopyTinyStore("warm");
  const Ending after = Facet({"--store", "warm", "plan", Tiny(), "--exit-code"});
  EXPECT_EQ(after.exit_code, 0) << after.out;
  EXPECT_THAT(after.out, HasSubstr("13 stages: 13 cached, 0 to run"));
  const Ending changed =
      Facet({"--store", "warm", "plan", Tiny(), "--set", "test.evaluator.distance=cosine"});
  EXPECT_THAT(changed.out, HasSubstr("changed: test.evaluator.distance \"l2\" -> \"cosine\"\n"));

  const absl::StatusOr<Json> json =
      ParseJson(Facet({"--store", "warm", "plan", Tiny(), "--json"}).out, "plan");
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(json->at("schema"), 1);
  EXPECT_EQ(json->at("stages").size(), 13u);
}

// The first copies of the rows are the rows: all that they need is there. What no seed changes, no
// copy needs anew.
TEST_F(VerbsTest, CopiesAndPointsShareWhatDoesNotDiffer) {
  CopyTinyStore("warm");
  const auto plan = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--store", "warm", "plan", Tiny(), "--json"});
    const absl::StatusOr<Json> json = ParseJson(Facet(arguments).out, "plan");
    EXPECT_TRUE(json.ok()) << json.status();
    return json.ok() ? *json : Json{{"stages", Json::array()}, {"rows", Json::object()}};
  };
  const Json copies = plan({"--seeds", "2"});
  EXPECT_EQ(copies["stages"].size(), 8u + 2 * 5u);  // data sets to packed faces; what learns, twice
  for (const Json& stage : copies["stages"]) {
    const bool of_first = absl::StrContains(Dump(stage["rows"]), "@1\"");
    EXPECT_EQ(stage["state"] == "cached", of_first) << stage;
  }
  std::vector<std::string> rows;
  const Json some =
      plan({"triplet@2", "softmax", "--seeds", "2", "--axis", "triplet:embed.loss.margin=0.2,0.3"});
  for (const auto& [row, result] : some["rows"].items()) rows.push_back(row);
  EXPECT_THAT(
      rows, ElementsAre("softmax@1", "softmax@2", "triplet,margin=0.2@2", "triplet,margin=0.3@2"));
}

TEST_F(VerbsTest, ANetworkThatNothingTrainsIsAMistakeOfItsRow) {
  const std::string file =
      Write("forgot.toml", "schema = 1\nextends = \"" + Tiny() +
                               "\"\n[[row]]\nid = \"triplet\"\nskip = \"-\"\n"
                               "[[row]]\nid = \"softmax\"\n"
                               "[[row]]\nid = \"forgot\"\n"
                               "extends = \"softmax\"\nunset = [\"train.loss\"]\n");
  for (const char* const verb : {"check", "plan", "run"}) {
    const Ending ending = Facet({verb, file});
    EXPECT_EQ(ending.exit_code, 3) << verb;
    EXPECT_THAT(ending.err, AllOf(HasSubstr("row \"forgot\""), HasSubstr("would be random"),
                                  HasSubstr("train.loss")));
  }
  EXPECT_EQ(Facet({"check", file, "--set", "forgot:train.architecture.use=pixels"}).exit_code, 0);
}

TEST_F(VerbsTest, CacheVerifyFindsAFlippedByteInAnyFileAndTheNextRunMendsIt) {
  CopyTinyStore();
  EXPECT_EQ(Facet({"cache", "verify"}).exit_code, 0);
  const std::map<std::string, std::string> before = Artifacts(store());
  int flipped = 0;
  for (const auto& entry : fs::recursive_directory_iterator(store() + "/cache/v1/cas")) {
    if (!entry.is_regular_file() || fs::file_size(entry.path()) == 0) continue;
    const auto time = fs::last_write_time(entry.path());
    fs::permissions(entry.path(), fs::perms::owner_all);
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    const char byte = static_cast<char>(file.get());
    file.seekp(0);
    file.put(static_cast<char>(byte ^ 1));
    file.close();
    fs::last_write_time(entry.path(), time);
    ++flipped;
  }
  EXPECT_GE(flipped, 13);
  const Ending verify = Facet({"cache", "verify", "--json"});
  EXPECT_EQ(verify.exit_code, 9);
  const Json found = *ParseJson(verify.out, "verify");
  EXPECT_EQ(found["schema"], 1);
  EXPECT_GE(found["damaged"].size(), 13u);
  EXPECT_EQ(found["set_aside"], true);
  EXPECT_EQ(found["unreadable"], Json::array());
  EXPECT_THAT(found["damaged"][0].get<std::string>(),
              HasSubstr("its content is not what was written"));
  const Ending run = RunTiny({});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(Computed(run).size(), 13u);
  EXPECT_EQ(Artifacts(store()), before);
  EXPECT_THAT(Facet({"cache", "verify"}).out, HasSubstr(" files read, 0 entries damaged\n"));
}

// Every default is in what `show` prints, and it is a file like any other.
TEST_F(VerbsTest, WhatShowPrintsIsTheSameExperiment) {
  CopyTinyStore();
  const Ending show = Facet({"show", Tiny()});
  EXPECT_EQ(show.exit_code, 0) << show.err;
  EXPECT_THAT(show.out, HasSubstr("embed.dimension = 8  # " + Tiny() + ":"));
  const Ending run = Facet({"run", Write("shown.toml", show.out)});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, testing::MatchesRegex(kAllCached));
}

// Names that a row gives keep their order, and what it takes away stays away.
TEST_F(VerbsTest, WhatShowPrintsOfStepsAndPhasesIsTheSameTraining) {
  const std::string file = Write("steps.toml", "schema = 1\nextends = \"" + Tiny() + "\"\n" + R"(
[[row]]
id = "phases"
extends = "softmax"
unset = ["train.augmentation.crop"]
[row.train.augmentation]
zoom = { max = 1.2 }
crop = { place = "center" }
again = { use = "blur", probability = 0.3 }
[row.train.phases.second]
epochs = 2
groups.b = { tensors = ["*.bias"], decay = false }
groups.a = { tensors = ["fc6.*"], rate_factor = 0.5 }
[row.train.phases.first]
epochs = 1
schedule = { use = "cosine", rate = 1e-3 }
)");
  const Ending show = Facet({"show", file, "phases"});
  EXPECT_EQ(show.exit_code, 0) << show.err;
  const std::string shown = Write("shown_steps.toml", show.out);
  const auto stages = [&](const std::string& of) {
    const Ending plan = Facet({"plan", of, "phases", "--json"});
    EXPECT_EQ(plan.exit_code, 0) << plan.err;
    return ParseJson(plan.out, "plan")->at("stages");
  };
  EXPECT_EQ(stages(shown), stages(file));
  const Ending moved =
      Facet({"plan", file, "phases", "--json", "--set", "train.augmentation.again.use=grey"});
  EXPECT_NE(ParseJson(moved.out, "plan")->at("stages"), stages(file));
}

// Options that are well written and contradict each other, or what else the row says.
TEST_F(VerbsTest, WhatAComponentRefusesIsFoundBeforeARun) {
  const std::string milestone = "train.schedule={use=\"step\",rates=[0.1,0.01],milestones=[20]}";
  for (const char* const verb : {"check", "plan", "run"}) {
    const Ending ending = Facet({verb, Tiny(), "--set", milestone});
    EXPECT_EQ(ending.exit_code, 3) << verb;
    EXPECT_THAT(ending.err, AllOf(HasSubstr("error[E0509]: train.schedule: milestones"),
                                  HasSubstr("below epochs = 1"), HasSubstr("--> --set #1")));
  }
  const Ending range =
      Facet({"check", Tiny(), "--set", "train.augmentation.zoom={min=1.2,max=1.0}"});
  EXPECT_EQ(range.exit_code, 3);
  EXPECT_THAT(range.err, HasSubstr("min = 1.2 is above max = 1"));
}

// Nothing fails when an aligner gets boxes of another detector than it has learned on.
TEST_F(VerbsTest, AnAlignerOnOtherBoxesThanItLearnedOnIsWarnedOfAndReported) {
  const std::string file = Write("boxes.toml", R"(schema = 1
[base.landmarks]
data = { use = "synthetic", part = "train", people = 12, images = 1 }
detector = { use = "given" }
[base.test]
data = { use = "synthetic", part = "test", people = 20, images = 2, pairs = 1 }
aligner = { use = "pictorial", rounds = 4, features = 40 }
evaluator = { use = "landmarks" }
[[row]]
id = "same"
test.detector = { use = "given" }
[[row]]
id = "other"
test.detector = { use = "central" }
[[row]]
id = "scaled"
test.detector = { use = "given", box_scale = 1.3 }
)");
  const std::string other =
      "test.aligner = \"pictorial\" learns on the boxes of landmarks.detector and gets those of "
      "test.detector (given there, central here): its landmarks may be far off, and nothing fails; "
      "name one detector in both";
  const Ending check = Facet({"check", file});
  EXPECT_EQ(check.exit_code, 0) << check.err;
  EXPECT_EQ(check.out, file + ": 3 rows, all fine (2 warnings)\n");
  EXPECT_THAT(check.err,
              AllOf(HasSubstr("warning[E0510]: " + other), HasSubstr(":14:25\n"),
                    HasSubstr("= row other\n"), HasSubstr("(both given, with another box_scale)")));
  const Ending run = Facet({"run", file, "same", "other"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr(other));
  const size_t begin = run.out.find("report: ") + 8;
  const auto report =
      ReadFile(fs::path(run.out.substr(begin, run.out.find('\n', begin) - begin)).parent_path() /
               "report.md");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(*report, HasSubstr(other));
  EXPECT_EQ(Facet({"check", file, "--set", "test.detector.use=given", "--set",
                   "other:test.detector.use=given", "--set", "scaled:test.detector.box_scale=1"})
                .out,
            file + ": 3 rows, all fine\n");
}

TEST_F(VerbsTest, CheckAndVersion) {
  const Ending good = Facet({"check", Tiny()});
  EXPECT_EQ(good.exit_code, 0) << good.err;
  EXPECT_EQ(good.out, Tiny() + ": 2 rows, all fine\n");
  const Ending bad = Facet({"check", Tiny(), "--set", "test.crops.knd=one"});
  EXPECT_EQ(bad.exit_code, 3);
  EXPECT_THAT(bad.err, AllOf(HasSubstr("--> --set #1"), HasSubstr("did you mean `kind`?")));
  // A number for a step names its strength, not the chance that a visit has it.
  const Ending number = Facet({"check", Tiny(), "--set", "train.augmentation.brightness=0.3"});
  EXPECT_EQ(number.exit_code, 3);
  EXPECT_THAT(number.err, HasSubstr("did you mean { strength = 0.3 }?"));
  const Ending version = Facet({"version", "--json"});
  EXPECT_EQ(version.exit_code, 0);
  const absl::StatusOr<Json> json = ParseJson(version.out, "version");
  ASSERT_TRUE(json.ok()) << version.out;
  EXPECT_EQ(json->at("schema"), 1);
  EXPECT_TRUE(json->at("libraries").contains("torch"));
}

TEST_F(VerbsTest, ReportRepeatsWhatTheRunSaidInEveryForm) {
  const Ending none = Facet({"report"});
  EXPECT_EQ(none.exit_code, 5);
  CopyTinyStore();
  const Ending run = Facet({"run", Tiny()});
  const Ending table = Facet({"report"});
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_EQ(table.out, run.out.substr(0, run.out.find("report:")));
  EXPECT_EQ(Facet({"report", "tiny", "--out", "report.html"}).exit_code, 0);
  EXPECT_THAT(TextOf("report.html"), StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(Facet({"report", "--format", "csv"}).out, StartsWith("row,label,"));
  EXPECT_EQ(Facet({"report", "another"}).exit_code, 5);

  // A later run without any result: the results are of the one before, which is said.
  EXPECT_EQ(Facet({"report"}).err, "");
  const std::string later = store() + "/runs/tiny/29991231T000000Z-000000";
  std::filesystem::create_directories(later);
  Write(".facet/runs/tiny/29991231T000000Z-000000/plan.json", "{}");
  const Ending older = Facet({"report"});
  EXPECT_EQ(older.out, table.out);
  EXPECT_THAT(older.err,
              StartsWith("no row of tiny/29991231T000000Z-000000 is finished yet; this "));
}

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t i = text.find(part); i != std::string::npos; i = text.find(part, i + 1)) ++count;
  return count;
}

TEST_F(VerbsTest, RunShowsTheRowsThatWereAskedFor) {
  CopyTinyStore();
  const Ending one = Facet({"run", Tiny(), "softmax"});
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_THAT(one.out, HasSubstr("softmax"));
  EXPECT_THAT(one.out, testing::Not(HasSubstr("triplet")));
  EXPECT_THAT(one.out, HasSubstr("1 other row was not asked for"));
  EXPECT_THAT(Facet({"report", Tiny()}).out, HasSubstr("triplet"));  // its files have all
  const Ending both = Facet({"run", Tiny(), "softmax", "triplet"});
  EXPECT_THAT(both.out, HasSubstr("triplet vs softmax"));
  EXPECT_THAT(both.out, testing::Not(HasSubstr("asked for")));
}

TEST_F(VerbsTest, AnEmptyListThatLeavesNothingIsAMistake) {
  for (const auto& [set, said] : std::map<std::string, std::string>{
           {"train.schedule.rates=[]", "rates is empty"},
           {"train.schedule.rates=", "rates is empty"},
           {"test.crops.scales=[]", "test.crops.scales is empty"},
           {"test.evaluator={ use = 'tar_at_far', far = [] }", "far is empty"},
           {"test.evaluator={ use = 'identification', ranks = [], fpir = [] }",
            "ranks and fpir are both empty"}}) {
    const Ending end = Facet({"check", Tiny(), "--set", set});
    EXPECT_EQ(end.exit_code, 3) << set << end.out;
    EXPECT_THAT(end.err, HasSubstr(said));
  }
  // Less than there would be, but something.
  for (const char* set : {"test.evaluator.far=[]", "test.evaluator={ use = 'det', far = [] }",
                          "test.evaluator={ use = 'identification', fpir = [] }"}) {
    const Ending end = Facet({"check", Tiny(), "--set", set});
    EXPECT_EQ(end.exit_code, 0) << set << end.err;
  }
}

TEST_F(VerbsTest, AStageThatRowsShareFailsOnce) {
  CopyTinyStore();
  const Ending run = Facet({"run", Tiny(), "--set", "train.schedule.rates=1e30"});
  EXPECT_EQ(run.exit_code, 1) << run.err;
  EXPECT_EQ(Count(run.out + run.err, "training diverged"), 1u) << run.out << run.err;
  EXPECT_THAT(run.err, HasSubstr("failed: rows softmax (A), triplet (A, triplet embedding), stage "
                                 "train: "));
  EXPECT_EQ(Count(run.err, "log: "), 1u) << run.err;
  const std::string table = Facet({"report", Tiny()}).out;
  EXPECT_EQ(Count(table, "rows softmax, triplet failed: "), 1u) << table;
  EXPECT_EQ(Count(table, "training diverged"), 1u) << table;
  const std::string text = Facet({"report", Tiny(), "--format", "md"}).out;
  EXPECT_THAT(text, HasSubstr("**Rows softmax, triplet failed**: "));
}

TEST_F(VerbsTest, TheCommandToReproduceHasTheVariablesOfItsPaths) {
  CopyTinyStore();
  const std::string file =
      Write("mine.toml", absl::StrCat("schema = 1\nextends = \"", Tiny(),
                                      "\"\n[base]\ntest.data = { use = \"folder\", "
                                      "root = \"${FACET_TEST_DATA}/faces\" }\n"));
  const Ending run = InShell("FACET_TEST_DATA=\"/it's here\" \"$@\"", {"run", file, "softmax"});
  EXPECT_EQ(run.exit_code, 5) << run.err;
  EXPECT_THAT(
      Facet({"report", file, "--format", "md"}).out,
      HasSubstr(absl::StrCat("FACET_TEST_DATA='/it'\\''s here' facet run ", file, " softmax\n")));
}

// What comes out is enough for a row that trains nothing: it describes as the trained one does.
TEST_F(VerbsTest, WeightsOfARowDescribeInAnother) {
  const Ending none = Facet({"weights", Tiny(), "softmax", "--out", "net"});
  EXPECT_EQ(none.exit_code, 5);
  EXPECT_THAT(none.err, HasSubstr("row \"softmax\" is not trained yet; run: "));
  std::filesystem::remove_all(store());
  CopyTinyStore();
  const Ending out = Facet({"weights", Tiny(), "softmax", "--out", "net"});
  EXPECT_EQ(out.exit_code, 0) << out.err;
  EXPECT_EQ(out.out, "net/weights.safetensors\nnet/model.json\n");
  EXPECT_THAT(TextOf("net/model.json"), HasSubstr("\"softmax\""));
  EXPECT_EQ(Facet({"weights", Tiny(), "softmx", "--output", "net"}).exit_code, 2);
  EXPECT_EQ(Facet({"weights", Tiny(), "softmax"}).out,
            "weights.softmax/weights.safetensors\nweights.softmax/model.json\n");

  const std::string other =
      Write("other.toml", absl::StrCat("schema = 1\nextends = \"", Tiny(),
                                       "\"\n\n[[row]]\nid = \"foreign\"\nextends = \"softmax\"\n"
                                       "unset = [\"train.loss\"]\n"
                                       "train.weights.file = \"net/weights.safetensors\"\n"));
  const Ending run = Facet({"run", other, "foreign", "softmax"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
}

TEST_F(VerbsTest, AStoreThatCannotBeMadeIsNamed) {
  Write("file", "");
  const Ending ending = Facet({"--store", "file/store", "run", Tiny()});
  EXPECT_EQ(ending.exit_code, 5);
  EXPECT_THAT(ending.err, AllOf(StartsWith("error: cannot make the folder "),
                                HasSubstr("/file/store"), HasSubstr("Not a directory")));
}

// A limit on the size of files stands in for a full disk: the worker cannot write its pictures.
TEST_F(VerbsTest, AStageThatCannotWriteFailsAndLeavesTheStoreWhole) {
  const Ending full = InShell("ulimit -f 300; exec \"$@\"", {"run", Tiny(), "softmax"});
  EXPECT_EQ(full.exit_code, 1);
  EXPECT_THAT(full.err, HasSubstr("failed: row softmax (A), stage test.dataset: "));
  EXPECT_THAT(full.err, HasSubstr("File too large; files may be no larger here (`ulimit -f`)"));
  for (const auto& [key, files] : Artifacts(store())) EXPECT_THAT(key, StartsWith("dataset"));
  const Ending run = RunTiny({"softmax"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(Computed(run), Contains("test.dataset"));
}

TEST_F(VerbsTest, DamagedEntriesAreComputedAnew) {
  CopyTinyStore();
  const std::map<std::string, std::string> before = Artifacts(store());
  fs::path manifest, weights;
  for (const auto& entry : fs::recursive_directory_iterator(store() + "/cache/v1/ac")) {
    if (entry.path().filename() != "artifact.json") continue;
    const absl::StatusOr<Json> json = ReadJsonFile(entry.path().string());
    ASSERT_TRUE(json.ok());
    if (json->at("type") == "pack") manifest = entry.path();
    if (json->at("type") != "train") continue;
    for (const Json& file : json->at("files")) {
      const std::string digest = file.at("digest");
      if (file.at("name") == "weights.safetensors") {
        weights = absl::StrCat(store(), "/cache/v1/cas/", digest.substr(0, 2), "/", digest);
      }
    }
  }
  std::ofstream(manifest, std::ios::app) << "{";
  ASSERT_TRUE(fs::exists(weights));
  fs::permissions(weights, fs::perms::owner_write, fs::perm_options::add);
  fs::resize_file(weights, fs::file_size(weights) / 2);
  const Ending run = RunTiny({});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(Computed(run).size(), 2u);
  EXPECT_THAT(Computed(run), Contains("train"));
  EXPECT_EQ(Artifacts(store()), before);
}

}  // namespace
}  // namespace facet
