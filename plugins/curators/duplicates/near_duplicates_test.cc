// Against plain loops over all pairs and clusters.
#include "plugins/curators/duplicates/near_duplicates.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;

cv::Mat UnitRows(int count, int columns, uint64_t seed) {
  Random random(seed);
  cv::Mat rows(count, columns, CV_32F);
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j < columns; ++j) rows.at<float>(i, j) = static_cast<float>(random.Normal());
    rows.row(i) /= cv::norm(rows.row(i));
  }
  return rows;
}

TEST(PairsWithin, FindsWhatPlainLoopsFind) {
  const cv::Mat rows = UnitRows(60, 5, 3);
  const std::vector<ClosePair> pairs = PairsWithin(rows, 0.7);
  std::set<std::pair<int, int>> expected;
  for (int a = 0; a < rows.rows; ++a) {
    for (int b = a + 1; b < rows.rows; ++b) {
      if (cv::norm(rows.row(a), rows.row(b)) < 0.7) expected.emplace(a, b);
    }
  }
  std::set<std::pair<int, int>> found;
  for (size_t i = 0; i < pairs.size(); ++i) {
    found.emplace(pairs[i].a, pairs[i].b);
    EXPECT_NEAR(pairs[i].distance, cv::norm(rows.row(pairs[i].a), rows.row(pairs[i].b)), 1e-3);
    if (i > 0) {
      EXPECT_GE(pairs[i].distance, pairs[i - 1].distance);
    }
  }
  EXPECT_EQ(found, expected);
  EXPECT_GT(found.size(), 5u);
}

// A chain: 0 - 1 - 2 near, 0 and 2 not; 3 alone.
TEST(LinkPairs, SingleLinkFollowsChainsAndCompleteLinkDoesNot) {
  const std::vector<ClosePair> pairs = {{0, 1, 0.1}, {1, 2, 0.2}};
  EXPECT_THAT(LinkPairs(4, pairs, Linkage::kSingle), ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(LinkPairs(4, pairs, Linkage::kComplete), ElementsAre(0, 0, 1, 2));
}

TEST(LinkPairs, SingleLinkIsTheConnectedComponents) {
  const cv::Mat rows = UnitRows(40, 4, 9);
  const std::vector<ClosePair> pairs = PairsWithin(rows, 0.5);
  // Smallest item reachable from each, by repeated relaxation.
  std::vector<int> root(40);
  for (int i = 0; i < 40; ++i) root[static_cast<size_t>(i)] = i;
  for (int round = 0; round < 40; ++round) {
    for (const ClosePair& pair : pairs) {
      int& a = root[static_cast<size_t>(pair.a)];
      int& b = root[static_cast<size_t>(pair.b)];
      a = b = std::min(a, b);
    }
  }
  const std::vector<int> clusters = LinkPairs(40, pairs, Linkage::kSingle);
  for (size_t i = 0; i < 40; ++i) {
    for (size_t j = 0; j < 40; ++j) {
      EXPECT_EQ(clusters[i] == clusters[j], root[i] == root[j]) << i << " " << j;
    }
  }
}

TEST(LinkPairs, ClustersOfCompleteLinkHaveAllTheirPairs) {
  const cv::Mat rows = UnitRows(40, 3, 11);
  const std::vector<ClosePair> pairs = PairsWithin(rows, 0.6);
  std::set<std::pair<int, int>> near;
  for (const ClosePair& pair : pairs) near.emplace(pair.a, pair.b);
  const std::vector<int> clusters = LinkPairs(40, pairs, Linkage::kComplete);
  int together = 0;
  for (int a = 0; a < 40; ++a) {
    for (int b = a + 1; b < 40; ++b) {
      if (clusters[static_cast<size_t>(a)] != clusters[static_cast<size_t>(b)]) continue;
      ++together;
      EXPECT_EQ(near.count({a, b}), 1u) << a << " " << b;
    }
  }
  EXPECT_GT(together, 0);
}

// Agglomeration as in the textbook: the two clusters whose farthest pair is nearest become one, as
// long as all pairs between them are near.
TEST(LinkPairs, CompleteLinkIsTheNaiveAgglomeration) {
  const cv::Mat rows = UnitRows(40, 3, 17);
  const std::vector<ClosePair> pairs = PairsWithin(rows, 0.6);
  std::map<std::pair<int, int>, double> distance;
  for (const ClosePair& pair : pairs) distance[{pair.a, pair.b}] = pair.distance;
  std::vector<std::vector<int>> clusters(40);
  for (int i = 0; i < 40; ++i) clusters[static_cast<size_t>(i)] = {i};
  for (;;) {
    double best = 1e9;
    size_t first = 0, second = 0;
    for (size_t x = 0; x < clusters.size(); ++x) {
      for (size_t y = x + 1; y < clusters.size(); ++y) {
        double farthest = 0;
        for (const int a : clusters[x]) {
          for (const int b : clusters[y]) {
            const auto found = distance.find({std::min(a, b), std::max(a, b)});
            farthest = std::max(farthest, found == distance.end() ? 1e9 : found->second);
          }
        }
        if (farthest < best) best = farthest, first = x, second = y;
      }
    }
    if (best >= 1e9) break;
    clusters[first].insert(clusters[first].end(), clusters[second].begin(), clusters[second].end());
    clusters.erase(clusters.begin() + static_cast<std::ptrdiff_t>(second));
  }
  EXPECT_LT(clusters.size(), 30u);
  const std::vector<int> found = LinkPairs(40, pairs, Linkage::kComplete);
  std::set<std::set<int>> expected, got;
  for (const auto& cluster : clusters) expected.emplace(cluster.begin(), cluster.end());
  std::map<int, std::set<int>> members;
  for (int i = 0; i < 40; ++i) members[found[static_cast<size_t>(i)]].insert(i);
  for (const auto& each : members) got.insert(each.second);
  EXPECT_EQ(got, expected);
}

}  // namespace
}  // namespace facet
