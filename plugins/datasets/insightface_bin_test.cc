#include <opencv2/imgcodecs.hpp>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "plugins/datasets/dataset_testing.h"
#include "plugins/datasets/pickle/pickle_testing.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
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

// Images as arrays (NumPy 1.26.4, protocol 2: texts), read and rendered after the file's text went.
TEST(InsightFaceBin, ArraysOfNumPyAreImages) {
  std::string text;
  ASSERT_TRUE(absl::Base64Unescape(
      "gAJdcQAoY251bXB5LmNvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcQFjbnVtcHkKbmRhcnJheQpxAksAhXEDY19j"
      "b2RlY3MKZW5jb2RlCnEEWAEAAABicQVYBgAAAGxhdGluMXEGhnEHUnEIh3EJUnEKKEsBS0iFcQtjbnVtcHkKZHR5cGUK"
      "cQxYAgAAAHUxcQ2JiIdxDlJxDyhLA1gBAAAAfHEQTk5OSv////9K/////"
      "0sAdHERYoloBFhPAAAAwolQTkcNChoKAAAADUlIRFIAAAACAAAAAQgCAAAAe0DDqMOdAAAAD0lEQVR4wpxjZGBkYmBgA"
      "AAAGwAFYWtPwpcAAAAASUVORMKuQmDCgnESaAaGcRNScRR0cRViaAFoAksAhXEWaAiHcRdScRgoSwFLSIVxGWgPiWgEW"
      "FEAAADCiVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QMOow50AAAAPSURBVHjCnGPDpGJkYmBgAAAAVwAPw4DCl"
      "QQMAAAAAElFTkTCrkJgwoJxGmgGhnEbUnEcdHEdYmgBaAJLAIVxHmgIh3EfUnEgKEsBS0iFcSFoD4loBFhRAAAAwolQT"
      "kcNChoKAAAADUlIRFIAAAACAAAAAQgCAAAAe0DDqMOdAAAAD0lEQVR4wpxjFGFkYmBgAAAAwpMAGX/"
      "CiAfDlAAAAABJRU5Ewq5CYMKCcSJoBoZxI1JxJHRxJWJoAWgCSwCFcSZoCIdxJ1JxKChLAUtIhXEpaA+"
      "JaARYVAAAAMKJUE5HDQoaCgAAAA1JSERSAAAAAgAAAAEIAgAAAHtAw6jDnQAAAA9JREFUeMKcY8KUY2RiYGAAAADDjwA"
      "jw6TCicOfwpMAAAAASUVORMKuQmDCgnEqaAaGcStScSx0cS1iaAFoAksAhXEuaAiHcS9ScTAoSwFLSIVxMWgPiWgEWFI"
      "AAADCiVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QMOow50AAAAPSURBVHjCnGPDlGBkYmBgAAABCwAtwoTCqnr"
      "CnAAAAABJRU5Ewq5CYMKCcTJoBoZxM1JxNHRxNWJoAWgCSwCFcTZoCIdxN1JxOChLAUtIhXE5aA+"
      "JaARYTwAAAMKJUE5HDQoaCgAAAA1JSERSAAAAAgAAAAEIAgAAAHtAw6jDnQAAAA9JREFUeMKcYzRiZGJgYAAAAUcANxD"
      "CsU1rAAAAAElFTkTCrkJgwoJxOmgGhnE7UnE8dHE9YmgBaAJLAIVxPmgIh3E/"
      "UnFAKEsBS0iFcUFoD4loBFhSAAAAwolQTkcNChoKAAAADUlIRFIAAAACAAAAAQgCAAAAe0DDqMOdAAAAD0lEQVR4wpxj"
      "wrRhZGJgYAAAAcKDAEHDhlTCrh8AAAAASUVORMKuQmDCgnFCaAaGcUNScUR0cUViaAFoAksAhXFGaAiHcUdScUgoSwFL"
      "SIVxSWgPiWgEWE8AAADCiVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QMOow50AAAAPSURBVHjCnGN0Y2RiYGAA"
      "AAHCvwBLAzg6JAAAAABJRU5Ewq5CYMKCcUpoBoZxS1JxTHRxTWJlaAFoAksAhXFOaAiHcU9ScVAoSwFLBIVxUWgMWAIA"
      "AABiMXFSiYiHcVNScVQoSwNoEE5OTkr/////Sv////"
      "9LAHRxVWKJaARYBAAAAAEAAQBxVmgGhnFXUnFYdHFZYoZxWi4=",
      &text));
  const std::string path = TestFolder() + "/numpy.bin";
  WriteText(path, text);
  const auto dataset = MakeDataset({{"file", path}, {"folds", 2}});
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  const auto contents = (*dataset)->Load();
  ASSERT_TRUE(contents.ok()) << contents.status();
  ASSERT_EQ(contents->protocol.pairs.size(), 4u);
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(contents->protocol.pairs[i].genuine, i % 2 == 0);
  EXPECT_TRUE(contents->notices.empty());
  const auto image = (*dataset)->Render(3);
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->width, 2);
  EXPECT_EQ(image->Pixel(1, 0)[2], 30);  // 10 times its number, red
}

TEST(InsightFaceBin, AFoldOfOneKindGetsAdvice) {
  const auto notices = [](const std::vector<bool>& is_same, int folds) {
    const std::string path = TestFolder() + "/sorted.bin";
    WriteText(path, PickleWriter(4, false).Write(
                        std::vector<std::string>(2 * is_same.size(), GreyJpeg(9)), is_same));
    const auto contents = LoadDataset({{"file", path}, {"folds", folds}});
    EXPECT_TRUE(contents.ok()) << contents.status();
    return contents->notices;
  };
  // 4 genuine, 4 impostors, the same again: 2 folds have both, of 4 none has.
  const std::vector<bool> blocks = {1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0};
  EXPECT_THAT(notices(blocks, 4),
              ElementsAre(HasSubstr("fold 0 of 4 (counted from 0) has no impostor pair, and 3 more "
                                    "are of one kind alone, so no error rate of it alone: folds = "
                                    "3 gives each fold both.")));
  EXPECT_TRUE(notices(blocks, 3).empty());
  EXPECT_THAT(notices({1, 1, 1, 1, 0, 0, 0, 0}, 2),
              ElementsAre(HasSubstr("write the file with pairs of both kinds in turn")));
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
              HasSubstr("bad.bin: byte 2: it asks for os.system"));
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
