#include <map>
#include <set>

#include "core/api/sampler.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/plugin_testing.h"
#include "plugins/samplers/sampler_testing.h"

namespace facet {
namespace {

using testing::ElementsAre;
using testing::Pair;

// 1, 5 and 20 images.
std::vector<int64_t> ThreeIdentities() {
  std::vector<int64_t> labels(20, 5);
  labels.insert(labels.end(), 5, 900);
  labels.push_back(0);
  return labels;
}

TEST(Balanced, DealsAsTheNaiveDecks) {
  const auto sampler = MakeComponent<Sampler>().value();
  const std::vector<int64_t> labels = UnequalLabels();  // 87
  for (const uint64_t seed : {1, 2, 3}) {
    EXPECT_EQ(sampler->Epoch(labels, 20, seed), NaiveOrder(labels, 80, 1, 1, seed));
  }
}

TEST(Balanced, AllIdentitiesHaveTheirTurnBeforeOneHasItsNext) {
  const auto sampler = MakeComponent<Sampler>().value();
  const std::vector<int64_t> labels = ThreeIdentities();
  const auto order = sampler->Epoch(labels, 12, 1);
  ASSERT_EQ(order.size(), 24u);
  std::set<std::vector<int64_t>> rounds;
  for (size_t begin = 0; begin < 24; begin += 3) {
    EXPECT_THAT(CountLabels(labels, order, begin, 3),
                ElementsAre(Pair(0, 1), Pair(5, 1), Pair(900, 1)));
    rounds.insert(
        {labels[static_cast<size_t>(order[begin])], labels[static_cast<size_t>(order[begin + 1])]});
  }
  // 8 rounds in one order each time: once in 6^7.
  EXPECT_GT(rounds.size(), 1u);
}

TEST(Balanced, SmallIdentitiesRepeatAndOfLargeOnesNotAllAreSeen) {
  const auto sampler = MakeComponent<Sampler>().value();
  const std::vector<int64_t> labels = ThreeIdentities();
  const auto order = sampler->Epoch(labels, 24, 1);
  ASSERT_EQ(order.size(), 24u);
  std::map<int64_t, std::vector<int64_t>> images;  // of each label, as they come
  for (const int64_t i : order) images[labels[static_cast<size_t>(i)]].push_back(i);
  const auto different = [&](int64_t label, int64_t begin, int64_t end) {
    const auto first = images[label].begin();
    return std::set<int64_t>(first + begin, first + end).size();
  };
  EXPECT_EQ(different(0, 0, 8), 1u);
  EXPECT_EQ(different(5, 0, 8), 8u);
  EXPECT_EQ(different(900, 0, 5), 5u);  // all of them, and of the next round three
  EXPECT_EQ(different(900, 5, 8), 3u);
}

TEST(Balanced, TakesAnyImagesAndBatch) {
  const auto sampler = MakeComponent<Sampler>().value();
  const std::vector<int64_t> labels = ThreeIdentities();
  EXPECT_TRUE(sampler->Check(labels, 100).ok());
  const auto order = sampler->Epoch(labels, 100, 1);
  ASSERT_EQ(order.size(), 100u);  // of 26 images
  EXPECT_EQ(CountLabels(labels, order, 0, 99).at(0), 33);
  EXPECT_THAT(sampler->Epoch({7}, 3, 1), ElementsAre(0, 0, 0));
  EXPECT_EQ(sampler->images_together(), 1);
  EXPECT_TRUE(sampler->repeats());
}

}  // namespace
}  // namespace facet
