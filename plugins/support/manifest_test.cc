#include "plugins/support/manifest.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/api/component.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/support/manifest_schema.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

std::string Folder() {
  const testing::TestInfo* const test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string folder =
      absl::StrCat(testing::TempDir(), "/", test->test_suite_name(), ".", test->name());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

std::string Bytes(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

std::unique_ptr<Manifest> MakeManifest(const std::string& path) {
  auto made = Manifest::Create(path);
  EXPECT_TRUE(made.ok()) << made.status();
  return std::move(made).value();
}

// Every fact of an image; different ones for every `i`.
ManifestImage FullImage(int64_t identity, int i) {
  ManifestImage image;
  image.identity = identity;
  image.number = i + 1;
  image.source = i % 2 == 0 ? "google" : "bing";
  image.query = "Zoë \"Q\" actor";
  image.rank = i;
  image.url = absl::StrCat("http://a/b%20c,", i, "?x=1&y");
  image.uid = "6dc2fdaa3bd324e286554fdc093b5363";
  image.path = absl::StrCat("Zoë/", i, ".jpg");
  image.width_px = 640;
  image.height_px = 480 + i;
  image.num_bytes = 12345;
  image.bytes_sha256 = std::string(62, 'a') + "0" + "123456789abcdef"[i % 15];
  image.pixels_sha256 = std::string(64, 'b');
  image.box = Box{0.1, -2.5, 100.0 / 3, 1e-7 + i};
  image.pose = Pose::kLeft;
  image.pose_component = 1;
  image.detection_score = 2.31;
  return image;
}

std::vector<ManifestImage> All(const Manifest& manifest, const ManifestQuery& query) {
  auto images = manifest.Images(query);
  EXPECT_TRUE(images.ok()) << images.status();
  std::vector<ManifestImage> all;
  ManifestImage image;
  while (images->Next(&image).value()) all.push_back(image);
  return all;
}

std::vector<int64_t> Ids(const Manifest& manifest, const ManifestQuery& query) {
  std::vector<int64_t> ids;
  for (const ManifestImage& image : All(manifest, query)) ids.push_back(image.id);
  return ids;
}

ManifestMark Removal(int64_t image, const std::string& reason) {
  ManifestMark mark;
  mark.image = image;
  mark.reason = reason;
  return mark;
}

// Two people with four and two images (ids 1..6), two runs and two snapshots.
void Fill(Manifest* manifest) {
  ManifestIdentity zoe;
  zoe.name = "Zoë";
  zoe.sex = "female";
  zoe.rank = 3;
  zoe.images_judged = 200;
  zoe.images_right = 191;
  zoe.attributes = "{\"born\": 1970}";
  ASSERT_EQ(manifest->AddIdentity(zoe).value(), 1);
  ManifestIdentity abel;
  abel.name = "Abel";
  ASSERT_EQ(manifest->AddIdentity(abel).value(), 2);
  for (int i = 0; i < 4; ++i) ASSERT_EQ(manifest->AddImage(FullImage(1, i)).value(), i + 1);
  ManifestImage bare;
  bare.identity = 2;
  ASSERT_EQ(manifest->AddImage(bare).value(), 5);
  bare.rank = 0;
  ASSERT_EQ(manifest->AddImage(bare).value(), 6);
  const int64_t purify = manifest->StartRun("purify", "{\"keep\":3}").value();
  ASSERT_TRUE(manifest->SetScore(purify, 1, 0.5).ok());
  ASSERT_TRUE(manifest->SetScore(purify, 2, -1.5).ok());
  ASSERT_TRUE(manifest->SetScore(purify, 3, 0.75).ok());
  ASSERT_TRUE(manifest->Mark(purify, Removal(2, "another person")).ok());
  ManifestMark flag = Removal(1, "several faces");
  flag.removes = false;
  ASSERT_TRUE(manifest->Mark(purify, flag).ok());
  ASSERT_TRUE(manifest->FinishRun(purify, "{\"kept\": 5}", 12.5).ok());
  const int64_t deduplicate = manifest->StartRun("deduplicate", "{}").value();
  ManifestMark duplicate = Removal(3, "near duplicate");
  duplicate.other = 1;
  duplicate.detail = "distance 0.1";
  ASSERT_TRUE(manifest->Mark(deduplicate, duplicate).ok());
  ASSERT_TRUE(manifest->MarkIdentity(deduplicate, 2, "too few images").ok());
  ASSERT_TRUE(manifest->FinishRun(deduplicate, "{}", {}, 3600.0).ok());
  ASSERT_TRUE(manifest->DefineSnapshot("full", {purify}).ok());
  ASSERT_TRUE(manifest->DefineSnapshot("curated", {purify, deduplicate}).ok());
}

TEST(Manifest, KeepsEveryFact) {
  const std::string path = Folder() + "/m ?#%.sqlite";  // signs that mean something in a URI
  const auto manifest = MakeManifest(path);
  Fill(manifest.get());
  const std::vector<ManifestImage> images = All(*manifest, {});
  ASSERT_EQ(images.size(), 6u);
  const ManifestImage want = FullImage(1, 2);
  const ManifestImage& got = images[2];
  EXPECT_EQ(got.identity, 1);
  EXPECT_EQ(got.number, want.number);
  EXPECT_EQ(got.source, want.source);
  EXPECT_EQ(got.query, want.query);
  EXPECT_EQ(got.rank, want.rank);
  EXPECT_EQ(got.url, want.url);
  EXPECT_EQ(got.uid, want.uid);
  EXPECT_EQ(got.path, want.path);
  EXPECT_EQ(got.width_px, want.width_px);
  EXPECT_EQ(got.height_px, want.height_px);
  EXPECT_EQ(got.num_bytes, want.num_bytes);
  EXPECT_EQ(got.bytes_sha256, want.bytes_sha256);
  EXPECT_EQ(got.pixels_sha256, want.pixels_sha256);
  EXPECT_EQ(got.box->x, want.box->x);
  EXPECT_EQ(got.box->y, want.box->y);
  EXPECT_EQ(got.box->width, want.box->width);
  EXPECT_EQ(got.box->height, want.box->height);
  EXPECT_EQ(got.pose, want.pose);
  EXPECT_EQ(got.pose_component, want.pose_component);
  EXPECT_EQ(got.detection_score, want.detection_score);
  const ManifestImage& bare = images[4];
  EXPECT_EQ(bare.number, -1);
  EXPECT_EQ(bare.rank, -1);
  EXPECT_EQ(bare.width_px, 0);
  EXPECT_EQ(bare.num_bytes, -1);
  EXPECT_EQ(bare.bytes_sha256, "");
  EXPECT_FALSE(bare.box.has_value());
  EXPECT_EQ(bare.pose, Pose::kUnknown);
  EXPECT_FALSE(bare.pose_component.has_value());
  EXPECT_FALSE(bare.detection_score.has_value());

  const ManifestIdentity zoe = manifest->FindIdentity("Zoë").value().value();
  EXPECT_EQ(zoe.sex, "female");
  EXPECT_EQ(zoe.rank, 3);
  EXPECT_EQ(zoe.images_judged, 200);
  EXPECT_EQ(zoe.images_right, 191);
  EXPECT_EQ(zoe.attributes, "{\"born\":1970}");
  EXPECT_FALSE(manifest->FindIdentity("zoë").value().has_value());

  const std::vector<ManifestRun> runs = manifest->Runs().value();
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].stage, "purify");
  EXPECT_EQ(runs[0].settings, "{\"keep\":3}");
  EXPECT_EQ(runs[0].statistics, "{\"kept\":5}");
  EXPECT_EQ(runs[0].seconds, 12.5);
  EXPECT_FALSE(runs[0].effort_seconds.has_value());
  EXPECT_EQ(runs[1].effort_seconds, 3600.0);
  EXPECT_TRUE(manifest->CheckIntegrity().ok());

  ManifestImage changed = bare;
  changed.path = "Abel/1.jpg";
  ASSERT_TRUE(manifest->UpdateImage(changed).ok());
  EXPECT_EQ(All(*manifest, {})[4].path, "Abel/1.jpg");
  ManifestIdentity renamed = zoe;
  renamed.images_right = 192;
  ASSERT_TRUE(manifest->UpdateIdentity(renamed).ok());
  EXPECT_EQ(manifest->FindIdentity("Zoë").value()->images_right, 192);
  renamed.id = 77;
  renamed.name = "x";
  EXPECT_EQ(manifest->UpdateIdentity(renamed).code(), absl::StatusCode::kNotFound);
  changed.id = 77;
  EXPECT_EQ(manifest->UpdateImage(changed).code(), absl::StatusCode::kNotFound);
}

TEST(Manifest, SnapshotsAreMarksInForce) {
  const auto manifest = MakeManifest(Folder() + "/m.sqlite");
  Fill(manifest.get());
  ManifestQuery full, curated;
  full.snapshot = "full";
  curated.snapshot = "curated";
  EXPECT_THAT(manifest->Snapshots().value(), ElementsAre("curated", "full"));
  EXPECT_THAT(manifest->SnapshotRuns("curated").value(), ElementsAre(1, 2));
  EXPECT_THAT(Ids(*manifest, {}), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(Ids(*manifest, full), ElementsAre(1, 3, 4, 5, 6));
  EXPECT_THAT(Ids(*manifest, curated), ElementsAre(1, 4));
  EXPECT_EQ(manifest->Identities("full").value().size(), 2u);
  EXPECT_EQ(manifest->Identities("curated").value().size(), 1u);
  const ManifestCounts counts = manifest->Counts("curated").value();
  EXPECT_EQ(counts.identities, 1);
  EXPECT_EQ(counts.identities_with_images, 1);
  EXPECT_EQ(counts.images, 2);
  EXPECT_EQ(manifest->Counts("").value().images, 6);
  EXPECT_THAT(manifest->RemovalCounts().value(),
              ElementsAre(Pair(Pair(1, "another person"), 1), Pair(Pair(2, "near duplicate"), 1)));

  const std::vector<ManifestMark> marks = manifest->Marks(3).value();
  ASSERT_EQ(marks.size(), 1u);
  EXPECT_EQ(marks[0].stage, "deduplicate");
  EXPECT_EQ(marks[0].reason, "near duplicate");
  EXPECT_EQ(marks[0].other, 1);
  EXPECT_EQ(marks[0].detail, "distance 0.1");
  EXPECT_TRUE(marks[0].removes);
  EXPECT_FALSE(manifest->Marks(1).value()[0].removes);

  // A whole run, then a single mark, out of force and back.
  ASSERT_TRUE(manifest->Undo(2).ok());
  EXPECT_THAT(Ids(*manifest, curated), ElementsAre(1, 3, 4, 5, 6));
  EXPECT_THAT(manifest->Marks(3).value(), IsEmpty());
  ASSERT_TRUE(manifest->Redo(2).ok());
  EXPECT_THAT(Ids(*manifest, curated), ElementsAre(1, 4));
  ASSERT_TRUE(manifest->SetUndone(2, 3, "near duplicate", true).ok());
  EXPECT_THAT(Ids(*manifest, curated), ElementsAre(1, 3, 4));
  ASSERT_TRUE(manifest->SetUndone(2, 3, "near duplicate", false).ok());
  EXPECT_THAT(Ids(*manifest, curated), ElementsAre(1, 4));
  EXPECT_EQ(manifest->SetUndone(2, 3, "another person", true).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(manifest->Undo(9).code(), absl::StatusCode::kNotFound);

  // Defined anew: the name stays one snapshot.
  ASSERT_TRUE(manifest->DefineSnapshot("curated", {}).ok());
  EXPECT_THAT(Ids(*manifest, curated), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(Manifest, Orders) {
  const auto manifest = MakeManifest(Folder() + "/m.sqlite");
  Fill(manifest.get());
  ManifestQuery query;
  query.order = ManifestQuery::Order::kRank;
  EXPECT_THAT(Ids(*manifest, query), ElementsAre(1, 2, 3, 4, 6, 5));
  query.order = ManifestQuery::Order::kScore;
  EXPECT_EQ(manifest->Images(query).status().code(), absl::StatusCode::kInvalidArgument);
  query.score_run = 1;
  query.identity = 1;
  auto images = manifest->Images(query).value();
  ManifestImage image;
  std::vector<std::pair<int64_t, double>> scores;
  while (images.Next(&image).value()) scores.emplace_back(image.id, images.score().value_or(-99));
  EXPECT_THAT(scores, ElementsAre(Pair(3, 0.75), Pair(1, 0.5), Pair(2, -1.5), Pair(4, -99)));
}

// The queries against plain loops over all rows, and against the views that other programs use.
TEST(Manifest, SnapshotsAgainstPlainLoops) {
  const auto manifest = MakeManifest(Folder() + "/m.sqlite");
  std::mt19937 random(7);
  constexpr int kIdentities = 20, kImages = 400, kRuns = 6;
  std::set<std::pair<int64_t, int64_t>> image_marks, identity_marks, undone;  // (run, row)
  std::vector<int64_t> identity_of = {0};
  ASSERT_TRUE(manifest
                  ->InTransaction([&]() -> absl::Status {
                    for (int i = 0; i < kIdentities; ++i) {
                      ManifestIdentity identity;
                      identity.name = absl::StrCat("p", i);
                      FACET_RETURN_IF_ERROR(manifest->AddIdentity(identity).status());
                    }
                    for (int i = 0; i < kImages; ++i) {
                      ManifestImage image;
                      image.identity = 1 + random() % kIdentities;
                      identity_of.push_back(image.identity);
                      FACET_RETURN_IF_ERROR(manifest->AddImage(image).status());
                    }
                    for (int64_t run = 1; run <= kRuns; ++run) {
                      FACET_RETURN_IF_ERROR(manifest->StartRun("s", "{}").status());
                      for (int k = 0; k < 60; ++k) {
                        ManifestMark mark = Removal(1 + random() % kImages, "r");
                        mark.removes = random() % 2 == 0;
                        if (!mark.removes) mark.reason = "flag";
                        FACET_RETURN_IF_ERROR(manifest->Mark(run, mark));
                        if (mark.removes) image_marks.emplace(run, mark.image);
                      }
                      const int64_t person = 1 + random() % kIdentities;
                      FACET_RETURN_IF_ERROR(manifest->MarkIdentity(run, person, "r"));
                      identity_marks.emplace(run, person);
                      FACET_RETURN_IF_ERROR(manifest->FinishRun(run, "{}"));
                    }
                    return manifest->Undo(4);
                  })
                  .ok());
  for (const auto& [run, image] : image_marks) {
    if (random() % 5 != 0) continue;
    ASSERT_TRUE(manifest->SetUndone(run, image, "r", true).ok());
    undone.emplace(run, image);
  }
  for (int subset = 0; subset < 1 << kRuns; subset += 5) {
    std::vector<int64_t> runs;
    for (int64_t run = 1; run <= kRuns; ++run) {
      if ((subset >> (run - 1)) & 1) runs.push_back(run);
    }
    ASSERT_TRUE(manifest->DefineSnapshot("s", runs).ok());
    std::vector<int64_t> expected;
    for (int64_t image = 1; image <= kImages; ++image) {
      bool kept = true;
      for (const int64_t run : runs) {
        if (run == 4) continue;
        kept = kept && identity_marks.count({run, identity_of[image]}) == 0 &&
               (image_marks.count({run, image}) == 0 || undone.count({run, image}) > 0);
      }
      if (kept) expected.push_back(image);
    }
    ManifestQuery query;
    query.snapshot = "s";
    EXPECT_EQ(Ids(*manifest, query), expected) << subset;
    EXPECT_EQ(manifest->Counts("s")->images, static_cast<int64_t>(expected.size()));
    auto view = manifest->database().Prepare(
        "SELECT image FROM snapshot_images WHERE snapshot = 's' ORDER BY image");
    ASSERT_TRUE(view.ok()) << view.status();
    std::vector<int64_t> seen;
    while (view->Step().value()) seen.push_back(view->Int(0));
    EXPECT_EQ(seen, expected) << subset;
    EXPECT_EQ(manifest->database()
                  .Int("SELECT coalesce(sum(images), 0) FROM identity_counts WHERE snapshot = 's'")
                  .value(),
              static_cast<int64_t>(expected.size()));
  }
}

TEST(Manifest, FrozenBytesDependOnRowsAlone) {
  const std::string folder = Folder();
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
  EXPECT_EQ(Bytes(folder + "/one.frozen"), Bytes(folder + "/two.frozen"));
  {
    const auto copy = Manifest::CreateFrom(folder + "/two.frozen", folder + "/three.sqlite");
    ASSERT_TRUE(copy.ok()) << copy.status();
    ASSERT_TRUE((*copy)->Freeze(folder + "/three.frozen").ok());
  }
  EXPECT_EQ(Bytes(folder + "/one.frozen"), Bytes(folder + "/three.frozen"));
  ASSERT_TRUE(one->Freeze(folder + "/timed.frozen", /*keep_seconds=*/true).ok());
  EXPECT_NE(Bytes(folder + "/one.frozen"), Bytes(folder + "/timed.frozen"));

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
TEST(Manifest, SurvivesAKilledWriter) {
  const std::string path = Folder() + "/m.sqlite";
  { Fill(MakeManifest(path).get()); }
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

TEST(Manifest, FailedWorkLeavesNothing) {
  const auto manifest = MakeManifest(Folder() + "/m.sqlite");
  Fill(manifest.get());
  const int64_t run = manifest->StartRun("annotate", "{}").value();
  EXPECT_EQ(manifest
                ->InTransaction([&]() -> absl::Status {
                  FACET_RETURN_IF_ERROR(manifest->Mark(run, Removal(1, "new word")));
                  return absl::CancelledError("stop");
                })
                .code(),
            absl::StatusCode::kCancelled);
  // The word was rolled back with its mark; it can be used again.
  EXPECT_TRUE(manifest->Mark(run, Removal(1, "new word")).ok());
  // A part that fails alone is undone alone.
  ASSERT_TRUE(manifest
                  ->InTransaction([&]() -> absl::Status {
                    FACET_RETURN_IF_ERROR(manifest->Mark(run, Removal(4, "new word")));
                    EXPECT_FALSE(manifest->DefineSnapshot("full", {2, run}).ok());
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_THAT(manifest->SnapshotRuns("full").value(), ElementsAre(1));
  EXPECT_EQ(manifest->Marks(4).value().size(), 1u);
}

TEST(Manifest, RefusesWrongRows) {
  const auto manifest = MakeManifest(Folder() + "/m.sqlite");
  Fill(manifest.get());
  const auto message = [&](const std::function<void(ManifestImage*)>& spoil) {
    ManifestImage image = FullImage(1, 0);
    spoil(&image);
    const absl::Status status = manifest->AddImage(image).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    return std::string(status.message());
  };
  EXPECT_THAT(message([](auto* i) { i->path = "/a.jpg"; }), HasSubstr("does not stay below"));
  EXPECT_THAT(message([](auto* i) { i->path = "a/../b.jpg"; }), HasSubstr("does not stay below"));
  EXPECT_THAT(message([](auto* i) { i->url = "\xff"; }), HasSubstr("url is not UTF-8: \"\\xff\""));
  EXPECT_THAT(message([](auto* i) { i->query = std::string("a\0b", 3); }), HasSubstr("NUL"));
  EXPECT_THAT(message([](auto* i) { i->bytes_sha256 = "abc"; }), HasSubstr("64 hexadecimal"));
  EXPECT_THAT(message([](auto* i) { i->box->x = NAN; }), HasSubstr("not finite"));
  EXPECT_THAT(message([](auto* i) { i->rank = -2; }), HasSubstr("rank -2"));
  EXPECT_THAT(message([](auto* i) { i->width_px = 0; }), HasSubstr("half known"));
  EXPECT_THAT(message([](auto* i) { i->identity = 9; }),
              testing::AllOf(HasSubstr("identity 9"), HasSubstr("FOREIGN KEY")));

  ManifestIdentity identity;
  EXPECT_THAT(std::string(manifest->AddIdentity(identity).status().message()), HasSubstr("empty"));
  identity.name = "Abel";
  EXPECT_EQ(manifest->AddIdentity(identity).status().code(), absl::StatusCode::kAlreadyExists);
  identity.name = "New";
  identity.sex = "f";
  EXPECT_THAT(std::string(manifest->AddIdentity(identity).status().message()),
              HasSubstr("\"female\", \"male\" or empty"));
  identity.sex = "";
  identity.images_judged = 3;
  EXPECT_THAT(std::string(manifest->AddIdentity(identity).status().message()),
              HasSubstr("-1 of 3 judged"));
  identity.images_judged = -1;
  identity.attributes = "[]";
  EXPECT_THAT(std::string(manifest->AddIdentity(identity).status().message()),
              HasSubstr("New: attributes is a JSON object"));
  EXPECT_EQ(All(*manifest, {}).size(), 6u);
}

TEST(Manifest, RefusesWrongRuns) {
  const auto manifest = MakeManifest(Folder() + "/m.sqlite");
  Fill(manifest.get());
  EXPECT_THAT(std::string(manifest->Mark(1, Removal(1, "x")).message()),
              HasSubstr("run 1 is finished; start another"));
  EXPECT_EQ(manifest->Mark(9, Removal(1, "x")).code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(manifest->StartRun("", "{}").ok());
  EXPECT_FALSE(manifest->StartRun("s", "{").ok());
  const int64_t run = manifest->StartRun("s", "{}").value();
  EXPECT_THAT(std::string(manifest->Mark(run, Removal(1, "several faces")).message()),
              HasSubstr("\"several faces\" is a flag in "));
  EXPECT_THAT(std::string(manifest->Mark(run, Removal(99, "x")).message()),
              HasSubstr("mark of image 99"));
  EXPECT_FALSE(manifest->SetScore(run, 1, NAN).ok());
  EXPECT_FALSE(manifest->SetScore(run, 99, 1).ok());
  EXPECT_FALSE(manifest->FinishRun(run, "{}", -1.0).ok());
  EXPECT_THAT(std::string(manifest->DefineSnapshot("full", {run}).message()),
              HasSubstr("names run 3, which is not finished"));
  const absl::Status unknown = manifest->Counts("curatd").status();
  EXPECT_EQ(unknown.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(unknown.message()),
              HasSubstr("it has: curated, full; did you mean \"curated\"?"));
}

TEST(Manifest, RefusesOtherFiles) {
  const std::string folder = Folder();
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
  const std::string bytes = Bytes(folder + "/frozen");
  EXPECT_THAT(std::string(Manifest::Open(folder + "/frozen").status().message()),
              HasSubstr("is frozen; go on with a copy"));
  EXPECT_EQ(Bytes(folder + "/frozen"), bytes);
  {
    const auto newer =
        SqliteDatabase::Open(folder + "/frozen", SqliteDatabase::Mode::kWrite).value();
    ASSERT_TRUE(newer->Execute("PRAGMA user_version = 2").ok());
  }
  EXPECT_THAT(std::string(Manifest::OpenFrozen(folder + "/frozen").status().message()),
              HasSubstr("a manifest of version 2, expected version 1"));
  // Damage in the middle of the tables is found by reading them.
  std::string damaged = bytes;
  std::fill(damaged.begin() + 8192 + 8, damaged.begin() + 12288, '\x7f');
  std::ofstream(folder + "/damaged", std::ios::binary) << damaged;
  const auto opened = Manifest::OpenFrozen(folder + "/damaged");
  EXPECT_EQ(opened.ok() ? (*opened)->CheckIntegrity().code() : opened.status().code(),
            absl::StatusCode::kDataLoss);
}

// What ManifestTables() tells is what the file has.
TEST(Manifest, SchemaIsAsDescribed) {
  const auto manifest = MakeManifest(Folder() + "/m.sqlite");
  std::vector<std::string> names;
  for (const ManifestTable& table : ManifestTables()) {
    names.push_back(table.name);
    auto row = manifest->database()
                   .Prepare(absl::StrCat("SELECT name, type, \"notnull\", pk FROM "
                                         "pragma_table_info('",
                                         table.name, "')"))
                   .value();
    for (const ManifestColumn& column : table.columns) {
      ASSERT_TRUE(row.Step().value()) << table.name;
      EXPECT_EQ(row.Text(0), column.name);
      EXPECT_EQ(row.Text(1), column.type == ManifestColumn::Type::kInt     ? "INTEGER"
                             : column.type == ManifestColumn::Type::kFloat ? "REAL"
                             : column.type == ManifestColumn::Type::kText  ? "TEXT"
                                                                           : "BLOB");
      EXPECT_EQ(column.nullable, row.Int(2) == 0 && row.Int(3) == 0) << table.name << column.name;
    }
    EXPECT_FALSE(row.Step().value()) << table.name;
  }
  auto row = manifest->database().Prepare("SELECT name FROM sqlite_schema WHERE type = 'table'");
  std::vector<std::string> tables;
  while (row->Step().value()) tables.push_back(row->Text(0));
  EXPECT_THAT(tables, testing::UnorderedElementsAreArray(names));
}

// 100 identities with 2,000 images each, written, marked, frozen and read back: sizes as a stage
// meets them, with the counts that follow from the numbers.
TEST(Manifest, TwoHundredThousandImages) {
  const std::string folder = Folder();
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
