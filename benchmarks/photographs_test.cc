#include "benchmarks/photographs.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "core/image/image_io.h"
#include "gtest/gtest.h"

namespace facet::bench {
namespace {

namespace fs = std::filesystem;

void WriteImage(const std::string& path, int side_px) {
  fs::create_directories(fs::path(path).parent_path());
  ASSERT_TRUE(WriteFileAtomically(path, EncodePng(Image(side_px, side_px)).value()).ok());
}

// One image each, named as LFW names them.
std::string Lfw(int num_people, int side_px) {
  const std::string folder = TestFolder();
  for (int i = 0; i < num_people; ++i) {
    const std::string name = absl::StrFormat("Person_%03d", i);
    WriteImage(absl::StrCat(folder, "/", name, "/", name, "_0001.png"), side_px);
  }
  return folder;
}

TEST(PhotographFolder, TakesImagesAtEqualSteps) {
  const auto folder = PhotographFolder::Open(Lfw(60, 40));
  ASSERT_TRUE(folder.ok()) << folder.status();
  const Photographs& photographs = *folder->Read().value();
  ASSERT_EQ(photographs.size(), 20u);
  EXPECT_EQ(fs::path(photographs[1].sample.path).filename(), "Person_003_0001.png");
  EXPECT_EQ(folder->Read().value(), &photographs) << "they are read once";
}

TEST(PhotographFolder, LfwHasItsFaceInTheMiddle) {
  const auto folder = PhotographFolder::Open(Lfw(3, 250));
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_EQ(folder->name(), "lfw");
  const Photographs& photographs = *folder->Read().value();
  ASSERT_EQ(photographs.size(), 3u);
  ASSERT_TRUE(photographs[0].sample.box);
  EXPECT_NEAR(photographs[0].sample.box->width, 113.6, 0.05);
  EXPECT_NEAR(photographs[0].sample.box->Centre().x, 124.5, 1e-9);
}

TEST(PhotographFolder, OfOthersTheTruthIsUnknown) {
  const std::string of_another_size = Lfw(3, 200);
  const auto resized = PhotographFolder::Open(of_another_size);
  ASSERT_TRUE(resized.ok()) << resized.status();
  EXPECT_FALSE((*resized->Read().value())[0].sample.box);
  WriteImage(of_another_size + "/x/holiday.png", 250);
  const auto mixed = PhotographFolder::Open(of_another_size);
  ASSERT_TRUE(mixed.ok()) << mixed.status();
  EXPECT_EQ(mixed->name(), "photographs");
}

TEST(PhotographFolder, WithoutImagesIsAnError) {
  const std::string folder = TestFolder();
  ASSERT_TRUE(WriteFileAtomically(folder + "/notes.txt", "none").ok());
  for (const std::string& path : {folder, folder + "/missing"}) {
    const absl::Status status = PhotographFolder::Open(path).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
    EXPECT_NE(status.message().find(path), std::string::npos) << status;
  }
}

TEST(RenderedPhotographs, HaveATruthInsideAndAreMadeOnce) {
  Request request;
  request.plugin_folders = {"plugins/datasets"};
  const auto made = RenderedPhotographs(request, 48);
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_EQ((*made)->size(), 20u);
  for (const Photograph& photograph : **made) {
    EXPECT_EQ(photograph.image.width, 48);
    ASSERT_TRUE(photograph.sample.box);
    const Point centre = photograph.sample.box->Centre();
    EXPECT_TRUE(centre.x > 0 && centre.x < 48 && centre.y > 0 && centre.y < 48);
    EXPECT_EQ(photograph.sample.landmarks.scheme, LandmarkScheme::kPoints9);
  }
  EXPECT_EQ(RenderedPhotographs(request, 48).value(), *made);
  EXPECT_NE((*RenderedPhotographs(request, 48, 2).value())[0].image.bgr, (**made)[0].image.bgr);
}

}  // namespace
}  // namespace facet::bench
