// Against loops over all triplets.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/api/miner.h"
#include "plugins/plugin_testing.h"

namespace {

using facet::MakeComponent;
using facet::Miner;

constexpr int64_t kRows = 8, kDimension = 3;

at::Tensor Points() {
  return at::randn({kRows, kDimension}, at::detail::createCPUGenerator(1)).to(at::kDouble);
}

// Three identities; the last image has no positive.
const std::vector<int64_t> kLabels = {0, 1, 0, 1, 0, 1, 0, 2};

double Cosine(const at::Tensor& points, int64_t i, int64_t j) {
  const at::Tensor x = points[i], y = points[j];
  return (x.dot(y) / (x.norm() * y.norm())).item<double>();
}

using Triplet = std::vector<int64_t>;

std::vector<Triplet> Naive(const at::Tensor& points, double min_cosine) {
  std::vector<Triplet> triplets;
  const auto label = [](int64_t i) { return kLabels[static_cast<size_t>(i)]; };
  for (int64_t a = 0; a < kRows; ++a) {
    for (int64_t p = 0; p < kRows; ++p) {
      if (p == a || label(p) != label(a)) continue;
      int64_t hardest = -1;
      for (int64_t n = 0; n < kRows; ++n) {
        if (label(n) == label(a)) continue;
        if (hardest < 0 || Cosine(points, a, n) > Cosine(points, a, hardest)) hardest = n;
      }
      if (Cosine(points, a, hardest) >= min_cosine) triplets.push_back({a, p, hardest});
    }
  }
  return triplets;
}

std::vector<Triplet> Mined(const std::string& options, int64_t* num_skipped) {
  const auto miner = MakeComponent<Miner>(options).value();
  const auto tuples = miner->Mine(Points(), at::tensor(kLabels, at::kLong), 1).value();
  std::vector<Triplet> triplets;
  for (int64_t t = 0; t < tuples.anchors.numel(); ++t) {
    triplets.push_back({tuples.anchors[t].item<int64_t>(), tuples.positives[t].item<int64_t>(),
                        tuples.negatives[t].item<int64_t>()});
  }
  *num_skipped = tuples.num_skipped;
  return triplets;
}

TEST(NewMiner, TakesTheHardestNegativeOfEachPair) {
  int64_t num_skipped = 0;
  EXPECT_EQ(Mined("{}", &num_skipped), Naive(Points(), -1));
  EXPECT_EQ(num_skipped, 1) << "the image without a positive";
}

TEST(NewMiner, LeavesEasyNegativesOut) {
  int64_t num_skipped = 0;
  const auto triplets = Mined(R"({"min_cosine": 0.8})", &num_skipped);
  EXPECT_EQ(triplets, Naive(Points(), 0.8));
  EXPECT_LT(triplets.size(), Naive(Points(), -1).size());
}

TEST(NewMiner, RefusesWhatIsNoNumber) {
  const auto miner = MakeComponent<Miner>().value();
  const at::Tensor points = Points() * std::nan("");
  EXPECT_FALSE(miner->Mine(points, at::tensor(kLabels, at::kLong), 1).ok());
}

}  // namespace
