#include "gmock/gmock.h"
#include "plugins/datasets/dataset_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// The layout of the release; the first line of each list is that of the official file.
std::string MakeCelebA() {
  const std::string root = TestFolder();
  WriteText(root + "/Anno/identity_CelebA.txt",
            "000001.jpg 2880\n000002.jpg 2937\n000003.jpg 2880\n000004.jpg 5\n");
  WriteText(root + "/Eval/list_eval_partition.txt",
            "000001.jpg 0\n000002.jpg 1\n000003.jpg 0\n000004.jpg 2\n");
  WriteText(root + "/Anno/list_bbox_celeba.txt",
            "4\nimage_id x_1 y_1 width height\n000001.jpg    95  71 226 313\n"
            "000002.jpg    72  94 221 306\n000003.jpg   216  59  91 126\n000004.jpg  0 0 0 0\n");
  WriteText(root + "/Anno/list_landmarks_align_celeba.txt",
            "2\nlefteye_x lefteye_y righteye_x righteye_y nose_x nose_y leftmouth_x leftmouth_y "
            "rightmouth_x rightmouth_y\n000001.jpg 69  109  106  113   77  142   73  152  108  154"
            "\n000002.jpg 69  110  107  112   81  135   70  151  108  153\n");
  for (const char* image : {"000001", "000002", "000003", "000004"}) {
    WriteText(absl::StrCat(root, "/Img/img_celeba/", image, ".jpg"), "x");
    WriteText(absl::StrCat(root, "/Img/img_align_celeba_png/", image, ".png"), "x");
  }
  return root;
}

TEST(CelebA, WildImagesHaveBoxes) {
  const auto contents = LoadDataset({{"root", MakeCelebA()}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  ASSERT_EQ(contents->samples.size(), 4u);
  const Sample& first = contents->samples[0];
  EXPECT_EQ(first.key, "000001.jpg");
  EXPECT_EQ(first.path, "Img/img_celeba/000001.jpg");
  EXPECT_EQ(first.identity, "2880");
  ASSERT_TRUE(first.box.has_value());
  EXPECT_EQ(first.box->x, 95);
  EXPECT_EQ(first.box->height, 313);
  EXPECT_EQ(first.landmarks.scheme, LandmarkScheme::kNone);  // its list is not there
  EXPECT_FALSE(contents->samples[3].box.has_value());
  EXPECT_EQ(contents->counts.at("boxes without area"), 1);
  EXPECT_EQ(contents->counts.at("identities"), 3);
  EXPECT_EQ(contents->protocol.kind, Protocol::Kind::kNone);
}

TEST(CelebA, AlignedImagesHaveLandmarksFromLeftToRight) {
  const auto contents = LoadDataset({{"root", MakeCelebA()}, {"images", "aligned"}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  const Sample& first = contents->samples[0];
  EXPECT_EQ(first.path, "Img/img_align_celeba_png/000001.png");
  EXPECT_FALSE(first.box.has_value());
  ASSERT_EQ(first.landmarks.scheme, LandmarkScheme::kPoints5);
  ASSERT_EQ(first.landmarks.points.size(), 5u);
  EXPECT_EQ(first.landmarks.points[0].x, 69);
  EXPECT_EQ(first.landmarks.points[4].y, 154);
  EXPECT_LT(first.landmarks.points[0].x, first.landmarks.points[1].x);
  EXPECT_LT(first.landmarks.points[3].x, first.landmarks.points[4].x);
  EXPECT_EQ(contents->samples[2].landmarks.scheme, LandmarkScheme::kNone);  // not in the list
}

TEST(CelebA, PartitionAndMinImages) {
  const std::string root = MakeCelebA();
  auto contents = LoadDataset({{"root", root}, {"partition", "train"}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->samples.size(), 2u);
  contents = LoadDataset({{"root", root}, {"partition", "validation"}});
  ASSERT_TRUE(contents.ok());
  EXPECT_EQ(contents->samples[0].key, "000002.jpg");
  contents = LoadDataset({{"root", root}, {"min_images", 2}});
  ASSERT_TRUE(contents.ok());
  EXPECT_EQ(contents->samples.size(), 2u);
  EXPECT_THAT(std::string(LoadDataset({{"root", root}, {"min_images", 3}}).status().message()),
              HasSubstr("no image of CelebA is left"));
  // Without the list, all images can still be taken.
  std::filesystem::remove(root + "/Eval/list_eval_partition.txt");
  EXPECT_TRUE(LoadDataset({{"root", root}}).ok());
  EXPECT_THAT(std::string(LoadDataset({{"root", root}, {"partition", "test"}}).status().message()),
              HasSubstr("no list_eval_partition.txt in"));
}

TEST(CelebA, ImagesLieBelowTheirFolder) {
  const std::string root = MakeCelebA();
  WriteText(root + "/Anno/identity_CelebA.txt", "./000001.jpg 2880\n000002.jpg 2937\n");
  const auto contents = LoadDataset({{"root", root}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->samples[0].key, "000001.jpg");
  EXPECT_TRUE(contents->samples[0].box.has_value());
  WriteText(root + "/Anno/identity_CelebA.txt", "000001.jpg 2880\n../000002.jpg 2937\n");
  EXPECT_THAT(std::string(LoadDataset({{"root", root}}).status().message()),
              HasSubstr("identity_CelebA.txt:2: \"../000002.jpg\" does not lie below the root"));
}

TEST(CelebA, WhatIsMissingOrBroken) {
  const std::string root = MakeCelebA();
  std::filesystem::remove(root + "/Img/img_celeba/000003.jpg");
  const auto contents = LoadDataset({{"root", root}});
  ASSERT_TRUE(contents.ok());
  EXPECT_EQ(contents->counts.at("missing images"), 1);
  EXPECT_THAT(contents->notices[0], HasSubstr("1 of 4 listed images are missing in "
                                              "Img/img_celeba: 000003.jpg"));
  EXPECT_FALSE(LoadDataset({{"root", root}, {"missing", "refuse"}}).ok());
  const auto error_of = [&](const std::string& boxes) {
    WriteText(root + "/Anno/list_bbox_celeba.txt", boxes);
    return std::string(LoadDataset({{"root", root}}).status().message());
  };
  const std::string head = "2\nimage_id x_1 y_1 width height\n";
  EXPECT_THAT(error_of(head + "000001.jpg 1 2 3\n"),
              HasSubstr("list_bbox_celeba.txt:3: expected an image and 4 numbers, found 4 fields"));
  EXPECT_THAT(error_of(head + "000001.jpg 1 2 3 x\n"), HasSubstr(":3: \"x\" is no whole number"));
  EXPECT_THAT(error_of(head + "000001.jpg 1 2 3 4\n"), HasSubstr("has 1 images, its head says 2"));
  EXPECT_THAT(error_of(head + "000001.jpg 1 2 3 4\n000001.jpg 1 2 3 4\n"),
              HasSubstr(":4: 000001.jpg occurs twice"));
  std::filesystem::remove_all(root + "/Img/img_celeba");
  EXPECT_THAT(std::string(LoadDataset({{"root", root}}).status().message()),
              HasSubstr("expected img_celeba/"));
}

}  // namespace
}  // namespace facet
