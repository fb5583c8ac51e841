#include <opencv2/imgcodecs.hpp>

#include "gmock/gmock.h"
#include "plugins/datasets/dataset_testing.h"
#include "plugins/datasets/pickle_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// 16 x 12 px of one grey.
std::string GreyJpeg(int level) {
  std::vector<unsigned char> bytes;
  cv::imencode(".jpg", cv::Mat(12, 16, CV_8UC3, cv::Scalar::all(level)), bytes);
  return std::string(bytes.begin(), bytes.end());
}

std::string WriteBin(size_t pairs, int protocol = 4, bool python2 = false) {
  std::vector<std::string> images;
  std::vector<bool> is_same;
  for (size_t i = 0; i < pairs; ++i) {
    images.push_back(GreyJpeg(static_cast<int>(i) * 4));
    images.push_back(GreyJpeg(static_cast<int>(i) * 4 + 2));
    is_same.push_back(i % 2 == 0);
  }
  const std::string path = TestFolder() + "/set.bin";
  WriteText(path, PickleWriter(protocol, python2).Write(images, is_same));
  return path;
}

TEST(InsightFaceBin, PairsFoldsAndPixels) {
  for (const auto& [protocol, python2] :
       std::vector<std::pair<int, bool>>{{2, true}, {3, false}, {4, false}}) {
    const auto dataset = MakeDataset({{"file", WriteBin(23, protocol, python2)}});
    ASSERT_TRUE(dataset.ok()) << dataset.status();
    const auto contents = (*dataset)->Load();
    ASSERT_TRUE(contents.ok()) << contents.status();
    ASSERT_EQ(contents->samples.size(), 46u);
    EXPECT_EQ(contents->samples[5].key, "image_000005");
    EXPECT_EQ(contents->samples[5].identity, "");
    const Protocol& data_protocol = contents->protocol;
    ASSERT_EQ(data_protocol.pairs.size(), 23u);
    EXPECT_EQ(data_protocol.num_folds, 10);
    std::vector<int> sizes(10);
    for (size_t i = 0; i < 23; ++i) {
      const Pair& pair = data_protocol.pairs[i];
      EXPECT_EQ(data_protocol.templates[static_cast<size_t>(pair.first)].samples[0],
                static_cast<int64_t>(2 * i));
      EXPECT_EQ(pair.second, pair.first + 1);
      EXPECT_EQ(pair.genuine, i % 2 == 0);
      EXPECT_EQ(contents->samples[2 * i].fold, pair.fold);
      ++sizes[static_cast<size_t>(pair.fold)];
    }
    // sklearn.model_selection.KFold(10).split(range(23)): test sets of these sizes, in order.
    EXPECT_EQ(sizes, std::vector<int>({3, 3, 3, 2, 2, 2, 2, 2, 2, 2}));
    const auto image = (*dataset)->Render(7);
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_EQ(image->width, 16);
    EXPECT_EQ(image->height, 12);
    EXPECT_NEAR(image->Pixel(3, 3)[1], 14, 1);  // a flat grey survives JPEG up to rounding
  }
}

TEST(InsightFaceBin, WhatIsRefused) {
  EXPECT_THAT(std::string(LoadDataset({{"file", WriteBin(9)}}).status().message()),
              HasSubstr("has 18 images and 9 truth values"));
  EXPECT_TRUE(LoadDataset({{"file", WriteBin(9)}, {"folds", 3}}).ok());
  const std::string path = TestFolder() + "/bad.bin";
  WriteText(path,
            "\x80\x02"
            "cos\nsystem\n.");
  EXPECT_THAT(std::string(LoadDataset({{"file", path}}).status().message()),
              HasSubstr("bad.bin: byte 2: the instruction 0x63 GLOBAL"));
  std::string cut = GreyJpeg(100);
  cut.resize(cut.size() / 2);
  WriteText(path,
            PickleWriter(4, false).Write({cut, "text", GreyJpeg(1), GreyJpeg(2)}, {true, false}));
  const auto dataset = MakeDataset({{"file", path}, {"folds", 2}});
  ASSERT_TRUE((*dataset)->Load().ok());
  EXPECT_THAT(std::string((*dataset)->Render(0).status().message()),
              HasSubstr("bad.bin, image 0: truncated JPEG: "));
  EXPECT_THAT(std::string((*dataset)->Render(1).status().message()),
              HasSubstr("bad.bin, image 1: not an image (starts with \"text\")"));
  EXPECT_TRUE((*dataset)->Render(2).ok());
  EXPECT_FALSE((*dataset)->Render(4).ok());
}

}  // namespace
}  // namespace facet
