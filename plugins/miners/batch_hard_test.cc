// Against loops over the definition, and the example of pytorch-metric-learning's test: scalars
// 0..8.
#include <ATen/ATen.h>

#include <limits>
#include <memory>

#include "core/api/miner.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

extern "C" const facet::PluginDescriptor* facet_plugin_descriptor();

namespace facet {
namespace {

using ::testing::ElementsAre;

std::unique_ptr<Miner> Make() {
  auto made = facet_plugin_descriptor()->components[0].create("{}");
  EXPECT_TRUE(made.ok()) << made.status();
  return std::unique_ptr<Miner>(static_cast<Miner*>(made->release()));
}

at::Tensor Indices(const std::vector<int64_t>& values) { return at::tensor(values, at::kLong); }

std::vector<int64_t> Values(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.contiguous();
  return {flat.data_ptr<int64_t>(), flat.data_ptr<int64_t>() + flat.numel()};
}

TEST(BatchHard, SelectsAsThePublishedExample) {
  const at::Tensor x = at::arange(9, at::kFloat).unsqueeze(1);
  const auto tuples = Make()->Mine(x, Indices({0, 0, 1, 1, 0, 2, 1, 1, 1}), 0);
  ASSERT_TRUE(tuples.ok()) << tuples.status();
  EXPECT_EQ(tuples->kind, TupleKind::kTriplets);
  EXPECT_THAT(Values(tuples->anchors), ElementsAre(0, 1, 2, 3, 4, 6, 7, 8));
  EXPECT_THAT(Values(tuples->positives), ElementsAre(4, 4, 8, 8, 0, 2, 2, 2));
  // Anchor 4 has two nearest negatives, 3 and 5: the first.
  EXPECT_THAT(Values(tuples->negatives), ElementsAre(2, 2, 1, 4, 3, 5, 5, 5));
  EXPECT_EQ(tuples->num_skipped, 1);  // 5 is alone
}

TEST(BatchHard, AgreesWithLoops) {
  at::manual_seed(2);
  const int64_t size = 40;
  const at::Tensor x = at::randn({size, 5});
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < size; ++i) labels.push_back(i * i % 7);
  const auto tuples = Make()->Mine(x, Indices(labels), 0);
  ASSERT_TRUE(tuples.ok()) << tuples.status();
  std::vector<int64_t> anchors, positives, negatives;
  for (int64_t a = 0; a < size; ++a) {
    int64_t farthest = -1, nearest = -1;
    double far = -1, near = std::numeric_limits<double>::infinity();
    for (int64_t i = 0; i < size; ++i) {
      const double d = (x[a] - x[i]).to(at::kDouble).square().sum().item<double>();
      const bool same = labels[static_cast<size_t>(i)] == labels[static_cast<size_t>(a)];
      if (same && i != a && d > far) {
        far = d;
        farthest = i;
      }
      if (!same && d < near) {
        near = d;
        nearest = i;
      }
    }
    if (farthest < 0 || nearest < 0) continue;
    anchors.push_back(a);
    positives.push_back(farthest);
    negatives.push_back(nearest);
  }
  EXPECT_EQ(Values(tuples->anchors), anchors);
  EXPECT_EQ(Values(tuples->positives), positives);
  EXPECT_EQ(Values(tuples->negatives), negatives);
}

TEST(BatchHard, GivesNothingWhereNothingCanBeFound) {
  for (const std::vector<int64_t>& labels : {std::vector<int64_t>{}, {0}, {0, 0, 0}, {0, 1, 2}}) {
    const auto size = static_cast<int64_t>(labels.size());
    const auto tuples = Make()->Mine(at::ones({size, 2}), Indices(labels), 0);
    ASSERT_TRUE(tuples.ok()) << tuples.status();
    EXPECT_EQ(tuples->anchors.numel(), 0);
    EXPECT_EQ(tuples->negatives.numel(), 0);
    EXPECT_EQ(tuples->num_skipped, size);
  }
}

}  // namespace
}  // namespace facet
