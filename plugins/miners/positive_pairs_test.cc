// Against the definition in loops.
#include "plugins/miners/positive_pairs.h"

#include <set>
#include <utility>

#include "gtest/gtest.h"

namespace facet {
namespace {

const std::vector<int64_t> kLabels = {7, 0, 7, 2, 0, 7, 5, 7, 5};

using Pair = std::pair<int32_t, int32_t>;

std::vector<Pair> Draw(bool ordered, uint64_t seed) {
  Random random(seed);
  std::vector<Pair> pairs;
  for (const PositivePair& pair : ShuffledPositivePairs(kLabels, ordered, random)) {
    pairs.emplace_back(pair.anchor, pair.positive);
  }
  return pairs;
}

TEST(PositivePairs, UnorderedComeOnceOrderedInBothRoles) {
  std::set<Pair> expected;
  for (int32_t i = 0; i < 9; ++i) {
    for (int32_t j = 0; j < 9; ++j) {
      if (i != j && kLabels[static_cast<size_t>(i)] == kLabels[static_cast<size_t>(j)]) {
        expected.insert({i, j});
      }
    }
  }
  const std::vector<Pair> ordered = Draw(true, 1);
  EXPECT_EQ(ordered.size(), expected.size());
  EXPECT_EQ(std::set<Pair>(ordered.begin(), ordered.end()), expected);

  const std::vector<Pair> unordered = Draw(false, 1);
  EXPECT_EQ(unordered.size(), expected.size() / 2);
  std::set<Pair> both;
  for (const auto& [i, j] : unordered) both.insert({{i, j}, {j, i}});
  EXPECT_EQ(both, expected);
}

TEST(PositivePairs, TheSeedFixesOrderAndRoles) {
  EXPECT_EQ(Draw(false, 3), Draw(false, 3));
  EXPECT_NE(Draw(false, 3), Draw(false, 4));
  EXPECT_EQ(Draw(true, 3), Draw(true, 3));
  EXPECT_NE(Draw(true, 3), Draw(true, 4));
  std::set<bool> roles;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    for (const auto& [i, j] : Draw(false, seed)) roles.insert(i < j);
  }
  EXPECT_EQ(roles.size(), 2u);  // either image is the anchor of some
}

TEST(PositivePairs, NoLabelsNoPairs) {
  Random random(1);
  EXPECT_TRUE(ShuffledPositivePairs({}, false, random).empty());
  EXPECT_TRUE(ShuffledPositivePairs({1, 2, 3}, true, random).empty());
}

}  // namespace
}  // namespace facet
