// Overlaps by hand, and which boxes stay.
#include "plugins/detectors/suppression.h"

#include <vector>

#include "gtest/gtest.h"

namespace facet {
namespace {

struct Found {
  Box box;
  double score;
};

std::vector<double> Kept(std::vector<Found> found, double max_overlap, OverlapOver over) {
  KeepBestOfOverlapping(max_overlap, over, &found);
  std::vector<double> scores;
  for (const Found& each : found) scores.push_back(each.score);
  return scores;
}

TEST(Suppression, OverlapsByHand) {
  // 4x4 and 2x8: common 2x2.
  const Box square = {0, 0, 4, 4}, column = {2, 2, 2, 8};
  EXPECT_DOUBLE_EQ(Overlap(square, column, OverlapOver::kUnion), 4.0 / 28);
  const Box small = {1, 1, 2, 1};
  EXPECT_DOUBLE_EQ(Overlap(square, small, OverlapOver::kUnion), 2.0 / 16);
  EXPECT_DOUBLE_EQ(Overlap(square, small, OverlapOver::kSmaller), 1.0);
  EXPECT_DOUBLE_EQ(Overlap(small, square, OverlapOver::kSmaller), 1.0);
  EXPECT_DOUBLE_EQ(Overlap(square, small, OverlapOver::kWeaker), 1.0);
  EXPECT_DOUBLE_EQ(Overlap(small, square, OverlapOver::kWeaker), 2.0 / 16);
  EXPECT_EQ(Overlap(square, {4, 0, 4, 4}, OverlapOver::kUnion), 0.0);  // they touch
}

TEST(Suppression, ASuppressedBoxSuppressesNone) {
  // A row of 10-px squares, 4 px apart: neighbours share 60 % of their area, the next but one 20 %.
  const std::vector<Found> row = {
      {{8, 0, 10, 10}, 1.0}, {{0, 0, 10, 10}, 3.0}, {{4, 0, 10, 10}, 2.0}};
  EXPECT_EQ(Kept(row, 0.5, OverlapOver::kWeaker), (std::vector<double>{3.0, 1.0}));
  EXPECT_EQ(Kept(row, 0.1, OverlapOver::kWeaker), (std::vector<double>{3.0}));
  EXPECT_EQ(Kept(row, 0.6, OverlapOver::kWeaker), (std::vector<double>{3.0, 2.0, 1.0}));
}

TEST(Suppression, ASmallerStrongBoxKeepsALargeWeakOne) {
  // |Bi and Bj| / |Bj|: a weak box is covered by what lies over it, not by what lies inside it.
  const std::vector<Found> inside = {{{4, 4, 2, 2}, 2.0}, {{0, 0, 10, 10}, 1.0}};
  EXPECT_EQ(Kept(inside, 0.2, OverlapOver::kWeaker).size(), 2u);
  EXPECT_EQ(Kept(inside, 0.2, OverlapOver::kSmaller).size(), 1u);
}

}  // namespace
}  // namespace facet
