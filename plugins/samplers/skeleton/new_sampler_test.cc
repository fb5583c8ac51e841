// Rounds are counted again from the order.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "core/api/sampler.h"
#include "plugins/plugin_testing.h"

namespace {

using facet::MakeComponent;
using facet::Sampler;

// One identity with 20 images, ten with 2.
std::vector<int64_t> Labels() {
  std::vector<int64_t> labels(20, 0);
  for (int64_t identity = 1; identity <= 10; ++identity) labels.insert(labels.end(), 2, identity);
  return labels;
}

TEST(NewSampler, HoldsLargeIdentitiesBack) {
  const auto sampler = MakeComponent<Sampler>(R"({"max_images": 3})").value();
  const std::vector<int64_t> labels = Labels(), order = sampler->Epoch(labels, 8, 1);
  ASSERT_EQ(order.size(), 40);
  // A round is 3 images of the first and 2 of each other.
  std::map<int64_t, int64_t> images_of;
  std::set<int64_t> different;
  for (size_t i = 0; i < 23; ++i) {
    ++images_of[labels[static_cast<size_t>(order[i])]];
    different.insert(order[i]);
  }
  EXPECT_EQ(different.size(), 23) << "no image comes twice in a round";
  for (const auto& [identity, count] : images_of) EXPECT_EQ(count, identity == 0 ? 3 : 2);
}

TEST(NewSampler, IsAFunctionOfTheSeed) {
  const auto sampler = MakeComponent<Sampler>().value();
  EXPECT_EQ(sampler->Epoch(Labels(), 8, 1), sampler->Epoch(Labels(), 8, 1));
  EXPECT_NE(sampler->Epoch(Labels(), 8, 1), sampler->Epoch(Labels(), 8, 2));
}

TEST(NewSampler, FillsABatchFromOneImage) {
  const auto sampler = MakeComponent<Sampler>().value();
  EXPECT_EQ(sampler->Epoch({7}, 3, 1), (std::vector<int64_t>{0, 0, 0}));
}

}  // namespace
