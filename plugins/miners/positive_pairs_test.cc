// Against the definition in loops.
#include "plugins/miners/positive_pairs.h"

#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

const std::vector<int64_t> kLabels = {7, 0, 7, 2, 0, 7, 5, 7, 5};

using Pair = std::pair<int32_t, int32_t>;

std::vector<Pair> Draw(bool ordered, uint64_t seed, const std::vector<int64_t>& labels = kLabels) {
  const PositivePairs drawn(labels, ordered, seed);
  std::vector<Pair> pairs;
  for (int64_t i = 0; i < drawn.size(); ++i) {
    pairs.emplace_back(drawn[i].anchor, drawn[i].positive);
  }
  return pairs;
}

// All that there are, in both roles.
std::set<Pair> NaivePairs(const std::vector<int64_t>& labels) {
  std::set<Pair> pairs;
  for (size_t i = 0; i < labels.size(); ++i) {
    for (size_t j = 0; j < labels.size(); ++j) {
      if (i != j && labels[i] == labels[j]) {
        pairs.insert({static_cast<int32_t>(i), static_cast<int32_t>(j)});
      }
    }
  }
  return pairs;
}

void ExpectAll(const std::vector<int64_t>& labels) {
  const std::set<Pair> expected = NaivePairs(labels);
  const std::vector<Pair> ordered = Draw(true, 1, labels);
  EXPECT_EQ(ordered.size(), expected.size());
  EXPECT_EQ(std::set<Pair>(ordered.begin(), ordered.end()), expected);

  const std::vector<Pair> unordered = Draw(false, 1, labels);
  EXPECT_EQ(unordered.size(), expected.size() / 2);
  std::set<Pair> both;
  for (const auto& [i, j] : unordered) both.insert({{i, j}, {j, i}});
  EXPECT_EQ(both, expected);
}

TEST(PositivePairs, UnorderedComeOnceOrderedInBothRoles) {
  ExpectAll(kLabels);
  for (const int64_t size : {2, 3, 40, 333}) {
    Random random(static_cast<uint64_t>(size));
    std::vector<int64_t> labels;
    // Some have one image, some dozens.
    for (int64_t i = 0; i < size; ++i) {
      labels.push_back(static_cast<int64_t>(random.Uniform() * random.Uniform() * 60.0));
    }
    ExpectAll(labels);
  }
  ExpectAll(std::vector<int64_t>(150, 4));  // one person
}

TEST(PositivePairs, TheSeedFixesOrderAndRoles) {
  EXPECT_EQ(Draw(false, 3), Draw(false, 3));
  EXPECT_NE(Draw(false, 3), Draw(false, 4));
  EXPECT_EQ(Draw(true, 3), Draw(true, 3));
  EXPECT_NE(Draw(true, 3), Draw(true, 4));
}

TEST(PositivePairs, EachStandsAnywhereAndEitherImageIsTheAnchor) {
  constexpr uint64_t kSeeds = 4000;
  std::map<Pair, int64_t> first, as_anchor;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const std::vector<Pair> pairs = Draw(false, seed);
    ASSERT_EQ(pairs.size(), 8u);
    ++first[std::minmax(pairs[0].first, pairs[0].second)];
    for (const Pair& pair : pairs) ++as_anchor[pair];
  }
  // Binomial: 5 standard deviations.
  const auto expect_share = [&](int64_t count, double share) {
    EXPECT_NEAR(static_cast<double>(count), kSeeds * share,
                5 * std::sqrt(kSeeds * share * (1 - share)));
  };
  EXPECT_EQ(first.size(), 8u);
  for (const auto& [pair, count] : first) expect_share(count, 1.0 / 8);
  EXPECT_EQ(as_anchor.size(), 16u);
  for (const auto& [pair, count] : as_anchor) expect_share(count, 0.5);
}

// 2,622 people with 1,000 images: a list of the pairs would take 10 GB.
TEST(PositivePairs, AThousandMillionAreNoList) {
  constexpr int64_t kPeople = 2622, kImages = 1000;
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < kPeople * kImages; ++i) labels.push_back(i % kPeople);
  const PositivePairs pairs(labels, false, 1);
  EXPECT_EQ(pairs.size(), kPeople * kImages * (kImages - 1) / 2);
  std::set<Pair> seen;
  for (int64_t place = 0; place < pairs.size(); place += 13001) {
    const PositivePair pair = pairs[place];
    ASSERT_NE(pair.anchor, pair.positive);
    ASSERT_EQ(pair.anchor % kPeople, pair.positive % kPeople);
    ASSERT_TRUE(seen.insert(std::minmax(pair.anchor, pair.positive)).second);
  }
}

TEST(PositivePairs, NoLabelsNoPairs) {
  EXPECT_TRUE(Draw(false, 1, {}).empty());
  EXPECT_TRUE(Draw(true, 1, {1, 2, 3}).empty());
}

}  // namespace
}  // namespace facet
