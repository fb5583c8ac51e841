#include "plugins/manifest/csv.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

TEST(ManifestCsv, ThereAndBackGivesEqualBytes) {
  const std::string folder = TestFolder();
  const auto manifest = Manifest::Create(folder + "/m.sqlite").value();
  ManifestIdentity identity;
  identity.name = " Zoë \"Q\",\n; # ";  // all that a field must be quoted for
  identity.attributes = "{\"born\": 1970, \"name\": \"a,b\"}";
  const int64_t id = manifest->AddIdentity(identity).value();
  ManifestImage image;
  image.identity = id;
  image.url = "#x";
  image.query = "\t";
  image.path = "a b/c,d.jpg";
  image.bytes_sha256 = std::string(64, '0');
  image.box = Box{0.1, 1.0 / 3, 1e-300, 123456789.123456789};
  image.detection_score = -0.0625;
  ASSERT_TRUE(manifest->AddImage(image).ok());
  ManifestImage bare;
  bare.identity = id;
  ASSERT_TRUE(manifest->AddImage(bare).ok());
  const int64_t run = manifest->StartRun("purify", "{\"keep\":1}").value();
  ManifestMark mark;
  mark.image = 2;
  mark.reason = "low, score";
  mark.other = 1;
  mark.detail = "line\r\nend";
  ASSERT_TRUE(manifest->Mark(run, mark).ok());
  ASSERT_TRUE(manifest->MarkIdentity(run, id, "homonym").ok());
  ASSERT_TRUE(manifest->SetScore(run, 1, 0.1).ok());
  ASSERT_TRUE(manifest->FinishRun(run, "{}", {}, 1.5).ok());
  ASSERT_TRUE(manifest->DefineSnapshot("full", {run}).ok());
  ASSERT_TRUE(manifest->Undo(run).ok());
  ASSERT_TRUE(ExportManifestCsv(manifest.get(), folder + "/csv").ok());
  EXPECT_EQ(ReadFile(folder + "/csv/scores.csv").value(), "run,image,score\n1,1,0.1\n");
  EXPECT_EQ(ReadFile(folder + "/csv/marks.csv").value(),
            "run,image,reason,other,detail,undone\n1,2,1,1,\"line\r\nend\",0\n");

  const auto read = Manifest::Create(folder + "/read.sqlite").value();
  const absl::Status imported = ImportManifestCsv(folder + "/csv", read.get());
  ASSERT_TRUE(imported.ok()) << imported;
  EXPECT_TRUE(read->CheckIntegrity().ok());
  ASSERT_TRUE(manifest->Freeze(folder + "/a").ok());
  ASSERT_TRUE(read->Freeze(folder + "/b").ok());
  EXPECT_EQ(ReadFile(folder + "/a").value(), ReadFile(folder + "/b").value());
  EXPECT_EQ(ImportManifestCsv(folder + "/csv", read.get()).code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(ManifestCsv, SmallTablesOfAnotherProgram) {
  const std::string folder = TestFolder();
  ASSERT_TRUE(WriteFileAtomically(folder + "/identities.csv", "name;id\nZoe;7\n").ok());
  ASSERT_TRUE(
      WriteFileAtomically(folder + "/images.csv", "id;identity;path\n3;7;Zoe/1.jpg\n").ok());
  const auto manifest = Manifest::Create(folder + "/m.sqlite").value();
  const absl::Status imported = ImportManifestCsv(folder, manifest.get());
  ASSERT_TRUE(imported.ok()) << imported;
  auto images = manifest->Images({}).value();
  ManifestImage image;
  ASSERT_TRUE(images.Next(&image).value());
  EXPECT_EQ(image.id, 3);
  EXPECT_EQ(image.path, "Zoe/1.jpg");
}

TEST(ManifestCsv, RefusesByFileAndLine) {
  const std::string head = "id,identity,path,bytes_sha256,pose\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {head + "1,1,a,,\nx,1,a,,\n", "images.csv:3: id is a whole number, here \"x\""},
      {head + "1,2,a,,\n", "images.csv:2: "},          // no such identity
      {head + "1,1,../a,,\n", "does not stay below"},  //
      {head + "1,1,a,abc,\n", "bytes_sha256 is hexadecimal, here \"abc\""},
      {head + "1,1,a,abcd,\n", "images.csv:2: "},  // a hash of 2 bytes
      {head + "1,1,a,,up\n", "images.csv:2: "},    // no such pose
      {head + "1,,a,,\n", "images.csv:2: identity is empty"},
      {"id,identity,colour\n1,1,red\n", "images has: id, identity, number"}};
  for (const auto& [text, message] : cases) {
    const std::string folder = TestFolder();
    ASSERT_TRUE(WriteFileAtomically(folder + "/identities.csv", "id,name\n1,Zoe\n").ok());
    const auto manifest = Manifest::Create(folder + "/m.sqlite").value();
    EXPECT_EQ(ImportManifestCsv(folder, manifest.get()).code(), absl::StatusCode::kNotFound);
    ASSERT_TRUE(WriteFileAtomically(folder + "/images.csv", text).ok());
    const absl::Status status = ImportManifestCsv(folder, manifest.get());
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_NE(status.message().find(message), absl::string_view::npos) << status;
    EXPECT_TRUE(manifest->Identities("").value().empty());
  }
}

}  // namespace
}  // namespace facet
