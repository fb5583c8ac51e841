#include "plugins/datasets/ytf_lists.h"

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kSplits[] =
    "1, 1, Ann/0, Ann/2, 1\n1, 2, Ann/0, Bob/1, 0\n"
    "2, 1, Cid/0, Cid/1, 1\n2, 2, Cid/0, Dot/3, 0\n";

std::string Write(const std::string& text) {
  const std::string path = testing::TempDir() + "/ytf_list.txt";
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string ErrorOf(const std::string& text) {
  const auto splits = ReadYtfSplits(Write(text), "frames");
  EXPECT_FALSE(splits.ok()) << text;
  return std::string(splits.status().message());
}

TEST(YtfSplits, WithAndWithoutHeaderCrLfAndLastEnd) {
  std::string crlf = kSplits;
  for (size_t at = 0; (at = crlf.find('\n', at)) != std::string::npos; at += 2) {
    crlf.replace(at, 1, "\r\n");
  }
  crlf.resize(crlf.size() - 2);
  const std::string header = "split number, pair number, first name, second name, is same\n";
  for (const std::string& text : {std::string(kSplits), crlf, header + kSplits}) {
    const auto splits = ReadYtfSplits(Write(text), "frames");
    ASSERT_TRUE(splits.ok()) << splits.status();
    EXPECT_EQ(splits->num_folds, 2);
    EXPECT_FALSE(splits->has_corrected);
    ASSERT_EQ(splits->pairs.size(), 4u);
    EXPECT_EQ(splits->pairs[3].second.Path(), "Dot/3");
    EXPECT_EQ(splits->pairs[3].fold, 1);
    EXPECT_TRUE(splits->pairs[2].same);
    EXPECT_FALSE(splits->pairs[3].corrected);
    EXPECT_EQ(splits->fold_of.at("Bob"), 0);
  }
}

TEST(YtfSplits, SixthColumn) {
  const auto splits = ReadYtfSplits(
      Write("1,1,Ann/0,Ann/2,1,0\n1,2,Ann/0,Bob/1,0,0\n2,1,Cid/0,Cid/1,1,1\n2,2,Cid/0,Dot/3,0,0"),
      "frames");
  ASSERT_TRUE(splits.ok()) << splits.status();
  EXPECT_TRUE(splits->has_corrected);
  EXPECT_TRUE(splits->pairs[0].same);
  EXPECT_FALSE(splits->pairs[0].corrected);
  EXPECT_THAT(ErrorOf("1,1,Ann/0,Ann/2,1,0\n1,2,Ann/0,Bob/1,0\n2,1,Cid/0,Cid/1,1\n"),
              HasSubstr(":2: the number of columns differs from line 1"));
}

TEST(YtfSplits, RulesOfTheProtocol) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("has no pairs"));
  EXPECT_THAT(ErrorOf("1, 1, Ann/0, Ann/2\n"), HasSubstr(":1: a pair has 5 columns"));
  EXPECT_THAT(ErrorOf("1, x, Ann/0, Ann/2, 1\n"), HasSubstr(":1: \"x\" is no number of a pair"));
  EXPECT_THAT(ErrorOf("1, 1, Ann, Ann/2, 1\n"), HasSubstr(":1: \"Ann\" is no video"));
  EXPECT_THAT(ErrorOf("1, 1, Ann/0, Ann/2, yes\n"), HasSubstr(":1: is_same is 0 or 1"));
  EXPECT_THAT(ErrorOf("1, 1, Ann/0, Ann/0, 1\n"),
              HasSubstr(":1: the pair is one video with itsel"));
  EXPECT_THAT(ErrorOf("1, 1, Ann/0, Bob/0, 1\n"),
              HasSubstr(":1: is_same is 1, but the names say Ann and Bob"));
  EXPECT_THAT(ErrorOf("1, 1, Ann/0, Ann/2, 1\n2, 1, Cid/0, Dot/1, 0\n1, 1, Ann/0, Bob/1, 0\n"),
              HasSubstr(":3: pair 1 of split 1 is in line 1 already"));
  EXPECT_THAT(ErrorOf("1, 1, Ann/0, Ann/2, 1\n1, 2, Ann/0, Bob/1, 0\n"), HasSubstr("has 1 split"));
  EXPECT_THAT(ErrorOf("1, 1, Ann/0, Ann/2, 1\n1, 2, Ann/0, Bob/1, 0\n"
                      "2, 1, Ann/0, Ann/1, 1\n2, 2, Cid/0, Dot/3, 0\n"),
              HasSubstr(":3: Ann is in the split of line 1, too; the people of two splits must "
                        "differ. Pairs of your own, of whatever people, are for data = { use = "
                        "\"image_list\", root = \"frames\""));
  EXPECT_THAT(ErrorOf("1, 1, Ann/0, Ann/2, 1\n1, 2, Ann/2, Ann/0, 1\n1, 3, Ann/0, Bob/1, 0\n"
                      "1, 4, Ann/0, Bob/2, 0\n2, 1, C/0, C/1, 1\n2, 2, C/0, C/2, 1\n"
                      "2, 3, C/0, D/1, 0\n2, 4, C/0, D/2, 0\n"),
              HasSubstr(":2: the pair of line 1 again"));
}

TEST(YtfSplits, PartOfTheListIsNoted) {
  const auto notices = [](const std::string& text) {
    const auto splits = ReadYtfSplits(Write(text), "frames");
    EXPECT_TRUE(splits.ok()) << splits.status();
    return splits.ok() ? splits->notices : std::vector<std::string>{};
  };
  EXPECT_TRUE(notices(kSplits).empty());
  EXPECT_THAT(notices("1, 1, Ann/0, Ann/2, 1\n1, 3, Ann/0, Bob/1, 0\n"
                      "3, 1, Cid/0, Cid/1, 1\n3, 2, Cid/0, Dot/3, 0\n"),
              ElementsAre(HasSubstr("ytf_list.txt: the pairs are not numbered through (line 2 is "
                                    "pair 3 of split 1 where pair 2 of split 1 was expected)")));
  EXPECT_THAT(
      notices("1, 1, Ann/0, Ann/2, 1\n1, 2, Ann/0, Bob/1, 0\n2, 1, Cid/0, Cid/1, 1\n"),
      ElementsAre(HasSubstr("the splits are not of one size with as many pairs of each kind "
                            "(fold 1 has 1 of one person and 0 of two, fold 0 2 in all)")));
}

TEST(YtfBoxes, CentreBecomesCorner) {
  // The row that the data set's README shows.
  const auto boxes = ReadYtfBoxes(Write("Richard_Gere\\3\\3.618.jpg,0,262,165,132,132,0.0,1\r\n"));
  ASSERT_TRUE(boxes.ok()) << boxes.status();
  const Box& box = boxes->at("3/3.618.jpg");
  EXPECT_EQ(box.x, 196);
  EXPECT_EQ(box.y, 99);
  EXPECT_EQ(box.width, 132);
  EXPECT_EQ(box.Centre().x, 262);
  EXPECT_THAT(std::string(ReadYtfBoxes(Write("A\\3\\3.1.jpg,0,1,1,0,5,0,1")).status().message()),
              HasSubstr(":1: the box has no area"));
  EXPECT_THAT(std::string(ReadYtfBoxes(Write("A\\3\\3.1.jpg,0,1\n")).status().message()),
              HasSubstr(":1: expected Name\\video\\file"));
}

TEST(YtfFrameNumber, LastDottedNumber) {
  EXPECT_EQ(YtfFrameNumber("3.618.jpg"), 618);
  EXPECT_EQ(YtfFrameNumber("aligned_detect_3.1020.jpg"), 1020);
  EXPECT_EQ(YtfFrameNumber("3.jpg"), -1);
  EXPECT_EQ(YtfFrameNumber("3.x.jpg"), -1);
  EXPECT_EQ(YtfFrameNumber("readme"), -1);
}

}  // namespace
}  // namespace facet
