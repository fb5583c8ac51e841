#include "plugins/manifest/tool.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

ManifestMark MarkOf(int64_t image, const std::string& reason, bool removes = true) {
  ManifestMark mark;
  mark.image = image;
  mark.reason = reason;
  mark.removes = removes;
  return mark;
}

// Ada with the images 1 .. 4, Ben with 5, Cleo without; runs 1 collect, 2 purify, 3 purify.
class ManifestToolTest : public testing::Test {
 protected:
  void SetUp() override {
    const testing::TestInfo* const test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = absl::StrCat(testing::TempDir(), "/", test->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    const auto manifest = Manifest::Create(Path("working")).value();
    for (const char* name : {"Ada_Lovelace", "Ben", "Cleo"}) {
      ManifestIdentity identity;
      identity.name = name;
      ASSERT_TRUE(manifest->AddIdentity(identity).ok());
    }
    for (int i = 1; i <= 5; ++i) {
      ManifestImage image;
      image.identity = i <= 4 ? 1 : 2;
      image.number = i <= 4 ? i : 1;
      image.url = absl::StrCat("http://localhost/", i, ".jpg");
      image.box = Box{1, 2, 30.0 + i, 40};
      image.pose = Pose::kFrontal;
      image.pose_component = 3;
      image.detection_score = 0.5 * i;
      ASSERT_TRUE(manifest->AddImage(image).ok());
    }
    const auto run = [&](const char* stage, const std::vector<ManifestMark>& marks) {
      const int64_t id = manifest->StartRun(stage, "{\"keep\":3}").value();
      for (const ManifestMark& mark : marks) ASSERT_TRUE(manifest->Mark(id, mark).ok());
      if (id == 1) {
        ASSERT_TRUE(manifest->MarkIdentity(id, 3, "too few images").ok());
      }
      ASSERT_TRUE(manifest->FinishRun(id, "{}", 12.0, id == 3 ? 5400.0 : 0.0).ok());
    };
    run("collect", {MarkOf(4, "not found")});
    run("purify", {MarkOf(1, "low score"), MarkOf(1, "no face"), MarkOf(2, "low score"),
                   MarkOf(3, "several faces", false)});
    run("purify", {MarkOf(3, "low score")});
    ASSERT_TRUE(manifest->SetUndone(2, 2, "low score", true).ok());
    ASSERT_TRUE(manifest->Undo(3).ok());
    ASSERT_TRUE(manifest->DefineSnapshot("full", {1}).ok());
    ASSERT_TRUE(manifest->DefineSnapshot("curated", {1, 2, 3}).ok());
    ASSERT_TRUE(manifest->Freeze(Path("m.sqlite"), /*keep_seconds=*/true).ok());
    input_ = BytesOf(Path("m.sqlite"));
  }
  void TearDown() override {
    EXPECT_EQ(BytesOf(Path("m.sqlite")), input_) << "the input was changed";
    for (const auto& entry : fs::directory_iterator(folder_)) {
      EXPECT_THAT(entry.path().string(), Not(HasSubstr(".working")));
      EXPECT_THAT(entry.path().string(), Not(HasSubstr(".partial")));
    }
  }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  UndoRequest Request(const std::string& run) const {
    UndoRequest request;
    request.file = Path("m.sqlite");
    request.out = Path("new.sqlite");
    request.run = run;
    return request;
  }
  // Images of the snapshot `curated`.
  static std::vector<int64_t> Curated(const std::string& file) {
    const auto manifest = Manifest::OpenFrozen(file);
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    ManifestQuery query;
    query.snapshot = "curated";
    auto images = (*manifest)->Images(query).value();
    std::vector<int64_t> ids;
    ManifestImage image;
    while (images.Next(&image).value()) ids.push_back(image.id);
    return ids;
  }

  std::string folder_, input_;
};

TEST_F(ManifestToolTest, ShowsWhatRunsBrought) {
  const std::string path = Path("brought.sqlite");
  const auto manifest = Manifest::CreateFrom(Path("m.sqlite"), Path("copy")).value();
  ManifestImage image;
  image.identity = 2;
  image.run = manifest->StartRun("collect", "{}").value();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(manifest->AddImage(image).ok());
  ASSERT_TRUE(manifest->FinishRun(image.run, "{}").ok());
  ASSERT_TRUE(manifest->Freeze(path).ok());
  EXPECT_THAT(ShowManifest(path).value(),
              HasSubstr("  4 collect: in force\n    brings 3 images\n"));
}

TEST_F(ManifestToolTest, ShowsWhatIsThere) {
  const auto text = ShowManifest(Path("m.sqlite"));
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, Path("m.sqlite") +
                       R"(
  3 people, 2 with images; 5 images
snapshots
  curated: 2 people, 2 with images; 3 images; runs 1, 2, 3
  full: 2 people, 2 with images; 4 images; runs 1
runs
  1 collect: in force, took 12 s
    removes 1 person: too few images
    removes 1 image: not found
    settings {"keep":3}
  2 purify: in force, took 12 s
    removes 1 image: low score (undone: 1)
    removes 1 image: no face
    flags 1 image: several faces
    settings {"keep":3}
  3 purify: undone, took 12 s, people's effort 1.50 h
    removes 1 image: low score
    settings {"keep":3}
)");
  EXPECT_EQ(ShowManifest(Path("none.sqlite")).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ManifestToolTest, UndoesAndRedoesInACopy) {
  EXPECT_THAT(Curated(Path("m.sqlite")), ElementsAre(2, 3, 5));
  ASSERT_TRUE(UndoInCopy(Request("collect")).ok());
  EXPECT_THAT(Curated(Path("new.sqlite")), ElementsAre(2, 3, 4, 5));
  // Back again gives the same bytes.
  UndoRequest back = Request("1");
  back.file = Path("new.sqlite");
  back.out = Path("back.sqlite");
  back.undone = false;
  ASSERT_TRUE(UndoInCopy(back).ok());
  EXPECT_EQ(BytesOf(back.out), input_);

  UndoRequest redo = Request("3");
  redo.out = Path("redo.sqlite");
  redo.undone = false;
  ASSERT_TRUE(UndoInCopy(redo).ok());
  EXPECT_THAT(Curated(redo.out), ElementsAre(2, 5));

  UndoRequest mark = Request("2");
  mark.out = Path("mark.sqlite");
  mark.image = 2;  // its only mark
  mark.undone = false;
  ASSERT_TRUE(UndoInCopy(mark).ok());
  EXPECT_THAT(Curated(mark.out), ElementsAre(3, 5));
}

TEST_F(ManifestToolTest, SaysWhatIsThereInstead) {
  const auto refused = [](const UndoRequest& request, const std::string& words) {
    const absl::Status status = UndoInCopy(request);
    EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(words));
    EXPECT_FALSE(fs::exists(request.out));
  };
  refused(Request("purify"), "several runs of \"purify\"; name one by its number: 2, 3");
  refused(Request("9"), "no run \"9\"; it has: 1 collect, 2 purify, 3 purify");
  refused(Request("colect"), "did you mean \"collect\"?");
  UndoRequest mark = Request("2");
  mark.image = 5;
  refused(mark, "run 2 does not mark image 5");
  mark.image = 1;
  refused(mark, "for several reasons; name one with --reason: \"low score\", \"no face\"");
  mark.reason = "blurred";
  refused(mark, "it marks it as \"low score\", \"no face\"");
  mark.reason = "no face";
  EXPECT_TRUE(UndoInCopy(mark).ok());
  EXPECT_EQ(UndoInCopy(mark).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(UndoInCopy([&] {
              UndoRequest elsewhere = mark;
              elsewhere.out = Path("no/such/folder/m.sqlite");
              return elsewhere;
            }())
                .ok(),
            false);
}

TEST_F(ManifestToolTest, DefinesSnapshotsInACopy) {
  ASSERT_TRUE(SnapshotInCopy(Path("m.sqlite"), "mine", {"collect", "3"}, Path("new.sqlite")).ok());
  const auto manifest = Manifest::OpenFrozen(Path("new.sqlite")).value();
  EXPECT_THAT(manifest->SnapshotRuns("mine").value(), ElementsAre(1, 3));
  EXPECT_THAT(manifest->Snapshots().value(), ElementsAre("curated", "full", "mine"));
  EXPECT_EQ(SnapshotInCopy(Path("m.sqlite"), "mine", {"4"}, Path("other.sqlite")).code(),
            absl::StatusCode::kOutOfRange);
}

TEST_F(ManifestToolTest, GoesThroughCsvAndBack) {
  ASSERT_TRUE(ExportCsv(Path("m.sqlite"), Path("csv")).ok());
  EXPECT_THAT(BytesOf(Path("csv/identities.csv")), HasSubstr("\n1,Ada_Lovelace,"));
  ASSERT_TRUE(ImportCsv(Path("csv"), Path("back.sqlite")).ok());
  EXPECT_EQ(BytesOf(Path("back.sqlite")), input_);
  const absl::Status none = ImportCsv(Path("none"), Path("other.sqlite"));
  EXPECT_EQ(none.code(), absl::StatusCode::kNotFound) << none;
  EXPECT_FALSE(fs::exists(Path("other.sqlite")));
}

TEST_F(ManifestToolTest, GoesThroughVggFaceListsAndBack) {
  const auto lines = ExportVggFaceLists(Path("m.sqlite"), {}, Path("lists"));
  ASSERT_TRUE(lines.ok()) << lines.status();
  EXPECT_EQ(*lines, 4);  // the snapshot full: 1, 2, 3, 5
  ASSERT_TRUE(ImportVggFaceLists(Path("lists"), Path("back.sqlite")).ok());
  const auto back = Manifest::OpenFrozen(Path("back.sqlite")).value();
  EXPECT_EQ(back->Counts("full")->images, 4);
  EXPECT_EQ(back->Counts("curated")->images, 3);
  ASSERT_TRUE(ExportVggFaceLists(Path("back.sqlite"), {}, Path("again")).ok());
  for (const char* name : {"Ada_Lovelace.txt", "Ben.txt"}) {
    EXPECT_EQ(BytesOf(Path("lists/") + name), BytesOf(Path("again/") + name)) << name;
  }
  VggFaceExport unknown;
  unknown.full = "ful";
  const absl::Status refused = ExportVggFaceLists(Path("m.sqlite"), unknown, Path("x")).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("did you mean \"full\"?"));
}

}  // namespace
}  // namespace facet
