#include "core/graph/store_contents.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <memory>
#include <thread>

#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

namespace fs = std::filesystem;
using Kind = StoredItem::Kind;
using ::testing::UnorderedElementsAre;

constexpr int64_t kAllOld = std::numeric_limits<int64_t>::max();

class StoreContentsTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = TestFolder();
    store_ = *Store::Open(folder_);
  }

  static std::string Key(int number) { return Sha256Hex(std::to_string(number)); }

  // An entry with one file of its own and one that all share.
  static Artifact CommitOne(Store& store, int number, const Artifact* input = nullptr) {
    std::string holder;
    const auto lock = store.TryLock(Key(number), &holder);
    Artifact artifact;
    artifact.key = Key(number);
    artifact.type = "mill";
    artifact.name = "test.mill";
    artifact.key_document = {{"stage", "mill"}, {"number", number}};
    if (input != nullptr) artifact.key_document["inputs"]["grain"] = input->ContentDigest();
    const std::string work = *store.MakeWorkFolder(artifact.key);
    fs::create_directories(work + "/out");
    std::ofstream(work + "/out/own") << "of " << number;
    std::ofstream(work + "/out/shared") << "shared by all";
    const absl::Status status = store.Commit(work + "/out", &artifact);
    EXPECT_TRUE(status.ok()) << status;
    RemoveFolder(work);
    return artifact;
  }

  // What gc does, from the look to the removal.
  std::vector<std::string> Clear(const std::set<std::string>& reached, int64_t before_s = kAllOld) {
    std::string users;
    EXPECT_TRUE(store_->BecomeAlone(&users)) << users;
    const auto contents = LookThrough(*store_);
    EXPECT_TRUE(contents.ok()) << contents.status();
    const auto removed = ClearOut(*store_, FindUnreached(*contents, reached, before_s));
    EXPECT_TRUE(removed.ok()) << removed.status();
    std::vector<std::string> kinds;
    for (const StoredItem& item : *removed) kinds.push_back(KindName(item.kind));
    return kinds;
  }

  std::string Cache(const std::string& path) const { return folder_ + "/cache/v1/" + path; }

  std::string folder_;
  std::unique_ptr<Store> store_;
};

TEST_F(StoreContentsTest, RemovesWhatNothingReachesAndTheFilesThatOnlyItNamed) {
  const Artifact kept = CommitOne(*store_, 1), gone = CommitOne(*store_, 2);
  EXPECT_THAT(Clear({Key(1)}), UnorderedElementsAre("entry", "file", "lock"));
  EXPECT_TRUE(store_->Find(Key(1)).has_value());
  EXPECT_FALSE(fs::exists(store_->EntryFolder(Key(2))));
  EXPECT_FALSE(fs::exists(store_->BlobPath(gone.Find("own")->digest)));
  EXPECT_TRUE(fs::exists(store_->BlobPath(gone.Find("shared")->digest)));
  EXPECT_TRUE(fs::is_empty(Cache("locks")));
  EXPECT_EQ(kept.Find("shared")->digest, gone.Find("shared")->digest);
  EXPECT_THAT(Clear({}), UnorderedElementsAre("entry", "file", "file"));
  EXPECT_TRUE(store_->index().Entries().empty());
}

TEST_F(StoreContentsTest, GivesWhatIsNewItsTime) {
  CommitOne(*store_, 1);
  fs::create_directories(Cache("kept/" + Key(3)));
  fs::create_directories(*store_->CheckpointFolder(Key(4)));
  fs::create_directories(Cache("quarantine/" + Key(5) + ".1.0"));
  std::ofstream(Cache("cas/" + Key(6).substr(0, 2))) << "";
  const int64_t hour_ago = std::time(nullptr) - 3600;
  EXPECT_THAT(Clear({}, hour_ago), UnorderedElementsAre("lock"));
  EXPECT_TRUE(store_->Find(Key(1)).has_value());
}

// Nothing is waited for, and the rest is told of all the same.
TEST_F(StoreContentsTest, AnArtifactThatIsNoFileIsDamage) {
  for (const int number : {1, 2, 3}) CommitOne(*store_, number);
  const auto path = [this](int number) {
    const std::string artifact = store_->EntryFolder(Key(number)) + "/artifact.json";
    fs::remove(artifact);
    return artifact;
  };
  ASSERT_EQ(::mkfifo(path(1).c_str(), 0600), 0);
  fs::create_directory(path(2));
  const auto contents = LookThrough(*store_);
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->entries.size(), 1u);
  std::vector<std::string> kinds = Clear({Key(3)});
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), "quarantine"), 2);
  EXPECT_TRUE(store_->Find(Key(3)).has_value());
  EXPECT_FALSE(fs::exists(store_->EntryFolder(Key(1))));
}

// Of processes that are gone: nobody can be at work, for the store is this process's alone.
TEST_F(StoreContentsTest, RemovesWhatKilledProcessesLeft) {
  CommitOne(*store_, 1);
  std::ofstream(*store_->CheckpointFolder(Key(1)) + "/of_a_stage_that_is_done") << "x";
  std::ofstream(*store_->CheckpointFolder(Key(2)) + "/to_go_on_from") << "x";
  std::ofstream(*store_->CheckpointFolder(Key(3)) + "/of_no_run") << "x";
  fs::create_directories(Cache("tmp/" + Key(2) + ".host.4711.0/out"));
  fs::create_directories(Cache("kept/" + Key(2)));
  fs::create_directories(Cache("kept/" + Key(3)));
  fs::create_directories(Cache("ac/" + Key(4).substr(0, 2) + "/" + Key(4)));
  fs::create_directories(Cache("quarantine/" + Key(5) + ".1.0"));
  EXPECT_THAT(Clear({Key(1), Key(2)}),
              UnorderedElementsAre("checkpoint", "checkpoint", "temporary", "kept folder",
                                   "temporary", "quarantine"));
  EXPECT_TRUE(fs::exists(Cache("checkpoints/" + Key(2) + "/to_go_on_from")));
  EXPECT_TRUE(fs::exists(Cache("kept/" + Key(2))));
  EXPECT_TRUE(store_->Find(Key(1)).has_value());
}

TEST_F(StoreContentsTest, AKeyThatIsHeldIsLeft) {
  CommitOne(*store_, 1);
  fs::create_directories(*store_->CheckpointFolder(Key(2)));
  std::string holder;
  const auto held = *store_->TryLock(Key(1), &holder);
  const auto also = *store_->TryLock(Key(2), &holder);
  EXPECT_THAT(Clear({}), UnorderedElementsAre());
  EXPECT_TRUE(store_->Find(Key(1)).has_value());
}

TEST_F(StoreContentsTest, PinsAreKeptAndReachWhatTheirEntriesWereMadeOf) {
  const Artifact field = CommitOne(*store_, 1);
  const Artifact mill = CommitOne(*store_, 2, &field);
  CommitOne(*store_, 3, &mill);
  CommitOne(*store_, 4);
  ASSERT_TRUE(PinKey(*store_, Key(3)).ok());
  EXPECT_THAT(PinnedKeys(*Store::Open(folder_).value()), UnorderedElementsAre(Key(3)));
  const auto contents = LookThrough(*store_);
  EXPECT_THAT(WithInputs(contents->entries, PinnedKeys(*store_)),
              UnorderedElementsAre(Key(1), Key(2), Key(3)));
  ASSERT_TRUE(UnpinKey(*store_, Key(3)).ok());
  EXPECT_TRUE(PinnedKeys(*store_).empty());
  EXPECT_TRUE(absl::IsNotFound(UnpinKey(*store_, Key(3))));
}

// What systems and people leave in folders: neither a reason to stop nor what gc may take from ac/.
TEST_F(StoreContentsTest, WhatIsNoEntryAmongTheEntriesIsLeftAlone) {
  CommitOne(*store_, 1);
  const std::string group = "ac/" + Key(1).substr(0, 2);
  for (const std::string& folder : {std::string("ac"), group}) {
    std::ofstream(Cache(folder + "/.DS_Store")) << "x";
    std::ofstream(Cache(folder + "/" + Key(7))) << "x";
    fs::create_directories(Cache(folder + "/notes/of_mine"));
    fs::create_symlink("/nowhere", Cache(folder + "/dangling"));
  }
  ASSERT_TRUE(LookThrough(*store_).ok()) << LookThrough(*store_).status();
  EXPECT_TRUE(store_->Verify([](int64_t, int64_t) {}).unreadable.empty());
  EXPECT_THAT(Clear({Key(1)}), UnorderedElementsAre("lock"));
  EXPECT_TRUE(fs::exists(Cache(group + "/.DS_Store")));
  EXPECT_TRUE(fs::exists(Cache(group + "/notes/of_mine")));
}

TEST_F(StoreContentsTest, ADamagedEntryAloneIsNoReasonToStopAndAnUnreadableOneIs) {
  CommitOne(*store_, 1);
  const std::string path = store_->EntryFolder(Key(1)) + "/artifact.json";
  std::ofstream(path) << "{";
  EXPECT_TRUE(LookThrough(*store_).ok());
  fs::remove(path);
  fs::create_symlink("artifact.json", path);  // as a file without permission to others than root
  EXPECT_FALSE(LookThrough(*store_).ok());
}

// Runs `program` in a process of its own, with the exit code 0 if it gives true.
pid_t InProcess(const std::function<bool()>& program) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(program() ? 0 : 1);
  return pid;
}

bool EndsWell(pid_t pid) {
  int status = 1;
  ::waitpid(pid, &status, 0);
  return status == 0;
}

TEST_F(StoreContentsTest, IsNotAloneWhileAnotherProcessUsesTheStore) {
  int ready[2], end[2];
  ASSERT_EQ(::pipe(ready) | ::pipe(end), 0);
  store_.reset();
  const pid_t other = InProcess([&] {
    const auto store = Store::Open(folder_);
    char byte = 0;
    ::close(end[1]);
    return store.ok() && ::write(ready[1], "r", 1) == 1 && ::read(end[0], &byte, 1) == 0;
  });
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  store_ = *Store::Open(folder_);
  std::string users;
  EXPECT_FALSE(store_->BecomeAlone(&users));
  EXPECT_THAT(users, testing::HasSubstr(std::to_string(other)));
  EXPECT_TRUE(absl::IsFailedPrecondition(ClearOut(*store_, {}).status()));
  ::close(end[1]);
  EXPECT_TRUE(EndsWell(other));
  EXPECT_TRUE(store_->BecomeAlone(&users));
}

// Two processes commit entries that share a file and, in what they open the store for, expect those
// of before to be whole; a third removes all that it can, again and again.
TEST_F(StoreContentsTest, NeverTakesAFileFromAnEntryThatIsBeingCommitted) {
  store_.reset();
  std::vector<pid_t> writers;
  for (const int first : {0, 1000}) {
    writers.push_back(InProcess([this, first] {
      for (int i = 0; i < 12; ++i) {
        auto store = Store::Open(folder_);
        if (!store.ok()) return false;
        for (int k = 0; k < 3; ++k) CommitOne(**store, first + 3 * i + k);
        for (int k = 0; k < 3; ++k) {  // with the store open, nobody has taken them since
          InputDigests digests((*store)->index_path());
          if (!(*store)->Find(Key(first + 3 * i + k), &digests)) return false;
        }
        (*store).reset();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the other's turn
      }
      return true;
    }));
  }
  const pid_t collector = InProcess([this] {
    int num_removed = 0;
    for (int round = 0; round < 4000 && num_removed < 40; ++round) {
      const auto store = Store::Open(folder_);
      std::string users;
      if (!store.ok() || !(*store)->BecomeAlone(&users)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        continue;
      }
      const auto contents = LookThrough(**store);
      if (!contents.ok()) return false;
      const auto removed = ClearOut(**store, FindUnreached(*contents, {}, kAllOld));
      if (!removed.ok()) return false;
      num_removed += static_cast<int>(removed->size());
    }
    return num_removed >= 40;
  });
  for (const pid_t writer : writers) EXPECT_TRUE(EndsWell(writer));
  EXPECT_TRUE(EndsWell(collector));
  // What was left is whole.
  store_ = *Store::Open(folder_);
  const Store::Verified verified = store_->Verify([](int64_t, int64_t) {});
  EXPECT_TRUE(verified.damaged.empty()) << verified.damaged[0];
  EXPECT_FALSE(fs::exists(Cache("quarantine")));
}

}  // namespace
}  // namespace facet
