#include "plugins/manifest/vggface.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

std::string FolderWithInput() {
  const std::string folder = TestFolder();
  std::filesystem::create_directories(folder + "/in");
  return folder;
}

// The first line is the release's own, of Aamir Khan; the second has a box without area.
constexpr char kKhan[] =
    "00000001 http://aplive.net/wp-content/uploads/2014/07/aamir_khan_86215.jpg "
    "119.19 99.49 295.47 275.78 3.00 2.31 1\n"
    "00000003 http://a/b%20c.jpg?x=1&y 10.00 10.00 10.00 20.00 2.00 -0.50 0\n";
constexpr char kBuckley[] =
    "00000001 6dc2fdaa3bd324e286554fdc093b5363 http://a/1 165.21 105.50 298.57 238.86 4.00 3.59 "
    "1\n"
    "00000002 http://a/2 1.00 2.00 3.00 4.00 1.00 4.18 0\n";

TEST(ManifestVggFace, ThereAndBack) {
  const std::string folder = FolderWithInput();
  ASSERT_TRUE(WriteFileAtomically(folder + "/in/Aamir_Khan.txt", kKhan).ok());
  ASSERT_TRUE(WriteFileAtomically(folder + "/in/A.J._Buckley.txt", kBuckley).ok());
  ASSERT_TRUE(WriteFileAtomically(folder + "/in/licence.txt", "free").ok());
  const auto manifest = Manifest::Create(folder + "/m.sqlite").value();
  const auto run = ImportVggFace(folder + "/in", manifest.get());
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(manifest->Counts("full")->images, 4);
  EXPECT_EQ(manifest->Counts("curated")->images, 2);
  ManifestQuery query;
  query.identity = manifest->FindIdentity("Aamir_Khan").value()->id;
  auto images = manifest->Images(query).value();
  ManifestImage image;
  ASSERT_TRUE(images.Next(&image).value());
  EXPECT_EQ(image.path, "Aamir_Khan/00000001.jpg");
  EXPECT_EQ(image.pose, Pose::kFrontal);
  EXPECT_EQ(image.detection_score, 2.31);
  EXPECT_EQ(image.rank, 0);
  EXPECT_NEAR(image.box->width, 176.28, 1e-9);  // the difference of two decimal numbers

  VggFaceExport options;
  options.with_uids = true;
  EXPECT_EQ(ExportVggFace(*manifest, options, folder + "/out").value(), 4);
  EXPECT_EQ(ReadFile(folder + "/out/Aamir_Khan.txt").value(), kKhan);
  EXPECT_EQ(ReadFile(folder + "/out/A.J._Buckley.txt").value(), kBuckley);
  // Without uids the line has 9 fields.
  EXPECT_TRUE(ExportVggFace(*manifest, VggFaceExport(), folder + "/plain").ok());
  EXPECT_EQ(ReadFile(folder + "/plain/A.J._Buckley.txt").value().substr(0, 24),
            "00000001 http://a/1 165.");
  // Undone curation: every flag is 1.
  ASSERT_TRUE(manifest->Undo(*run).ok());
  EXPECT_TRUE(ExportVggFace(*manifest, options, folder + "/undone").ok());
  EXPECT_NE(ReadFile(folder + "/undone/A.J._Buckley.txt").value().find("1.00 4.18 1\n"),
            std::string::npos);
}

TEST(ManifestVggFace, UnknownFactsAndNumbers) {
  const std::string folder = FolderWithInput();
  const auto manifest = Manifest::Create(folder + "/m.sqlite").value();
  ManifestIdentity identity;
  identity.name = "New Name";
  ManifestImage image;
  image.identity = manifest->AddIdentity(identity).value();
  image.url = "http://a/b c.jpg";
  image.pose = Pose::kRight;
  image.rank = 7;
  ASSERT_TRUE(manifest->AddImage(image).ok());
  image.url = "";
  image.pose = Pose::kUnknown;
  image.rank = 2;
  ASSERT_TRUE(manifest->AddImage(image).ok());
  ASSERT_TRUE(manifest->DefineSnapshot("full", {}).ok());
  EXPECT_EQ(ExportVggFace(*manifest, VggFaceExport(), folder + "/out").status().code(),
            absl::StatusCode::kNotFound);  // there is no snapshot "curated"
  ASSERT_TRUE(manifest->DefineSnapshot("curated", {}).ok());
  ASSERT_TRUE(ExportVggFace(*manifest, VggFaceExport(), folder + "/out").ok());
  EXPECT_EQ(ReadFile(folder + "/out/New_Name.txt").value(),
            "00000001 - 0.00 0.00 0.00 0.00 3.00 0.00 1\n"
            "00000002 http://a/b%20c.jpg 0.00 0.00 0.00 0.00 2.00 0.00 1\n");

  identity.name = "New_Name";
  image.identity = manifest->AddIdentity(identity).value();
  ASSERT_TRUE(manifest->AddImage(image).ok());
  EXPECT_EQ(ExportVggFace(*manifest, VggFaceExport(), folder + "/out").status().message(),
            "two identities would be written to New_Name.txt; rename \"New_Name\"");
}

TEST(ManifestVggFace, AWrongLineLeavesNothing) {
  const std::string folder = FolderWithInput();
  const auto manifest = Manifest::Create(folder + "/m.sqlite").value();
  EXPECT_EQ(ImportVggFace(folder + "/in", manifest.get()).status().code(),
            absl::StatusCode::kNotFound);
  ASSERT_TRUE(WriteFileAtomically(folder + "/in/A.txt", kBuckley).ok());
  ASSERT_TRUE(WriteFileAtomically(folder + "/in/B.txt", "1 http://a 2 3\n").ok());
  const absl::Status status = ImportVggFace(folder + "/in", manifest.get()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("B.txt:1: "), absl::string_view::npos) << status;
  EXPECT_EQ(manifest->Counts("")->images, 0);
  EXPECT_TRUE(manifest->Runs().value().empty());
}

}  // namespace
}  // namespace facet
