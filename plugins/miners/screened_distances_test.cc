// Against all distances measured, where many are equal or nearly equal and where a product of
// float32 values says next to nothing.
#include "plugins/miners/screened_distances.h"

#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace facet {
namespace {

constexpr int64_t kSize = 70, kDimension = 37;

at::Tensor Normal(uint64_t seed) {
  return at::randn({kSize, kDimension}, at::detail::createCPUGenerator(seed),
                   at::TensorOptions(at::kFloat));
}

at::Tensor Labels(int64_t num_identities) { return at::arange(kSize).remainder(num_identities); }

struct Selected {
  int64_t farthest, nearest;
  std::vector<int64_t> positives, negatives;
  bool operator==(const Selected& other) const {
    return farthest == other.farthest && nearest == other.nearest && positives == other.positives &&
           negatives == other.negatives;
  }
};

// What every anchor has: with bounds that are distances of it, so that one is equal to its bound.
std::vector<Selected> Screened(const at::Tensor& x, const at::Tensor& labels, int64_t num_anchors,
                               const DistanceOptions& options) {
  const auto batch = BatchLabels::Of(x, labels, num_anchors);
  EXPECT_TRUE(batch.ok());
  std::vector<Selected> selected(static_cast<size_t>(num_anchors));
  const auto screened = ScreenAnchors(*batch, x, options, [&](ScreenedDistances& distances) {
    const int64_t a = distances.anchor();
    Selected& of = selected[static_cast<size_t>(a)];
    of.positives = distances.PositivesFartherThan(distances((a + 7) % kSize));
    of.negatives = distances.NegativesNearerThan(distances((a + 8) % kSize));
    of.farthest = distances.FarthestPositive();
    of.nearest = distances.NearestNegative();
  });
  EXPECT_TRUE(screened.ok()) << screened;
  return selected;
}

std::vector<Selected> Measured(const at::Tensor& x, const at::Tensor& labels, int64_t num_anchors,
                               const DistanceOptions& options) {
  const auto distances = BatchDistances::Of(x, labels, num_anchors, options);
  EXPECT_TRUE(distances.ok()) << distances.status();
  std::vector<Selected> selected;
  for (int64_t a = 0; a < num_anchors; ++a) {
    const AnchorDistancesView of = distances->View(a);
    selected.push_back({of.FarthestPositive(), of.NearestNegative(), {}, {}});
    for (const int64_t i : of.Positives()) {
      if (of(i) > of((a + 7) % kSize)) selected.back().positives.push_back(i);
    }
    for (const int64_t i : of.Negatives()) {
      if (of(i) < of((a + 8) % kSize)) selected.back().negatives.push_back(i);
    }
  }
  return selected;
}

void ExpectSame(const at::Tensor& x) {
  for (const char* const distance : {"l2", "squared_l2", "cosine"}) {
    for (const bool normalize : {false, true}) {
      for (const int64_t num_identities : {2, 18, 70}) {
        SCOPED_TRACE(std::string(distance) + (normalize ? " of unit length" : ""));
        for (const int64_t num_anchors : {kSize, int64_t{9}}) {
          const at::Tensor labels = Labels(num_identities);
          const DistanceOptions options = {distance, normalize};
          EXPECT_TRUE(Screened(x, labels, num_anchors, options) ==
                      Measured(x, labels, num_anchors, options));
        }
      }
    }
  }
}

TEST(ScreenedDistances, SelectAsMeasuredOnes) {
  ExpectSame(Normal(1));
  ExpectSame(Normal(2).to(at::kDouble));
  ExpectSame(Normal(3).to(at::kBFloat16));
}

TEST(ScreenedDistances, SelectAsMeasuredOnesAmongTies) {
  const at::Tensor few = Normal(4).narrow(0, 0, 7).repeat({10, 1});
  ExpectSame(few);
  ExpectSame(few + 1e-6 * Normal(5));
  ExpectSame(at::zeros({kSize, kDimension}));
}

TEST(ScreenedDistances, SelectAsMeasuredOnesWhereProductsSayNothing) {
  ExpectSame(1 + 1e-5 * Normal(6));  // a network that collapsed
  ExpectSame(1000 + Normal(7));
}

TEST(ScreenedDistances, SelectAsMeasuredOnesOfAnyLength) {
  ExpectSame(1e30 * Normal(8));
  ExpectSame(1e-30 * Normal(9));
  ExpectSame(at::logspace(-15, 15, kSize).unsqueeze(1) * Normal(10));
  ExpectSame(1e120 * Normal(11).to(at::kDouble));
}

TEST(ScreenedDistances, OfOneImageAndOfNoValue) {
  for (const at::Tensor& x : {at::ones({1, 3}), at::ones({1, 0})}) {
    const auto batch = BatchLabels::Of(x, at::zeros({1}, at::kLong), 1);
    ASSERT_TRUE(batch.ok());
    int visited = 0;
    const auto screened = ScreenAnchors(*batch, x, {"l2"}, [&](ScreenedDistances& distances) {
      EXPECT_EQ(distances.FarthestPositive(), -1);
      EXPECT_EQ(distances.NearestNegative(), -1);
      ++visited;
    });
    EXPECT_TRUE(screened.ok());
    EXPECT_EQ(visited, 1);
  }
}

}  // namespace
}  // namespace facet
