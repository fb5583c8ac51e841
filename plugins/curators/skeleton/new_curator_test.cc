// On three images whose contrast is known.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "core/api/curator.h"
#include "plugins/manifest/manifest.h"
#include "plugins/plugin_testing.h"

namespace {

using facet::Curator;
using facet::Image;
using facet::MakeComponent;
using facet::Manifest;

// Columns of 128 - contrast and 128 + contrast by turns: the deviation is `contrast`.
Image Striped(int contrast) {
  Image image(8, 8);
  for (size_t i = 0; i < image.bgr.size(); ++i) {
    image.bgr[i] = static_cast<uint8_t>(i / 3 % 2 == 0 ? 128 - contrast : 128 + contrast);
  }
  return image;
}

// A manifest of images "5", "20" and "gone": their contrast, or a file that is not there.
class NewCuratorTest : public testing::Test {
 protected:
  NewCuratorTest() {
    std::filesystem::remove_all(folder_);
    for (const char* name : {"/in", "/out", "/work"}) {
      std::filesystem::create_directories(folder_ + name);
    }
    auto manifest = Manifest::Create(folder_ + "/making.sqlite").value();
    facet::ManifestIdentity identity;
    identity.name = "Ann";
    facet::ManifestImage image;
    image.identity = manifest->AddIdentity(identity).value();
    for (const char* path : {"5", "20", "gone"}) {
      image.path = path;
      EXPECT_TRUE(manifest->AddImage(image).ok());
    }
    EXPECT_TRUE(manifest->Freeze(folder_ + "/in/manifest.sqlite").ok());
    context_.manifest = folder_ + "/in/manifest.sqlite";
    context_.output_folder = folder_ + "/out";
    context_.work_folder = folder_ + "/work";
    context_.read_image = [](const std::string& path) -> absl::StatusOr<Image> {
      if (path == "gone") return absl::NotFoundError("no such file");
      return Striped(std::stoi(path));
    };
  }

  const std::string folder_ = testing::TempDir() + "/new_curator";
  facet::CurationContext context_;
};

TEST_F(NewCuratorTest, RemovesWhatHasNoContrast) {
  const auto curator =
      MakeComponent<Curator>(R"({"min_contrast": 10, "snapshot": "full"})").value();
  ASSERT_TRUE(curator->Curate(context_).ok());
  const auto manifest = Manifest::OpenFrozen(folder_ + "/out/manifest.sqlite").value();
  EXPECT_EQ(manifest->Counts("full")->images, 1);
  EXPECT_TRUE(manifest->Marks(2)->empty());
  const auto grey = manifest->Marks(1).value(), gone = manifest->Marks(3).value();
  ASSERT_EQ(grey.size(), 1);
  EXPECT_EQ(grey[0].reason, "low contrast");
  EXPECT_EQ(grey[0].detail, "5.0");
  ASSERT_EQ(gone.size(), 1);
  EXPECT_EQ(gone[0].reason, "unreadable");
  EXPECT_EQ(gone[0].detail, "no such file");
}

TEST_F(NewCuratorTest, NeedsAManifest) {
  context_.manifest.clear();
  const auto curator = MakeComponent<Curator>().value();
  EXPECT_TRUE(absl::IsInvalidArgument(curator->Curate(context_).status()));
}

}  // namespace
