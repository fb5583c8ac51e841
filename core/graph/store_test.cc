#include "core/graph/store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/test_folder.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

class StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = TestFolder();
    store_ = *Store::Open(folder_.string());
  }

  static std::string Key(int number) { return Sha256Hex(std::to_string(number)); }

  // Commits an artifact of two files; false where that failed.
  static bool CommitOne(Store& store, const std::string& key, const std::string& text) {
    std::string holder;
    const auto lock = store.TryLock(key, &holder);
    if (!lock.ok() || *lock == nullptr) return false;
    const std::string work = *store.MakeWorkFolder(key);
    fs::create_directories(work + "/out/sub");
    std::ofstream(work + "/out/a.txt") << text;
    std::ofstream(work + "/out/sub/b.txt") << text << text;
    Artifact artifact;
    artifact.key = key;
    artifact.type = "fake";
    artifact.name = "test.fake";
    artifact.key_document = {{"stage", "fake"}};
    artifact.counts = {{"images", 3}};
    artifact.notices = {"one notice"};
    const bool committed = store.Commit(work + "/out", &artifact).ok();
    RemoveFolder(work);
    return committed;
  }

  std::string ArtifactPath(const std::string& key) const {
    return (folder_ / "cache/v1/ac" / key.substr(0, 2) / key / "artifact.json").string();
  }
  bool InAnotherProcess(const std::string& key) const {
    InputDigests digests(store_->index_path());
    return store_->Find(key, &digests).has_value();
  }
  bool HasQuarantine() const { return fs::exists(folder_ / "cache/v1/quarantine"); }

  fs::path folder_;
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, GivesBackWhatWasCommitted) {
  EXPECT_FALSE(store_->Find(Key(1)).has_value());
  ASSERT_TRUE(CommitOne(*store_, Key(1), "hello"));
  const auto artifact = store_->Find(Key(1));
  ASSERT_TRUE(artifact.has_value());
  ASSERT_EQ(artifact->files.size(), 2u);
  EXPECT_EQ(artifact->files[1].name, "sub/b.txt");
  EXPECT_EQ(artifact->counts.at("images"), 3);
  EXPECT_EQ(artifact->notices, std::vector<std::string>{"one notice"});
  const std::string blob = store_->BlobPath(artifact->Find("a.txt")->digest);
  EXPECT_EQ(*ReadFile(blob), "hello");
  // "hello": known from sha256sum.
  EXPECT_EQ(artifact->Find("a.txt")->digest,
            "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  struct stat info;
  ASSERT_EQ(::stat(blob.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0444u);
  EXPECT_TRUE(fs::is_empty(folder_ / "cache/v1/tmp"));
}

TEST_F(StoreTest, ContentDigestIsOfNamesAndContentsAlone) {
  ASSERT_TRUE(CommitOne(*store_, Key(1), "same"));
  ASSERT_TRUE(CommitOne(*store_, Key(2), "same"));
  ASSERT_TRUE(CommitOne(*store_, Key(3), "other"));
  EXPECT_EQ(store_->Find(Key(1))->ContentDigest(), store_->Find(Key(2))->ContentDigest());
  EXPECT_NE(store_->Find(Key(1))->ContentDigest(), store_->Find(Key(3))->ContentDigest());
}

TEST_F(StoreTest, QuarantinesAnArtifactThatDiffersFromItsChecksum) {
  ASSERT_TRUE(CommitOne(*store_, Key(1), "hello"));
  std::string text = *ReadFile(ArtifactPath(Key(1)));
  text.replace(text.find("one notice"), 3, "two");
  std::ofstream(ArtifactPath(Key(1))) << text;
  EXPECT_FALSE(store_->Find(Key(1)).has_value());
  EXPECT_TRUE(HasQuarantine());
  ASSERT_TRUE(CommitOne(*store_, Key(1), "hello"));  // and is computed anew
  EXPECT_TRUE(store_->Find(Key(1)).has_value());
}

TEST_F(StoreTest, QuarantinesACutArtifact) {
  ASSERT_TRUE(CommitOne(*store_, Key(1), "hello"));
  fs::resize_file(ArtifactPath(Key(1)), 40);
  EXPECT_FALSE(store_->Find(Key(1)).has_value());
  EXPECT_TRUE(HasQuarantine());
}

TEST_F(StoreTest, QuarantinesAnEntryWhoseBlobIsMissingOrCut) {
  for (const bool remove : {true, false}) {
    ASSERT_TRUE(CommitOne(*store_, Key(1), "hello"));
    const std::string blob = store_->BlobPath(store_->Find(Key(1))->files[0].digest);
    fs::permissions(blob, fs::perms::owner_write, fs::perm_options::add);
    if (remove) {
      fs::remove(blob);
    } else {
      fs::resize_file(blob, 2);
    }
    EXPECT_FALSE(store_->Find(Key(1)).has_value());
    ASSERT_TRUE(CommitOne(*store_, Key(1), "hello"));
    EXPECT_TRUE(store_->Find(Key(1)).has_value());
    EXPECT_EQ(*ReadFile(blob), "hello");
  }
}

TEST_F(StoreTest, AFolderWithoutArtifactIsNoEntryAndNoFault) {
  fs::create_directories(fs::path(ArtifactPath(Key(1))).parent_path());
  EXPECT_FALSE(store_->Find(Key(1)).has_value());
  EXPECT_FALSE(HasQuarantine());
  EXPECT_TRUE(CommitOne(*store_, Key(1), "hello"));
}

TEST_F(StoreTest, RefusesLinksAmongTheOutput) {
  std::string holder;
  const auto lock = store_->TryLock(Key(1), &holder);
  const std::string work = *store_->MakeWorkFolder(Key(1));
  fs::create_directory(work + "/out");
  fs::create_symlink("/etc/passwd", work + "/out/link");
  Artifact artifact;
  artifact.key = Key(1);
  EXPECT_FALSE(store_->Commit(work + "/out", &artifact).ok());
  EXPECT_FALSE(store_->Find(Key(1)).has_value());
}

TEST_F(StoreTest, LocksExcludeAndEndWithTheirHolder) {
  std::string holder;
  {
    const auto lock = store_->TryLock(Key(1), &holder);
    ASSERT_TRUE(lock.ok() && *lock != nullptr);
    const auto second = store_->TryLock(Key(1), &holder);
    ASSERT_TRUE(second.ok());
    EXPECT_EQ(*second, nullptr);
    EXPECT_NE(holder.find(std::to_string(::getpid())), std::string::npos);
  }
  EXPECT_NE(*store_->TryLock(Key(1), &holder), nullptr);
}

TEST_F(StoreTest, CheckpointsLastUntilTheCommit) {
  const std::string folder = *store_->CheckpointFolder(Key(1));
  std::ofstream(folder + "/step") << "100";
  EXPECT_EQ(*ReadFile(*store_->CheckpointFolder(Key(1)) + "/step"), "100");
  ASSERT_TRUE(CommitOne(*store_, Key(1), "hello"));
  EXPECT_FALSE(fs::exists(folder));
}

TEST_F(StoreTest, ListsTheEntriesOfAType) {
  ASSERT_TRUE(CommitOne(*store_, Key(1), "a"));
  ASSERT_TRUE(CommitOne(*store_, Key(2), "b"));
  EXPECT_EQ(store_->index().Entries().size(), 2u);
}

// Processes that commit without end are killed at 40 different moments. Whatever is found then is
// whole, nothing is quarantined, and the next process goes on.
TEST_F(StoreTest, SurvivesKillAtAnyMoment) {
  int next = 0;
  for (int round = 0; round < 40; ++round) {
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      for (int i = next;; ++i) {
        if (!CommitOne(*store_, Key(i), std::string(20000, static_cast<char>('a' + i % 26)))) {
          ::_exit(1);
        }
      }
    }
    // Every other round is killed early on, the others after an entry was made.
    while (round % 2 == 1 && !fs::exists(ArtifactPath(Key(next)))) ::usleep(200);
    ::usleep(static_cast<useconds_t>(1000 + 373 * round));
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    for (; store_->Find(Key(next)).has_value(); ++next) {
      const Artifact artifact = *store_->Find(Key(next));
      ASSERT_EQ(artifact.files.size(), 2u);
      for (const ArtifactFile& file : artifact.files) {
        ASSERT_EQ(*Sha256File(store_->BlobPath(file.digest)), file.digest);
      }
    }
    ASSERT_FALSE(HasQuarantine());
  }
  EXPECT_GE(next, 20);
  EXPECT_TRUE(CommitOne(*store_, Key(next), "after"));
}

TEST_F(StoreTest, ABlobThatIsDamagedAtEqualSizeIsFoundAndReplaced) {
  InputDigests digests(store_->index_path());
  ASSERT_TRUE(CommitOne(*store_, Key(1), "hello"));
  const std::string blob = store_->BlobPath(store_->Find(Key(1), &digests)->files[0].digest);
  fs::permissions(blob, fs::perms::owner_all);
  std::ofstream(blob) << "hellx";
  EXPECT_FALSE(InAnotherProcess(Key(1)));
  EXPECT_TRUE(HasQuarantine());
  ASSERT_TRUE(CommitOne(*store_, Key(1), "hello"));
  EXPECT_EQ(*ReadFile(blob), "hello");
  EXPECT_TRUE(InAnotherProcess(Key(1)));
}

TEST_F(StoreTest, VerifyReadsEverythingAndSetsAsideWhatIsDamaged) {
  ASSERT_TRUE(CommitOne(*store_, Key(1), "hello"));
  ASSERT_TRUE(CommitOne(*store_, Key(2), "world"));
  int64_t read = 0;
  const auto progress = [&](int64_t done, int64_t) { read = done; };
  EXPECT_TRUE(store_->Verify(progress).damaged.empty());
  EXPECT_EQ(read, 4);
  const std::string blob = store_->BlobPath(store_->Find(Key(2))->files[1].digest);
  const auto time = fs::last_write_time(blob);
  fs::permissions(blob, fs::perms::owner_all);
  std::ofstream(blob) << "worldworlx";
  fs::last_write_time(blob, time);  // as the disk's own mistakes leave it
  const std::vector<std::string> problems = store_->Verify(progress).damaged;
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].find("sub/b.txt of test.fake: its content is not what was written"),
            std::string::npos)
      << problems[0];
  EXPECT_TRUE(store_->Find(Key(1)).has_value());
  EXPECT_FALSE(store_->Find(Key(2)).has_value());
  EXPECT_FALSE(fs::exists(blob));
  EXPECT_TRUE(store_->Verify(progress).damaged.empty());
}

TEST_F(StoreTest, WhatCannotBeReadNowIsNotThrownAway) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read every file";
  ASSERT_TRUE(CommitOne(*store_, Key(1), "hello"));
  const std::string blob = store_->BlobPath(store_->Find(Key(1))->files[0].digest);
  fs::permissions(blob, fs::perms::none);
  const Store::Verified verified = store_->Verify([](int64_t, int64_t) {});
  EXPECT_TRUE(verified.damaged.empty());
  EXPECT_EQ(verified.unreadable.size(), 1u);
  fs::permissions(blob, fs::perms::owner_read);
  EXPECT_TRUE(store_->Find(Key(1)).has_value());
}

TEST_F(StoreTest, AFolderInAFilesPlaceIsSetAside) {
  ASSERT_TRUE(CommitOne(*store_, Key(1), "hello"));
  const std::string blob = store_->BlobPath(store_->Find(Key(1))->files[0].digest);
  fs::remove(blob);
  fs::create_directory(blob);
  EXPECT_FALSE(store_->Find(Key(1)).has_value());
  ASSERT_TRUE(CommitOne(*store_, Key(1), "hello"));
  EXPECT_TRUE(store_->Find(Key(1)).has_value());
}

TEST_F(StoreTest, ADigestThatIsNoneIsNoPath) {
  ASSERT_TRUE(CommitOne(*store_, Key(1), "hello"));
  Json json = ToJson(*store_->Find(Key(1)));
  ASSERT_TRUE(ArtifactFromJson(json).ok());
  for (const std::string& digest : {std::string("../../../../etc/passwd"), std::string(64, 'G'),
                                    std::string("ab"), std::string()}) {
    json["files"][0]["digest"] = digest;
    EXPECT_TRUE(absl::IsDataLoss(ArtifactFromJson(json).status())) << digest;
  }
}

TEST_F(StoreTest, WhatOthersLookUpHasItsType) {
  ASSERT_TRUE(CommitOne(*store_, Key(1), "hello"));
  const Json good = ToJson(*store_->Find(Key(1)));
  const std::vector<std::pair<const char*, Json>> odd = {
      {"/provenance", Json::array()},
      {"/provenance/seconds", nullptr},
      {"/provenance/peak_rss_mib", "x"},
      {"/provenance/cpu", 1},
      {"/provenance/finished", 1},
      {"/provenance/resumed", 1},
      {"/key_document", "x"},
      {"/key_document/inputs", {{"crops", 1}}},
  };
  for (const auto& [place, value] : odd) {
    Json json = good;
    if (json["provenance"].is_null()) json["provenance"] = Json::object();
    json[Json::json_pointer(place)] = value;
    EXPECT_TRUE(absl::IsDataLoss(ArtifactFromJson(json).status())) << place;
  }
}

// A small disk of its own, for the superuser who may mount one.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& folder) : folder_(folder) {
    fs::create_directories(folder);
    is_mounted_ = ::mount("none", folder.c_str(), "tmpfs", 0, "size=256k") == 0;
  }
  ~SmallDisk() {
    if (is_mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  bool is_mounted() const { return is_mounted_; }
  bool MakeReadOnly() const {
    return ::mount("none", folder_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }

 private:
  const std::string folder_;
  bool is_mounted_ = false;
};

TEST_F(StoreTest, AFullDiskIsNamedAndLosesNothing) {
  const std::string disk = (folder_ / "disk").string();
  const SmallDisk small(disk);
  if (!small.is_mounted()) GTEST_SKIP() << "may not mount a file system";
  const auto store = *Store::Open(disk);
  ASSERT_TRUE(CommitOne(*store, Key(1), "hello"));
  std::string holder;
  const auto lock = *store->TryLock(Key(2), &holder);
  const std::string out = *store->MakeWorkFolder(Key(2));
  std::ofstream(out + "/small") << "a file that there is room for";
  // All the room that is left.
  std::ofstream filler(disk + "/filler");
  const std::string page(4096, 'x');
  while (filler.write(page.data(), 4096).flush()) continue;
  Artifact artifact;
  artifact.key = Key(2);
  artifact.type = artifact.name = "fake";
  artifact.key_document = {{"stage", "fake"}};
  const absl::Status status = store->Commit(out, &artifact);
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_NE(status.message().find("the disk of the store " + store->folder()), std::string::npos)
      << status;
  EXPECT_FALSE(store->Find(Key(2)).has_value());
  EXPECT_TRUE(store->Find(Key(1)).has_value());
  EXPECT_EQ(Store::Open(disk).value()->index().Entries().size(), 1U);  // in memory
  filler.close();
  fs::remove(disk + "/filler");
  std::ofstream(out + "/small") << "a file that there is room for";
  EXPECT_TRUE(store->Commit(out, &artifact).ok());
  EXPECT_TRUE(store->Find(Key(2)).has_value());
}

TEST_F(StoreTest, OneThatIsReadOnlyIsReadAllTheSame) {
  const std::string disk = (folder_ / "disk").string();
  const SmallDisk small(disk);
  if (!small.is_mounted()) GTEST_SKIP() << "may not mount a file system";
  {
    const auto store = *Store::Open(disk);
    ASSERT_TRUE(CommitOne(*store, Key(1), "hello"));
    EXPECT_TRUE(store->CheckWritable().ok());
  }
  ASSERT_TRUE(small.MakeReadOnly());
  const auto store = Store::Open(disk);
  ASSERT_TRUE(store.ok()) << store.status();
  InputDigests digests((*store)->index_path());
  EXPECT_TRUE((*store)->Find(Key(1), &digests).has_value());
  EXPECT_EQ((*store)->index().Entries().size(), 1U);
  EXPECT_TRUE((*store)->index().Nearest("fake", {{"stage", "fake"}}).has_value());
  EXPECT_TRUE((*store)->Verify([](int64_t, int64_t) {}).damaged.empty());
  EXPECT_NE((*store)->CheckWritable().message().find("Read-only file system"), std::string::npos);
}

// Opening one waits for a writer, also in the place of an index, which is opened long after the store.
TEST_F(StoreTest, APipeInThePlaceOfAFileIsNamedAndNotWaitedFor) {
  ASSERT_TRUE(CommitOne(*store_, Key(1), "one"));
  for (const char* const name :
       {"in_use.lock", "entries.sqlite", "entries.sqlite-journal", "index.sqlite"}) {
    const std::string path = store_->cache_folder() + "/" + name;
    fs::remove(path);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_EQ(Store::Open(folder_.string()).status().message(),
              path + " is a pipe, where facet has a file: remove it");
    fs::remove(path);
  }
  const std::string lock = store_->LockPath(Key(2));
  ASSERT_EQ(::mkfifo(lock.c_str(), 0600), 0);
  std::string holder;
  EXPECT_EQ(store_->TryLock(Key(2), &holder).status().message(),
            lock + " is a pipe, where facet has a file: remove it");

  // An entry is damaged by it as by anything else.
  fs::remove(ArtifactPath(Key(1)));
  ASSERT_EQ(::mkfifo(ArtifactPath(Key(1)).c_str(), 0600), 0);
  EXPECT_FALSE(store_->Find(Key(1)).has_value());
  EXPECT_TRUE(HasQuarantine());
  EXPECT_TRUE(CommitOne(*store_, Key(1), "one"));
  EXPECT_TRUE(store_->Find(Key(1)).has_value());
}

}  // namespace
}  // namespace facet
