// `run` from an empty store to the table, and what a second one computes again: what changed, and
// what rests on it.
#include <algorithm>
#include <filesystem>
#include <regex>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSubsetOf;
using testing::StartsWith;

using RunTest = EndToEndTest;

const std::vector<std::string> kAllStages = {
    "describe",      "evaluate",     "evaluate",  "project", "test.align",
    "test.dataset",  "test.detect",  "test.pack", "train",   "train.align",
    "train.dataset", "train.detect", "train.pack"};

// The folder of the run's report, from the last line of stdout.
std::string ReportFolder(const Ending& ending) {
  std::smatch match;
  if (!std::regex_search(ending.out, match, std::regex("report: (.*)/report\\.html\n$"))) {
    ADD_FAILURE() << "no report named in:\n" << ending.out;
    return "";
  }
  return match[1];
}

std::string TextOf(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? *text : "";
}

TEST_F(RunTest, FromNothingToATableAReportAndAnRocPicture) {
  const Ending run = Facet({"run", DataFile("tiny.toml")});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, StartsWith("Tiny\n"));
  // id, label, value with its standard error, number of pairs
  EXPECT_TRUE(
      std::regex_search(run.out, std::regex("\nsoftmax +A +\\d+\\.\\d\\d ± \\d+\\.\\d\\d +40\n")))
      << run.out;
  EXPECT_TRUE(std::regex_search(
      run.out, std::regex("\ntriplet +A, triplet embedding +\\d+\\.\\d\\d ± \\d+\\.\\d\\d +40\n")))
      << run.out;
  EXPECT_THAT(run.out, HasSubstr("triplet vs softmax"));
  EXPECT_THAT(run.err, HasSubstr("13 stages: 13 computed, 0 from the cache\n"));

  const std::string report = ReportFolder(run);
  EXPECT_THAT(TextOf(report + "/report.html"), StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(TextOf(report + "/report.md"), HasSubstr("triplet"));
  EXPECT_THAT(TextOf(report + "/roc.svg"), AllOf(StartsWith("<svg"), HasSubstr("triplet")));
  EXPECT_THAT(TextOf(report + "/report.csv"),
              HasSubstr("\ntriplet,\"A, triplet embedding\",softmax,done,"));
  EXPECT_TRUE(ReadJsonFile(report + "/results.json").ok());

  const Ending again = Facet({"run", DataFile("tiny.toml")});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, testing::MatchesRegex(kAllCached));
  EXPECT_EQ(again.out.substr(0, again.out.find("report:")),
            run.out.substr(0, run.out.find("report:")));
}

TEST_F(RunTest, AChangedEvaluatorOptionEvaluatesAlone) {
  CopyTinyStore();
  const Ending run = RunTiny({"--set", "test.evaluator.distance=cosine"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(Computed(run), ElementsAre("evaluate", "evaluate"));
  const Ending one = RunTiny({"--set", "softmax:test.evaluator.far=0.3", "softmax"});
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_THAT(Computed(one), ElementsAre("evaluate"));
}

TEST_F(RunTest, AnotherNumberOfThreadsTrainsAnewAndNothingBeforeIt) {
  CopyTinyStore();
  const Ending run = RunTiny({"--set", "threads=2"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(Computed(run), Contains("train"));
  EXPECT_THAT(Computed(run), Contains("project"));
  EXPECT_THAT(Computed(run), IsSubsetOf({"train", "describe", "project", "evaluate", "evaluate"}));
}

TEST_F(RunTest, ALabelATitleOrTheOrderOfKeysComputeNothing) {
  CopyTinyStore();
  std::string text = TextOf(DataFile("tiny.toml"));
  text = std::regex_replace(text, std::regex("title = \"Tiny\""), "title = \"Renamed\"");
  text = std::regex_replace(text, std::regex("label = \"A\""), "label = \"B\"");
  text = std::regex_replace(text, std::regex("id = \"softmax\""), "id = \"first\"");
  text = std::regex_replace(text, std::regex("extends = \"softmax\""), "extends = \"first\"");
  text = std::regex_replace(text, std::regex("people = 6, images = 6"), "images = 6, people = 6");
  const Ending run = Facet({"run", Write("renamed.toml", text)});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, testing::MatchesRegex(kAllCached));
  EXPECT_THAT(run.out, StartsWith("Renamed\n"));
}

TEST_F(RunTest, ForceComputesAStageAnewAndEqualBytesStopThere) {
  CopyTinyStore();
  const std::map<std::string, std::string> before = Artifacts(store());
  const Ending unknown = RunTiny({"--force", "embed"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, AllOf(HasSubstr("--force embed: no stage"), HasSubstr("project")));
  const Ending run = RunTiny({"--force", "train"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(Computed(run), ElementsAre("train"));
  EXPECT_EQ(Artifacts(store()), before);
}

// Every file that every stage wrote, and the report's figures, in both precisions.
TEST_F(RunTest, TwiceFromNothingIsEqualToTheBit) {
  const std::vector<std::string> bfloat16 = {"--set", "precision=bfloat16"};
  std::vector<std::string> figures[2];
  for (int i = 0; i < 2; ++i) {
    const std::string store = absl::StrCat("store_", i);
    if (i == 0) CopyTinyStore(store);  // from nothing too, with two stages at a time
    for (const std::vector<std::string>& set : {std::vector<std::string>(), bfloat16}) {
      const Ending run = RunTiny(set, store);
      ASSERT_EQ(run.exit_code, 0) << run.err;
      if (i == 1 && set.empty()) {
        EXPECT_EQ(Computed(run), kAllStages);
      }
      for (const char* file : {"/report.csv", "/roc.svg"}) {
        figures[i].push_back(TextOf(ReportFolder(run) + file));
      }
    }
  }
  const auto first = Artifacts(folder() + "/store_0"), second = Artifacts(folder() + "/store_1");
  // Both precisions share the eight stages before training.
  EXPECT_EQ(first.size(), kAllStages.size() + 5);
  EXPECT_EQ(first, second);
  EXPECT_TRUE(figures[0] == figures[1]) << figures[0][0] << figures[1][0];
  EXPECT_NE(figures[0][0], figures[0][2]) << "bfloat16 gives the figures of float32?";
}

}  // namespace
}  // namespace facet
