#include "plugins/manifest/manifest.h"

#include <algorithm>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/api/component.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/manifest/manifest_testing.h"
#include "plugins/manifest/schema.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(Manifest, KeepsEveryFact) {
  const std::string path = TestFolder() + "/m ?#%.sqlite";  // signs that mean something in a URI
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
  EXPECT_EQ(got.run, -1);
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
  const auto manifest = MakeManifest(TestFolder() + "/m.sqlite");
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
  const auto manifest = MakeManifest(TestFolder() + "/m.sqlite");
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
  const auto manifest = MakeManifest(TestFolder() + "/m.sqlite");
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

TEST(Manifest, FailedWorkLeavesNothing) {
  const auto manifest = MakeManifest(TestFolder() + "/m.sqlite");
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
  const auto manifest = MakeManifest(TestFolder() + "/m.sqlite");
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

// The truth of a synthetic web flags what a stage then removes, in the same words.
TEST(Manifest, AFlagAndARemovalMayShareAWord) {
  const auto manifest = MakeManifest(TestFolder() + "/m.sqlite");
  Fill(manifest.get());
  const int64_t run = manifest->StartRun("s", "{}").value();
  ManifestMark flag = Removal(2, "twin");
  flag.removes = false;
  ASSERT_TRUE(manifest->Mark(run, flag).ok());
  ASSERT_TRUE(manifest->Mark(run, Removal(2, "twin")).ok());
  ASSERT_TRUE(manifest->Mark(run, Removal(1, "twin")).ok());
  ASSERT_TRUE(manifest->FinishRun(run, "{}").ok());
  EXPECT_EQ(manifest->RemovalCounts()->at({run, "twin"}), 2);
  const std::vector<ManifestMark> marks = manifest->Marks(2).value();
  EXPECT_EQ(std::count_if(marks.begin(), marks.end(),
                          [&](const ManifestMark& mark) { return mark.run == run; }),
            2);
  ASSERT_TRUE(manifest->SetUndone(run, 2, "twin", true).ok());
  EXPECT_EQ(manifest->RemovalCounts()->at({run, "twin"}), 1);
}

TEST(Manifest, RefusesWrongRuns) {
  const auto manifest = MakeManifest(TestFolder() + "/m.sqlite");
  Fill(manifest.get());
  EXPECT_THAT(std::string(manifest->Mark(1, Removal(1, "x")).message()),
              HasSubstr("run 1 is finished; start another"));
  EXPECT_EQ(manifest->Mark(9, Removal(1, "x")).code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(manifest->StartRun("", "{}").ok());
  EXPECT_FALSE(manifest->StartRun("s", "{").ok());
  const int64_t run = manifest->StartRun("s", "{}").value();
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

// What ManifestTables() tells is what the file has.
TEST(Manifest, SchemaIsAsDescribed) {
  const auto manifest = MakeManifest(TestFolder() + "/m.sqlite");
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

TEST(Manifest, ASnapshotHasTheImagesThatItsRunsBrought) {
  const std::string folder = TestFolder();
  const auto manifest = MakeManifest(folder + "/m.sqlite");
  ManifestIdentity zoe;
  zoe.name = "Zoë";
  ASSERT_EQ(manifest->AddIdentity(zoe).value(), 1);
  ASSERT_EQ(manifest->AddImage(FullImage(1, 0)).value(), 1);  // of no run: of every snapshot
  std::vector<int64_t> runs;
  for (int stage = 0; stage < 2; ++stage) {
    runs.push_back(manifest->StartRun("collect", "{}").value());
    ManifestImage image = FullImage(1, 1 + stage);
    image.run = runs.back();
    ASSERT_EQ(manifest->AddImage(image).value(), 2 + stage);
    ASSERT_TRUE(manifest->FinishRun(runs.back(), "{}").ok());
    ASSERT_TRUE(manifest->DefineSnapshot(absl::StrCat("stage ", stage + 1), runs).ok());
  }
  ManifestQuery first, second;
  first.snapshot = "stage 1";
  second.snapshot = "stage 2";
  EXPECT_THAT(Ids(*manifest, first), ElementsAre(1, 2));
  EXPECT_THAT(Ids(*manifest, second), ElementsAre(1, 2, 3));
  EXPECT_EQ(manifest->Counts("stage 1").value().images, 2);
  // As other programs see it.
  const auto viewed = [&](const std::string& snapshot) {
    return manifest->database()
        .Int("SELECT count(*) FROM snapshot_images WHERE snapshot = '" + snapshot + "'")
        .value();
  };
  EXPECT_EQ(viewed("stage 1"), 2);
  EXPECT_EQ(viewed("stage 2"), 3);
  // Who takes a run back takes back what it brought.
  ASSERT_TRUE(manifest->Undo(runs[1]).ok());
  EXPECT_THAT(Ids(*manifest, second), ElementsAre(1, 2));
  EXPECT_EQ(viewed("stage 2"), 2);
  ASSERT_TRUE(manifest->Redo(runs[1]).ok());
  EXPECT_EQ(All(*manifest, second)[2].run, runs[1]);
  // A run that is none is refused.
  ManifestImage image = FullImage(1, 7);
  image.run = 99;
  EXPECT_FALSE(manifest->AddImage(image).ok());
}

}  // namespace
}  // namespace facet
