#include "core/app/provenance.h"

#include <string>
#include <vector>

#include "core/base/child_process.h"
#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

class GitStateTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = TestFolder();
    if (!Git({"init", "-q"})) GTEST_SKIP() << "git is not installed";
    Write("table.toml", "a");
    Write("other.txt", "a");
  }
  bool Git(const std::vector<std::string>& words) const {
    std::vector<std::string> command = {"git",         "-C", folder_,         "-c",
                                        "user.name=a", "-c", "user.email=a@b"};
    command.insert(command.end(), words.begin(), words.end());
    return CaptureOutput(command).ok();
  }
  void Write(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(WriteFileAtomically(folder_ + "/" + name, text).ok());
  }
  Json State() const { return GitState(folder_ + "/table.toml"); }

  std::string folder_;
};

TEST_F(GitStateTest, NamesTheCommitAndWhatDiffersFromIt) {
  EXPECT_TRUE(State().is_null()) << "nothing is committed yet";
  ASSERT_TRUE(Git({"add", "other.txt"}) && Git({"commit", "-qm", "first"}));
  // The experiment is not part of the commit: it says nothing of it.
  EXPECT_EQ(State().at("dirty"), true);
  EXPECT_THAT(State().at("changed"), ElementsAre("table.toml"));
  ASSERT_TRUE(Git({"add", "table.toml"}) && Git({"commit", "-qm", "second"}));
  const Json clean = State();
  EXPECT_EQ(clean.at("dirty"), false);
  const absl::StatusOr<std::string> head =
      CaptureOutput({"git", "-C", folder_, "rev-parse", "HEAD"});
  EXPECT_EQ(clean.at("commit").get<std::string>() + "\n", *head);
  // Files that git does not follow are no change.
  Write("results.csv", "a");
  EXPECT_EQ(State(), clean);
  Write("other.txt", "b b");
  EXPECT_EQ(State().at("commit"), clean.at("commit"));
  EXPECT_THAT(State().at("changed"), ElementsAre("other.txt"));
}

// Two of sixteen commits: what says that a file changed begins with 1 or 2 too.
TEST_F(GitStateTest, ACommitThatBeginsWithADigitIsNoChange) {
  ASSERT_TRUE(Git({"add", "table.toml", "other.txt"}) && Git({"commit", "-qm", "first"}));
  std::string commit;
  for (int i = 0; i < 300; ++i) {
    const Json state = State();
    ASSERT_EQ(state.at("dirty"), false) << state.at("commit");
    commit = state.at("commit");
    if (commit[0] == '1' || commit[0] == '2') break;
    ASSERT_TRUE(Git({"commit", "-q", "--allow-empty", "-m", std::to_string(i)}));
  }
  EXPECT_TRUE(commit[0] == '1' || commit[0] == '2') << commit;
}

TEST(ProvenanceTest, TheReportShowsItInWords) {
  const Json run = {{"version", "0.1.0"},
                    {"host", "410f83adaabe"},
                    {"interface", 6},
                    {"cpu", "AMD EPYC"},
                    {"cores", 2},
                    {"machine", "x86_64"},
                    {"git", {{"commit", "0123abcd"}, {"dirty", true}, {"changed", {"t.toml"}}}},
                    {"rows", {{"1", {{"seed", 1}}}, {"2", {{"seed", 2}}}, {"3", {{"seed", 1}}}}},
                    {"threads", {1, 2}},
                    {"libraries", {{"torch", "1.13.0"}}},
                    {"plugins", {{"loss/softmax", std::string(64, 'a')}}}};
  EXPECT_THAT(ShownProvenance(run),
              ElementsAre(Pair("facet", "0.1.0, build 410f83adaabe, plugin interface 6"),
                          Pair("git", "0123abcd and changes: t.toml"),
                          Pair("processor", "AMD EPYC, 2 cores, x86_64"),
                          Pair("seed", "1 (2 rows), 2 (1 row)"), Pair("threads", "1, 2"),
                          Pair("torch", "1.13.0"), Pair("plugins", "loss/softmax aaaaaaaaaaaa")));
  const Json row = RowProvenance(run, "2");
  EXPECT_EQ(row.at("seed"), 2);
  EXPECT_FALSE(row.contains("plugins"));
}

}  // namespace
}  // namespace facet
