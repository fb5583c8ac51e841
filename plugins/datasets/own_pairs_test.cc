#include "plugins/datasets/own_pairs.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Pairs (0, 1) of these folds, genuine in turn; a sample of each fold.
DatasetContents Contents(const std::vector<int64_t>& folds, int64_t num_folds,
                         Protocol::Kind kind = Protocol::Kind::kFolds) {
  DatasetContents contents;
  contents.protocol.kind = kind;
  contents.protocol.num_folds = num_folds;
  bool genuine = true;
  for (const int64_t fold : folds) {
    contents.protocol.pairs.push_back({0, 1, genuine, fold});
    genuine = !genuine;
  }
  for (int64_t fold = -1; fold < num_folds; ++fold) {
    Sample sample;
    sample.fold = fold;
    contents.samples.push_back(sample);
  }
  return contents;
}

TEST(OwnPairs, FoldsWithoutPairsGo) {
  DatasetContents contents = Contents({3, 1, 3, 1}, 5);
  ASSERT_TRUE(DropEmptyFolds(&contents).ok());
  EXPECT_EQ(contents.protocol.num_folds, 2);
  std::vector<int64_t> folds;
  for (const Pair& pair : contents.protocol.pairs) folds.push_back(pair.fold);
  EXPECT_THAT(folds, ElementsAre(1, 0, 1, 0));
  folds.clear();
  for (const Sample& sample : contents.samples) folds.push_back(sample.fold);
  EXPECT_THAT(folds, ElementsAre(-1, -1, 0, -1, 1, -1));
  EXPECT_EQ(contents.counts.at("folds without pairs"), 3);
  EXPECT_THAT(contents.notices, ElementsAre(HasSubstr("3 of 5 folds have no pair left; the other "
                                                      "2 are scored")));
  ASSERT_TRUE(DropEmptyFolds(&contents).ok());  // nothing more to do
  EXPECT_EQ(contents.notices.size(), 1u);
}

TEST(OwnPairs, ASplitNeedsBothFoldsAndCrossValidationTwo) {
  DatasetContents contents = Contents({1, 1}, 3);
  EXPECT_THAT(std::string(DropEmptyFolds(&contents).message()),
              HasSubstr("pairs are left in 1 of 3 folds; cross-validation needs 2"));
  contents = Contents({1, 1}, 2, Protocol::Kind::kSplit);
  EXPECT_THAT(std::string(DropEmptyFolds(&contents).message()), HasSubstr("a split needs both"));
}

TEST(OwnPairs, FoldsOfOneKindAreNamed) {
  EXPECT_EQ(OneSidedFolds(Contents({0, 0, 1, 1}, 2).protocol), "");
  EXPECT_EQ(OneSidedFolds(Contents({0, 0, 1}, 2).protocol),
            "fold 1 of 2 (counted from 0) has no impostor pair");
  EXPECT_EQ(OneSidedFolds(Contents({1, 0, 2, 2}, 3).protocol),
            "fold 0 of 3 (counted from 0) has no genuine pair, and 1 more are of one kind alone");
}

}  // namespace
}  // namespace facet
