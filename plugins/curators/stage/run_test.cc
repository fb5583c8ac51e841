#include "plugins/curators/stage/run.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/stage/curator_testing.h"
#include "plugins/curators/stage/summary.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Folder() {
  const testing::TestInfo* const test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string folder = absl::StrCat(testing::TempDir(), "/", test->name());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

std::string Bytes(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

ManifestMark Removal(int64_t image, const std::string& reason, const std::string& detail = "") {
  ManifestMark mark;
  mark.image = image;
  mark.reason = reason;
  mark.detail = detail;
  return mark;
}

// Ada with the images 1 .. 4, Ben with 5 and 6, Cleo with 7; "collect" removes 2 and Cleo, an
// undone run everything of Ben.
void MakeInput(const std::string& path) {
  const std::string working = path + ".working";
  {
    const auto manifest = Manifest::Create(working).value();
    for (const char* name : {"Ada", "Ben", "Cleo"}) {
      ManifestIdentity identity;
      identity.name = name;
      ASSERT_TRUE(manifest->AddIdentity(identity).ok());
    }
    for (int i = 1; i <= 7; ++i) {
      ManifestImage image;
      image.identity = i <= 4 ? 1 : i <= 6 ? 2 : 3;
      image.rank = 10 - i;
      image.path = i == 3 ? "" : absl::StrCat(i, ".jpg");
      ASSERT_TRUE(manifest->AddImage(image).ok());
    }
    const int64_t truth = manifest->StartRun(kTruthStage, "{}").value();
    ASSERT_TRUE(manifest->FinishRun(truth, "{}").ok());
    const int64_t collect = manifest->StartRun("collect", "{}").value();
    ASSERT_TRUE(manifest->Mark(collect, Removal(2, "not found")).ok());
    ASSERT_TRUE(manifest->MarkIdentity(collect, 3, "too few images").ok());
    ASSERT_TRUE(manifest->FinishRun(collect, "{}").ok());
    const int64_t undone = manifest->StartRun("purify", "{}").value();
    ASSERT_TRUE(manifest->MarkIdentity(undone, 2, "too few images").ok());
    ASSERT_TRUE(manifest->FinishRun(undone, "{}").ok());
    ASSERT_TRUE(manifest->Undo(undone).ok());
    ASSERT_TRUE(manifest->Freeze(path).ok());
  }
  std::filesystem::remove(working);
}

std::vector<int64_t> Ids(absl::StatusOr<ManifestImages> images) {
  EXPECT_TRUE(images.ok()) << images.status();
  std::vector<int64_t> ids;
  ManifestImage image;
  while (images->Next(&image).value()) ids.push_back(image.id);
  return ids;
}

TEST(CurationRun, GoesOnWithAManifest) {
  const std::string folder = Folder();
  CuratorSurroundings around(folder);
  MakeInput(around.context.manifest);
  const std::string input = Bytes(around.context.manifest);
  {
    // A stage that was killed: its working copy and its run are forgotten.
    const auto killed = CurationRun::Start(around.context, "purify", "{}");
    ASSERT_TRUE(killed.ok()) << killed.status();
    ASSERT_TRUE((*killed)->manifest().Mark((*killed)->id(), Removal(1, "bad")).ok());
  }
  const auto run = CurationRun::Start(around.context, "purify", "{\"keep\":2}").value();
  EXPECT_EQ(run->id(), 4);
  EXPECT_THAT(run->earlier_runs(), ElementsAre(2, 3));
  EXPECT_THAT(Ids(run->Images()), ElementsAre(1, 3, 4, 5, 6));
  EXPECT_THAT(Ids(run->Images(ManifestQuery::Order::kRank)), ElementsAre(4, 3, 1, 6, 5));
  ASSERT_EQ(run->Identities().value().size(), 2u);
  EXPECT_EQ(run->Identities().value()[1].name, "Ben");
  for (const int64_t image : {1, 3, 5}) {
    ASSERT_TRUE(run->manifest()
                    .Mark(run->id(), Removal(image, image == 5 ? "no face" : "low score", "-0.5"))
                    .ok());
  }
  EXPECT_THAT(Ids(run->Images()), ElementsAre(1, 3, 4, 5, 6));  // its own marks do not count

  const CurationResult result = run->Finish("full", "{\"kept\":2}", 7200.0).value();
  EXPECT_EQ(result.metrics.size(), 6u);
  EXPECT_EQ(result.metrics[0].name, "persons");
  EXPECT_EQ(result.metrics[2].value, 2);  // images left: 4, 6
  EXPECT_EQ(result.metrics[3].value, 2);  // h
  ASSERT_EQ(result.sheets.size(), 2u);
  EXPECT_EQ(result.sheets[0].title, "removed: low score (2)");
  ASSERT_EQ(result.sheets[0].cells.size(), 1u);  // 3 has no file
  EXPECT_EQ(result.sheets[0].cells[0].path, "1.jpg");
  EXPECT_EQ(result.sheets[0].cells[0].caption, "Ada: -0.5");
  EXPECT_EQ(result.sheets[1].title, "removed: no face (1)");

  const auto frozen = Manifest::OpenFrozen(around.output()).value();
  EXPECT_THAT(frozen->SnapshotRuns("full").value(), ElementsAre(2, 3, 4));
  ManifestQuery full;
  full.snapshot = "full";
  EXPECT_THAT(Ids(frozen->Images(full)), ElementsAre(4, 6));
  EXPECT_EQ(frozen->Runs().value()[3].settings, "{\"keep\":2}");
  EXPECT_TRUE(frozen->CheckIntegrity().ok());
  EXPECT_EQ(Bytes(around.context.manifest), input);
}

TEST(CurationRun, BeginsAChainOrSaysWhatIsMissing) {
  CuratorSurroundings around(Folder());
  around.context.manifest.clear();
  const absl::Status missing = CurationRun::Start(around.context, "purify", "{}").status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(missing.message()), HasSubstr("curation.from"));
  const auto run = CurationRun::Begin(around.context, "candidates", "{}").value();
  EXPECT_EQ(run->id(), 1);
  EXPECT_THAT(run->earlier_runs(), IsEmpty());
  EXPECT_THAT(Ids(run->Images()), IsEmpty());
  ASSERT_TRUE(run->Finish("candidates", "{}").ok());
  EXPECT_TRUE(Manifest::OpenFrozen(around.output()).ok());
}

TEST(CurationRun, HonoursAStop) {
  CuratorSurroundings around(Folder());
  MakeInput(around.context.manifest);
  around.stop_after = 2;
  const auto run = CurationRun::Start(around.context, "purify", "{}").value();
  EXPECT_TRUE(run->Progress(1, 2, "images").ok());
  EXPECT_EQ(run->Progress(2, 2, "images", "almost").code(), absl::StatusCode::kCancelled);
}

// Each of 20 images is drawn into a sheet of 5 as often as any other: 4,000 seeds give 1,000 +- 27
// (binomial standard deviation), and 5 deviations either way.
TEST(SheetSampler, DrawsEvenly) {
  std::map<std::string, int> drawn;
  for (uint64_t seed = 0; seed < 4000; ++seed) {
    SheetSampler sampler(5, seed);
    for (int i = 10; i < 30; ++i) sampler.Add({absl::StrCat(i, ".jpg"), ""});
    sampler.Add({"", "lost"});
    const ContactSheet sheet = sampler.Sheet("kept");
    ASSERT_EQ(sheet.title, "kept (21)");
    ASSERT_EQ(sheet.cells.size(), 5u);
    for (size_t i = 0; i < 5; ++i) {
      ++drawn[sheet.cells[i].path];
      EXPECT_TRUE(i == 0 || sheet.cells[i - 1].path < sheet.cells[i].path) << seed;
    }
  }
  ASSERT_EQ(drawn.size(), 20u);
  for (const auto& [path, times] : drawn) EXPECT_NEAR(times, 1000, 137) << path;
}

}  // namespace
}  // namespace facet
