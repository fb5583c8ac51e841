#include "core/app/stored_runs.h"

#include <sys/stat.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>

#include "core/app/cache_use.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class StoredRunsTest : public testing::Test {
 protected:
  void SetUp() override { folder_ = TestFolder(); }

  static std::string Key(int number) { return Sha256Hex(std::to_string(number)); }

  // With events of some stages and a row that names others.
  void Record(const std::string& name, const std::vector<int>& events,
              const std::vector<int>& row) const {
    const std::string run = folder_ + "/runs/" + name;
    fs::create_directories(run + "/rows/1");
    std::ofstream lines(run + "/events.jsonl");
    for (const int number : events) {
      lines << Dump({{"event", "stage"}, {"key", Key(number)}, {"state", "running"}}) << "\n";
    }
    Json stages = Json::array();
    for (const int number : row) stages.push_back({{"name", "mill"}, {"key", Key(number)}});
    std::ofstream(run + "/rows/1/metrics.json") << DumpPretty({{"stages", stages}});
  }

  std::string folder_;
};

TEST_F(StoredRunsTest, ReachWhatTheirEventsAndRowsName) {
  EXPECT_THAT(*ListRuns(folder_), IsEmpty());
  Record("table/20260101T000000Z-aaaaaa", {1, 2}, {2, 3});
  Record("table/20260102T000000Z-aaaaaa", {1}, {});
  Record("other/20260101T000000Z-bbbbbb", {}, {});
  const auto runs = ListRuns(folder_);
  ASSERT_TRUE(runs.ok()) << runs.status();
  ASSERT_EQ(runs->size(), 3U);
  EXPECT_EQ((*runs)[0].name(), "other/20260101T000000Z-bbbbbb");
  EXPECT_THAT((*runs)[0].keys, IsEmpty());
  EXPECT_THAT((*runs)[1].keys, UnorderedElementsAre(Key(1), Key(2), Key(3)));
  EXPECT_THAT((*runs)[2].keys, ElementsAre(Key(1)));
  EXPECT_GT((*runs)[1].bytes, 0);
}

// As a kill leaves it, or one that is going: its stages are named when they begin.
TEST_F(StoredRunsTest, AnInterruptedRunReachesWhatItBegan) {
  Record("table/1", {1, 2}, {});
  fs::remove_all(folder_ + "/runs/table/1/rows");
  std::ofstream(folder_ + "/runs/table/1/events.jsonl", std::ios::app)
      << "{\"event\":\"stage\",\"key\":\"" << Key(3).substr(0, 20);
  EXPECT_THAT((*ListRuns(folder_))[0].keys, UnorderedElementsAre(Key(1), Key(2)));
}

TEST_F(StoredRunsTest, OneThatCannotBeReadIsAnError) {
  Record("table/1", {1}, {});
  fs::remove(folder_ + "/runs/table/1/events.jsonl");
  fs::create_symlink("events.jsonl", folder_ + "/runs/table/1/events.jsonl");
  EXPECT_FALSE(ListRuns(folder_).ok());
}

// One of many is in nobody's way, nor waited for.
TEST_F(StoredRunsTest, WhatIsNoFileNamesNothing) {
  Record("table/1", {1}, {2});
  const std::string events = folder_ + "/runs/table/1/events.jsonl";
  fs::remove(events);
  fs::create_directory(events);
  ASSERT_TRUE(ListRuns(folder_).ok());
  fs::remove(events);
  ASSERT_EQ(::mkfifo(events.c_str(), 0600), 0);
  const auto runs = ListRuns(folder_);
  ASSERT_TRUE(runs.ok()) << runs.status();
  EXPECT_THAT((*runs)[0].keys, ElementsAre(Key(2)));
}

TEST_F(StoredRunsTest, TheLastOfEachExperimentAndThePinnedStay) {
  for (const char* const name : {"a/1", "a/2", "a/3", "b/1"}) Record(name, {}, {});
  const auto names = [this](int64_t before_s, int64_t keep_last) {
    std::vector<std::string> let_go;
    for (const StoredRun& run : RunsToLetGo(*ListRuns(folder_), before_s, keep_last)) {
      let_go.push_back(run.name());
    }
    return let_go;
  };
  EXPECT_THAT(names(0, -1), IsEmpty());
  EXPECT_THAT(names(0, 1), ElementsAre("a/1", "a/2"));
  ASSERT_TRUE(SetPinned((*ListRuns(folder_))[1], true).ok());
  EXPECT_TRUE((*ListRuns(folder_))[1].is_pinned);
  EXPECT_THAT(names(0, 1), ElementsAre("a/1"));
  EXPECT_THAT(names(0, 0), ElementsAre("a/1", "a/3", "b/1"));
  EXPECT_THAT(names(std::numeric_limits<int64_t>::max(), -1), ElementsAre("a/1", "a/3", "b/1"));
  EXPECT_THAT(names(std::time(nullptr) - 3600, -1), IsEmpty());
  ASSERT_TRUE(SetPinned((*ListRuns(folder_))[1], false).ok());
  EXPECT_THAT(names(0, 1), ElementsAre("a/1", "a/2"));
  EXPECT_TRUE(absl::IsNotFound(SetPinned((*ListRuns(folder_))[1], false)));
}

// A number of days whose seconds are none that 64 bits hold once let every run go.
TEST_F(StoredRunsTest, MoreDaysThanThereWereLetNothingGo) {
  Record("a/1", {}, {});
  const int64_t now_s = std::time(nullptr);
  EXPECT_NEAR(DaysAgo(0), now_s, 2);
  EXPECT_NEAR(DaysAgo(14), now_s - 14 * 24 * 3600, 2);
  for (const int64_t days :
       {int64_t{1'000'000}, int64_t{106751991167301}, std::numeric_limits<int64_t>::max()}) {
    EXPECT_LT(DaysAgo(days), 0) << days;
    EXPECT_THAT(RunsToLetGo(*ListRuns(folder_), DaysAgo(days), -1), IsEmpty()) << days;
  }
}

// Two entries of ten bytes each, five of them in a file that both have.
TEST_F(StoredRunsTest, UseIsCountedOnceAFile) {
  const auto store = *Store::Open(folder_);
  for (const int number : {1, 2}) {
    std::string holder;
    const auto lock = store->TryLock(Key(number), &holder);
    const std::string out = *store->MakeWorkFolder(Key(number));
    std::ofstream(out + "/own") << "own " << number;
    std::ofstream(out + "/shared") << "12345";
    Artifact artifact;
    artifact.key = Key(number);
    artifact.type = artifact.name = number == 1 ? "mill" : "bake";
    artifact.key_document = {{"stage", artifact.type}};
    ASSERT_TRUE(store->Commit(out, &artifact).ok());
    RemoveFolder(out);
  }
  Record("table/1", {1}, {});
  const auto use = LookAtCache(*store);
  ASSERT_TRUE(use.ok()) << use.status();
  EXPECT_THAT(use->RunsOf(Key(1)), ElementsAre("table/1"));
  EXPECT_THAT(use->RunsOf(Key(2)), IsEmpty());
  const UseSummary summary = SummarizeUse(*use);
  EXPECT_EQ(summary.all.bytes, 15);
  EXPECT_EQ(summary.all.count, 2);
  ASSERT_EQ(summary.by_type.size(), 2U);
  EXPECT_EQ(summary.by_type[0].name, "bake");
  EXPECT_EQ(summary.by_type[0].bytes, 10);
  ASSERT_EQ(summary.by_run.size(), 1U);
  EXPECT_EQ(summary.by_run[0].count, 1);
  EXPECT_EQ(summary.by_run[0].bytes, 10);
  EXPECT_EQ(summary.unreached.count, 1);
  EXPECT_EQ(ToJson(summary)["entries"]["bytes"], 15);
  ASSERT_TRUE(PinKey(*store, Key(2)).ok());
  EXPECT_EQ(SummarizeUse(*LookAtCache(*store)).unreached.count, 0);
}

}  // namespace
}  // namespace facet
