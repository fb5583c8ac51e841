#include <cstdint>
#include <random>
#include <utility>

#include "core/api/sampler.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

// A row's training depends on the order: other bits are other results.
TEST(RandomSampler, TheOrderOfASeedStays) {
  const auto sampler = MakeComponent<Sampler>().value();
  EXPECT_THAT(sampler->Epoch(std::vector<int64_t>(15), 6, 7),
              ElementsAre(3, 7, 14, 13, 12, 2, 10, 9, 11, 8, 5, 6, 1, 4, 0));
}

// Fisher and Yates from the end, with the bits of std::mt19937_64. It rejects bits above a multiple
// of the count, which of so few comes once in 2^59 draws.
TEST(RandomSampler, IsAShuffle) {
  const auto sampler = MakeComponent<Sampler>().value();
  for (const uint64_t seed : {1, 2, 3}) {
    std::mt19937_64 engine(seed);
    std::vector<int64_t> expected;
    for (int64_t i = 0; i < 30; ++i) expected.push_back(i);
    for (uint64_t i = 29; i > 0; --i) std::swap(expected[i], expected[engine() % (i + 1)]);
    EXPECT_EQ(sampler->Epoch(std::vector<int64_t>(30), 8, seed), expected);
  }
}

TEST(RandomSampler, TakesAnyImagesAndBatch) {
  const auto sampler = MakeComponent<Sampler>().value();
  EXPECT_TRUE(sampler->Check({5, 900, 5}, 64).ok());
  EXPECT_THAT(sampler->Epoch({5, 900, 5}, 64, 1), UnorderedElementsAre(0, 1, 2));
  EXPECT_EQ(sampler->images_together(), 1);
  EXPECT_FALSE(sampler->repeats());
}

}  // namespace
}  // namespace facet
