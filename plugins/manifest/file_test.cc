// Manifests as files: frozen, damaged, of a killed writer, large.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/manifest/manifest.h"
#include "plugins/manifest/manifest_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

TEST(ManifestFile, FrozenBytesDependOnRowsAlone) {
  const std::string folder = TestFolder();
  const auto one = MakeManifest(folder + "/one.sqlite");
  Fill(one.get());
  ASSERT_TRUE(one->Freeze(folder + "/one.frozen").ok());
  // The same rows in one transaction, after a detour, by way of a frozen copy, with other seconds.
  auto two = MakeManifest(folder + "/two.sqlite");
  ASSERT_TRUE(two->InTransaction([&] {
                   Fill(two.get());
                   return absl::OkStatus();
                 })
                  .ok());
  ASSERT_TRUE(two->Undo(1).ok());
  ASSERT_FALSE(two->InTransaction([&] {
                    for (int i = 0; i < 1000; ++i) two->AddImage(FullImage(1, i)).value();
                    return absl::CancelledError("no");
                  })
                   .ok());
  ASSERT_TRUE(two->Redo(1).ok());
  ASSERT_TRUE(two->database().Execute("UPDATE runs SET seconds = 99 WHERE id = 2").ok());
  ASSERT_TRUE(two->Freeze(folder + "/two.frozen").ok());
  EXPECT_EQ(BytesOf(folder + "/one.frozen"), BytesOf(folder + "/two.frozen"));
  {
    const auto copy = Manifest::CreateFrom(folder + "/two.frozen", folder + "/three.sqlite");
    ASSERT_TRUE(copy.ok()) << copy.status();
    ASSERT_TRUE((*copy)->Freeze(folder + "/three.frozen").ok());
  }
  EXPECT_EQ(BytesOf(folder + "/one.frozen"), BytesOf(folder + "/three.frozen"));
  ASSERT_TRUE(one->Freeze(folder + "/timed.frozen", /*keep_seconds=*/true).ok());
  EXPECT_NE(BytesOf(folder + "/one.frozen"), BytesOf(folder + "/timed.frozen"));

  // Read-only, and in a folder where nothing can be written.
  std::filesystem::create_directory(folder + "/store");
  std::filesystem::rename(folder + "/one.frozen", folder + "/store/m.sqlite");
  std::filesystem::permissions(folder + "/store/m.sqlite", std::filesystem::perms::owner_read);
  std::filesystem::permissions(
      folder + "/store", std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  {
    const auto frozen = Manifest::OpenFrozen(folder + "/store/m.sqlite");
    ASSERT_TRUE(frozen.ok()) << frozen.status();
    EXPECT_EQ((*frozen)->Counts("curated")->images, 2);
    EXPECT_FALSE((*frozen)->Runs().value()[0].seconds.has_value());
    EXPECT_EQ((*frozen)->Runs().value()[1].effort_seconds, 3600.0);
    EXPECT_TRUE((*frozen)->CheckIntegrity().ok());
    EXPECT_EQ((*frozen)->AddImage(FullImage(1, 9)).status().code(),
              absl::StatusCode::kFailedPrecondition);
    const auto copy = Manifest::CreateFrom(folder + "/store/m.sqlite", folder + "/four.sqlite");
    ASSERT_TRUE(copy.ok()) << copy.status();
    EXPECT_TRUE((*copy)->AddImage(FullImage(1, 9)).ok());
  }
  std::filesystem::permissions(folder + "/store", std::filesystem::perms::owner_all);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    EXPECT_THAT(entry.path().string(), testing::Not(HasSubstr("partial")));
    EXPECT_THAT(entry.path().string(), testing::Not(HasSubstr("timed.sqlite")));
  }
}

// A program that is killed in the middle of a transaction, after another that it committed.
TEST(ManifestFile, SurvivesAKilledWriter) {
  const std::string path = TestFolder() + "/m.sqlite";
  {
    Fill(MakeManifest(path).get());
  }
  const pid_t child = fork();
  if (child == 0) {
    auto manifest = Manifest::Open(path);
    const int64_t run = (*manifest)->StartRun("annotate", "{}").value();
    const bool marked = (*manifest)->Mark(run, Removal(4, "block rejected")).ok();
    (*manifest)
        ->InTransaction([&]() -> absl::Status {
          for (int i = 0; i < 20000; ++i) (*manifest)->AddImage(FullImage(1, i)).IgnoreError();
          _exit(marked ? 42 : 1);  // no destructor runs: as after SIGKILL
        })
        .IgnoreError();
    _exit(2);
  }
  int state = 0;
  ASSERT_EQ(waitpid(child, &state, 0), child);
  ASSERT_EQ(WEXITSTATUS(state), 42);
  const auto manifest = Manifest::Open(path);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_TRUE((*manifest)->CheckIntegrity().ok());
  EXPECT_EQ((*manifest)->Counts("")->images, 6);
  EXPECT_EQ((*manifest)->Marks(4).value().size(), 1u);
  // The run is still open: it can be gone on with, or undone.
  EXPECT_EQ((*manifest)->Freeze(path + ".frozen").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE((*manifest)->Mark(3, Removal(1, "block rejected")).ok());
  ASSERT_TRUE((*manifest)->Undo(3).ok());
  EXPECT_TRUE((*manifest)->Freeze(path + ".frozen").ok());
}

TEST(ManifestFile, RefusesOtherFiles) {
  const std::string folder = TestFolder();
  EXPECT_EQ(Manifest::Open(folder + "/none").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Manifest::OpenFrozen(folder).status().code(), absl::StatusCode::kNotFound);
  std::ofstream(folder + "/text") << "hello";
  EXPECT_THAT(std::string(Manifest::OpenFrozen(folder + "/text").status().message()),
              HasSubstr("it is no SQLite file"));
  {
    const auto other =
        SqliteDatabase::Open(folder + "/other", SqliteDatabase::Mode::kCreate).value();
    ASSERT_TRUE(other->Execute("CREATE TABLE t (a)").ok());
  }
  EXPECT_THAT(std::string(Manifest::OpenFrozen(folder + "/other").status().message()),
              HasSubstr("a database of another program"));
  const auto manifest = MakeManifest(folder + "/m.sqlite");
  Fill(manifest.get());
  EXPECT_EQ(Manifest::Create(folder + "/m.sqlite").status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(Manifest::OpenFrozen(folder + "/m.sqlite").status().message()),
              HasSubstr("freeze it first"));
  ASSERT_TRUE(manifest->Freeze(folder + "/frozen").ok());
  EXPECT_EQ(manifest->Freeze(folder + "/frozen").code(), absl::StatusCode::kAlreadyExists);
  const std::string bytes = BytesOf(folder + "/frozen");
  EXPECT_THAT(std::string(Manifest::Open(folder + "/frozen").status().message()),
              HasSubstr("is frozen; go on with a copy"));
  EXPECT_EQ(BytesOf(folder + "/frozen"), bytes);
  {
    const auto newer =
        SqliteDatabase::Open(folder + "/frozen", SqliteDatabase::Mode::kWrite).value();
    ASSERT_TRUE(newer->Execute("PRAGMA user_version = 3").ok());
  }
  EXPECT_THAT(std::string(Manifest::OpenFrozen(folder + "/frozen").status().message()),
              HasSubstr("a manifest of version 3, expected version 2"));
  // Damage in the middle of the tables is found by reading them.
  std::string damaged = bytes;
  std::fill(damaged.begin() + 8192 + 8, damaged.begin() + 12288, '\x7f');
  std::ofstream(folder + "/damaged", std::ios::binary) << damaged;
  const auto opened = Manifest::OpenFrozen(folder + "/damaged");
  EXPECT_EQ(opened.ok() ? (*opened)->CheckIntegrity().code() : opened.status().code(),
            absl::StatusCode::kDataLoss);
}

// A file of somebody else's whose `runs` never end, and one that writes when it is written to.
TEST(ManifestFile, RefusesTablesAndTriggersThatAreNotOurs) {
  const std::string folder = TestFolder();
  const auto manifest = MakeManifest(folder + "/m.sqlite");
  for (const auto& [name, sql] : std::vector<std::pair<std::string, std::string>>{
           {"runs",
            "DROP TABLE runs; CREATE VIEW runs AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL "
            "SELECT i + 1 FROM n) SELECT i AS id, '' AS stage FROM n"},
           {"more",
            "CREATE TRIGGER more AFTER INSERT ON scores BEGIN INSERT INTO reasons (reason, "
            "removes) VALUES ('x', 1); END"}}) {
    const std::string path = folder + "/" + name;
    ASSERT_TRUE(manifest->Freeze(path).ok());
    {
      const auto changed = SqliteDatabase::Open(path, SqliteDatabase::Mode::kWrite).value();
      ASSERT_TRUE(changed->Execute(sql).ok());
    }
    EXPECT_THAT(std::string(Manifest::OpenFrozen(path).status().message()),
                HasSubstr("what it calls \"" + name + "\" is not of a manifest"));
  }
}

// 100 identities with 2,000 images each, written, marked, frozen and read back: sizes as a stage
// meets them, with the counts that follow from the numbers.
TEST(ManifestFile, TwoHundredThousandImages) {
  const std::string folder = TestFolder();
  const auto manifest = MakeManifest(folder + "/m.sqlite");
  constexpr int kIdentities = 100, kImages = 2000;
  int64_t run = 0;
  const absl::Status written = manifest->InTransaction([&]() -> absl::Status {
    for (int p = 0; p < kIdentities; ++p) {
      ManifestIdentity identity;
      identity.name = absl::StrCat("person ", p);
      FACET_ASSIGN_OR_RETURN(const int64_t id, manifest->AddIdentity(identity));
      for (int i = 0; i < kImages; ++i) {
        ManifestImage image = FullImage(id, i);
        image.path = absl::StrCat(p, "/", i, ".jpg");
        FACET_RETURN_IF_ERROR(manifest->AddImage(image).status());
      }
    }
    return absl::OkStatus();
  });
  ASSERT_TRUE(written.ok()) << written;
  const absl::Status marked = manifest->InTransaction([&]() -> absl::Status {
    FACET_ASSIGN_OR_RETURN(run, manifest->StartRun("purify", "{}"));
    for (int64_t id = 1; id <= kIdentities * kImages; ++id) {
      FACET_RETURN_IF_ERROR(manifest->SetScore(run, id, static_cast<double>(id % 1009)));
      if (id % 2 == 0) FACET_RETURN_IF_ERROR(manifest->Mark(run, Removal(id, "low score")));
    }
    FACET_RETURN_IF_ERROR(manifest->FinishRun(run, "{}"));
    return manifest->DefineSnapshot("full", {run});
  });
  ASSERT_TRUE(marked.ok()) << marked;
  ASSERT_TRUE(manifest->Freeze(folder + "/frozen").ok());
  // About 400 bytes an image: 2.6 million stay near 1 GiB.
  EXPECT_LT(std::filesystem::file_size(folder + "/frozen"), 500u * kIdentities * kImages);
  const auto frozen = Manifest::OpenFrozen(folder + "/frozen");
  ASSERT_TRUE(frozen.ok()) << frozen.status();
  ManifestQuery query;
  query.snapshot = "full";
  query.score_run = run;
  query.order = ManifestQuery::Order::kScore;
  auto images = (*frozen)->Images(query).value();
  ManifestImage image;
  int64_t count = 0, last_identity = 0;
  double last_score = 0;
  while (images.Next(&image).value()) {
    ASSERT_EQ(image.id % 2, 1);
    ASSERT_EQ(images.score(), static_cast<double>(image.id % 1009));
    if (image.identity == last_identity) {
      ASSERT_LE(*images.score(), last_score);
    }
    last_identity = image.identity;
    last_score = *images.score();
    ++count;
  }
  EXPECT_EQ(count, kIdentities * kImages / 2);
  EXPECT_EQ((*frozen)->Counts("full")->images, count);
}

}  // namespace
}  // namespace facet
