#include "core/graph/store_index.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/test_folder.h"
#include "core/graph/key.h"
#include "core/graph/store.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

class StoreIndexTest : public testing::Test {
 protected:
  void SetUp() override { folder_ = TestFolder(); }

  static std::string Key(int number) { return Sha256Hex(std::to_string(number)); }
  std::string IndexPath() const { return folder_ + "/entries.sqlite"; }
  std::string PathOf(const std::string& key) const {
    return folder_ + "/ac/" + key.substr(0, 2) + "/" + key + "/artifact.json";
  }

  static Artifact Made(int number, Json document = {{"stage", "mill"}, {"code", "c"}}) {
    Artifact artifact;
    artifact.key = Key(number);
    artifact.type = document["stage"];
    artifact.name = "test." + artifact.type;
    artifact.files = {{"flour", Sha256Hex("flour" + std::to_string(number)), 10 + number}};
    document["settings"]["number"] = number;
    artifact.key_document = std::move(document);
    artifact.counts = {{"images", 3}};
    artifact.notices = {"one notice"};
    artifact.provenance = {{"seconds", 1.5}, {"peak_rss_mib", 7}, {"cpu", "this one"}};
    return artifact;
  }

  void Put(const Artifact& artifact) const {
    const std::string path = PathOf(artifact.key);
    fs::create_directories(FolderOf(path));
    ASSERT_TRUE(WriteFileAtomically(path, SealedArtifact(artifact)).ok());
  }
  // What is younger than a second is not remembered.
  static void GrowOld() { std::this_thread::sleep_for(std::chrono::milliseconds(1100)); }

  // A process of its own.
  std::unique_ptr<StoreIndex> Opened() const {
    return std::make_unique<StoreIndex>(IndexPath(), folder_ + "/ac",
                                        [this](const std::string& key) -> absl::StatusOr<Artifact> {
                                          absl::StatusOr<Json> json = ReadJsonFile(PathOf(key));
                                          if (!json.ok()) return json.status();
                                          return UnsealArtifact(*std::move(json));
                                        });
  }

  std::string folder_;
};

TEST_F(StoreIndexTest, SaysWhatTheArtifactsSayAndReadsEachOnce) {
  for (int i = 0; i < 5; ++i) Put(Made(i));
  GrowOld();
  EXPECT_EQ(Opened()->Entries().size(), 5U);
  const auto index = Opened();
  ASSERT_EQ(index->Entries().size(), 5U);
  EXPECT_EQ(index->num_read(), 0);
  EXPECT_TRUE(std::is_sorted(index->Entries().begin(), index->Entries().end(),
                             [](const auto& a, const auto& b) { return a.key < b.key; }));
  const Artifact made = Made(3);
  for (const StoredEntry& entry : index->Entries()) {
    if (entry.key != made.key) continue;
    EXPECT_EQ(entry.type, "mill");
    EXPECT_EQ(entry.name, "test.mill");
    EXPECT_EQ(entry.content, made.ContentDigest());
    EXPECT_EQ(entry.bytes, 13);
    EXPECT_EQ(entry.blobs.at(0).first, made.files[0].digest);
    EXPECT_EQ(entry.seconds, 1.5);
    EXPECT_EQ(entry.peak_rss_mib, 7.0);
    EXPECT_EQ(entry.cpu, "this one");
  }
  EXPECT_EQ(ToJson(*index->Find(made.key)), ToJson(made));
  EXPECT_FALSE(index->Find(Key(99)).has_value());
}

TEST_F(StoreIndexTest, BelievesTheFileWhereItWasReplacedAddedOrRemoved) {
  for (int i = 0; i < 3; ++i) Put(Made(i));
  GrowOld();
  EXPECT_EQ(Opened()->Entries().size(), 3U);
  const auto before = Opened();  // another process, which has looked already
  EXPECT_TRUE(before->Find(Key(0)).has_value());
  Artifact changed = Made(0);
  changed.notices = {"two notice"};  // of the same size
  Put(changed);
  fs::remove_all(FolderOf(PathOf(Key(1))));
  Put(Made(7));
  EXPECT_FALSE(before->Find(Key(0)).has_value());
  EXPECT_FALSE(before->Find(Key(1)).has_value());
  before->Refresh();
  EXPECT_EQ(before->Entries().size(), 3U);
  EXPECT_EQ(before->Entries().back().key, std::max({Key(0), Key(2), Key(7)}));
  const auto after = Opened();
  std::vector<std::string> keys;
  for (const StoredEntry& entry : after->Entries()) keys.push_back(entry.key);
  std::vector<std::string> expected = {Key(0), Key(2), Key(7)};
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(keys, expected);
  EXPECT_EQ(after->num_read(), 2);
  EXPECT_TRUE(after->Find(Key(2)).has_value());
}

// Its times could be those of a later change.
TEST_F(StoreIndexTest, RemembersNothingOfTheLastSecond) {
  Put(Made(1));
  for (int i = 0; i < 2; ++i) {
    const auto index = Opened();
    EXPECT_EQ(index->Entries().size(), 1U);
    EXPECT_FALSE(index->Find(Key(1)).has_value());  // the file is to be read
    EXPECT_EQ(index->num_read(), 1);
    EXPECT_TRUE(index->Nearest("mill", Made(1).key_document).has_value());
  }
}

TEST_F(StoreIndexTest, IsMadeAnewWhereItIsMissingDamagedOrOfAnotherFormat) {
  for (int i = 0; i < 50; ++i) Put(Made(i));
  GrowOld();
  Opened()->Entries();
  const std::string whole = *ReadFile(IndexPath());
  const auto spoilt = [&](const std::string& content) {
    std::ofstream(IndexPath(), std::ios::binary | std::ios::trunc) << content;
    const auto first = Opened();
    EXPECT_EQ(first->Entries().size(), 50U);
    EXPECT_EQ(first->num_read(), 50);
    const auto second = Opened();
    EXPECT_EQ(ToJson(*second->Find(Key(3))), ToJson(Made(3)));
    EXPECT_EQ(second->num_read(), 0);
  };
  spoilt(
      "this is no database, and longer than the header of one is, which has a hundred bytes; "
      "more of it, so that it is");
  spoilt("");
  std::string format = whole;
  format[63] = 77;  // the last byte of user_version: https://www.sqlite.org/fileformat.html
  spoilt(format);
  std::string zeroed = whole;
  std::fill(zeroed.begin() + 8192, zeroed.end(), '\0');
  spoilt(zeroed);
}

// Random bytes anywhere: it may read all of them again, but says nothing that is wrong.
TEST_F(StoreIndexTest, NeverGivesBackADamagedArtifact) {
  for (int i = 0; i < 30; ++i) Put(Made(i));
  GrowOld();
  Opened()->Entries();
  const std::string whole = *ReadFile(IndexPath());
  std::mt19937 random(7);
  for (int trial = 0; trial < 60; ++trial) {
    std::string damaged = whole;
    for (int i = 0; i < 40; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
    std::ofstream(IndexPath(), std::ios::binary | std::ios::trunc) << damaged;
    const auto index = Opened();
    (void)index->Nearest("mill", Made(5).key_document);
    for (int i = 0; i < 30; ++i) {
      const std::optional<Artifact> found = index->Find(Key(i));
      EXPECT_EQ(found ? ToJson(*found) : ToJson(Made(i)), ToJson(Made(i))) << trial;
    }
  }
}

TEST_F(StoreIndexTest, IsInMemoryWhereTheFileCannotBeWritten) {
  for (int i = 0; i < 4; ++i) Put(Made(i));
  GrowOld();
  Opened()->Entries();
  const std::string written = *ReadFile(IndexPath());
  Put(Made(4));
  GrowOld();
  fs::remove(IndexPath());
  fs::create_directory(IndexPath());  // also for the superuser, whom no permissions stop
  const auto without = Opened();
  EXPECT_EQ(without->Entries().size(), 5U);
  EXPECT_EQ(ToJson(*without->Find(Key(4))), ToJson(Made(4)));
  EXPECT_TRUE(without->Nearest("mill", Made(4).key_document).has_value());
}

TEST_F(StoreIndexTest, SeveralProcessesMayMakeItAtOnce) {
  for (int i = 0; i < 40; ++i) Put(Made(i));
  GrowOld();
  std::vector<pid_t> children;
  for (int child = 0; child < 4; ++child) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      bool right = true;
      for (int round = 0; round < 5; ++round) {
        if (child == 0) fs::remove(IndexPath());  // and one loses it again and again
        const auto index = Opened();
        right = right && index->Entries().size() == 40;
        const std::optional<Artifact> found = index->Find(Key(round));
        right = right && (!found || ToJson(*found) == ToJson(Made(round)));
      }
      ::_exit(right ? 0 : 1);
    }
    children.push_back(pid);
  }
  for (const pid_t pid : children) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(Opened()->Entries().size(), 40U);
}

// Against CompareKeys() with each entry, the first by key of equals: documents that share most
// leaves, lack some and have others of their own.
TEST_F(StoreIndexTest, NearestIsTheOneWithTheFewestDifferences) {
  std::mt19937 random(3);
  const auto document = [&random] {
    Json json = {{"stage", random() % 4 == 0 ? "mill" : "bake"}};
    for (int i = 0; i < 12; ++i) {
      if (random() % 5 == 0) continue;
      json["settings"]["s" + std::to_string(i)] = random() % 6 == 0 ? random() % 3 : 0;
    }
    if (random() % 3 == 0) json["components"]["stone"]["options"]["grain"] = random() % 4;
    return json;
  };
  std::vector<Artifact> all;
  for (int i = 0; i < 60; ++i) {
    all.push_back(Made(i, document()));
    Put(all.back());
  }
  std::sort(all.begin(), all.end(),
            [](const Artifact& a, const Artifact& b) { return a.key < b.key; });
  GrowOld();
  const auto index = Opened();
  for (int query = 0; query < 200; ++query) {
    const Json asked = document();
    const Artifact* nearest = nullptr;
    for (const Artifact& artifact : all) {
      if (artifact.type != asked["stage"]) continue;
      if (nearest == nullptr || CompareKeys(artifact.key_document, asked).size() <
                                    CompareKeys(nearest->key_document, asked).size()) {
        nearest = &artifact;
      }
    }
    const std::optional<Json> found = index->Nearest(asked["stage"], asked);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(*found, nearest->key_document);
  }
  EXPECT_FALSE(index->Nearest("train", document()).has_value());
}

// Its seconds are of the last part, from a checkpoint on: the next one will take longer.
TEST_F(StoreIndexTest, OfAComputationThatWasResumedTheTimeIsNotKnown) {
  Artifact resumed = Made(1);
  resumed.provenance["resumed"] = true;
  Put(resumed);
  const auto index = Opened();
  ASSERT_EQ(index->Entries().size(), 1U);
  EXPECT_EQ(index->Entries()[0].seconds, -1);
  EXPECT_EQ(index->Entries()[0].peak_rss_mib, 7);
}

TEST_F(StoreIndexTest, AlikeAreThoseThatDifferInCircumstancesAlone) {
  Json document = {{"stage", "mill"},
                   {"code", "old"},
                   {"inputs", {{"grain", "x"}}},
                   {"components", {{"stone", {{"name", "granite"}, {"library", "1"}}}}}};
  Put(Made(1, document));
  document["code"] = "new";
  document["seed"] = 4;
  document["components"]["stone"]["library"] = "2";
  Artifact circumstances = Made(1, document);
  circumstances.key = Key(2);
  Put(circumstances);
  document["components"]["stone"]["name"] = "basalt";
  Artifact other = Made(1, document);
  other.key = Key(3);
  Put(other);
  const auto index = Opened();
  const std::string likeness = LikenessDigest(KeyLeaves(circumstances.key_document));
  const std::vector<const StoredEntry*> alike = index->Alike("mill", likeness);
  ASSERT_EQ(alike.size(), 2U);
  EXPECT_NE(alike[0]->key, other.key);
  EXPECT_NE(alike[1]->key, other.key);
  EXPECT_EQ(alike[0]->inputs.at("grain"), "x");
  EXPECT_TRUE(index->Alike("bake", likeness).empty());
  EXPECT_TRUE(index->HasType("mill"));
  EXPECT_FALSE(index->HasType("bake"));
}

}  // namespace
}  // namespace facet
