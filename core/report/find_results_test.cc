#include "core/report/find_results.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class FindResultsTest : public testing::Test {
 protected:
  FindResultsTest() : store_(testing::TempDir() + "/find_results/.facet") {
    std::filesystem::remove_all(store_);
  }
  void AddRun(const std::string& experiment, const std::string& name, bool results) {
    const std::string folder = store_ + "/runs/" + experiment + "/" + name;
    std::filesystem::create_directories(folder + "/report");
    if (results) std::ofstream(folder + "/report/results.json") << "{}";
  }
  std::string Found(const std::string& run) const {
    const auto path = FindResults(store_, run);
    return path.ok() ? *path : std::string(path.status().message());
  }
  const std::string store_;
};

TEST_F(FindResultsTest, TakesTheLatestWithResults) {
  AddRun("small", "20260101T000000Z-aaaaaa", true);
  AddRun("large", "20260301T000000Z-bbbbbb", true);
  AddRun("small", "20260201T000000Z-cccccc", true);
  AddRun("small", "20260401T000000Z-dddddd", false);  // nothing finished yet
  EXPECT_THAT(Found(""), HasSubstr("bbbbbb"));
  EXPECT_THAT(Found("small"), HasSubstr("cccccc"));
  EXPECT_THAT(Found("experiments/small.toml"), HasSubstr("cccccc"));
  EXPECT_THAT(Found("20260101T000000Z-aaaaaa"), HasSubstr("aaaaaa"));
  EXPECT_THAT(Found("small/20260101T000000Z-aaaaaa"), HasSubstr("aaaaaa"));
  EXPECT_THAT(Found("20260401T000000Z-dddddd"), HasSubstr("no row is finished yet"));
}

TEST_F(FindResultsTest, ARunWithoutPlanIsTheLastToBeMeantAndAFileIsNone) {
  AddRun("small", "20260101T000000Z-aaaaaa", true);
  AddRun("small", "20260201T000000Z-bbbbbb", true);
  AddRun("small", "20260301T000000Z-killed", false);
  for (const char* run : {"20260101T000000Z-aaaaaa", "20260201T000000Z-bbbbbb"}) {
    std::ofstream(store_ + "/runs/small/" + run + "/plan.json") << "{}";
  }
  std::ofstream(store_ + "/runs/small/zzz") << "x";
  std::ofstream(store_ + "/runs/.DS_Store") << "x";
  const auto folders = FindRuns(store_, "");
  ASSERT_TRUE(folders.ok()) << folders.status();
  EXPECT_THAT(*folders,
              testing::ElementsAre(EndsWith("bbbbbb"), EndsWith("aaaaaa"), EndsWith("killed")));
  EXPECT_THAT(RunFolders(store_), testing::SizeIs(3));
}

TEST_F(FindResultsTest, TakesFoldersAndFiles) {
  AddRun("small", "20260101T000000Z-aaaaaa", true);
  const std::string folder = store_ + "/runs/small/20260101T000000Z-aaaaaa";
  for (const char* part : {"", "/report", "/report/results.json"}) {
    EXPECT_THAT(Found(folder + part), EndsWith("/report/results.json"));
  }
}

TEST_F(FindResultsTest, SaysWhatThereIs) {
  EXPECT_THAT(Found(""), HasSubstr("there is no run in"));
  AddRun("small", "20260101T000000Z-aaaaaa", true);
  EXPECT_THAT(Found("smal"), HasSubstr("there is no run \"smal\""));
  EXPECT_THAT(Found("smal"), HasSubstr("runs here: small/20260101T000000Z-aaaaaa"));
}

}  // namespace
}  // namespace facet
