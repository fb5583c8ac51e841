// The histogram of what is drawn, against bins counted here: from each bin that is not empty the
// same number, as in pytorch-metric-learning's test.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/miners/miner_testing.h"

namespace facet {
namespace {

using testing::Each;

// How many of `pairs` lie in each of `num_bins` bins of [low, high].
std::vector<int64_t> Histogram(const NaiveDistances& d, const std::vector<PairIndices>& pairs,
                               double low, double high, int num_bins) {
  std::vector<int64_t> counts(static_cast<size_t>(num_bins), 0);
  for (const auto& [i, j] : pairs) {
    const double distance = d(static_cast<size_t>(i), static_cast<size_t>(j));
    for (int bin = 0; bin < num_bins; ++bin) {
      const double begin = low + (high - low) * bin / num_bins;
      const double end = low + (high - low) * (bin + 1) / num_bins;
      if (distance >= begin && (distance < end || bin == num_bins - 1)) {
        ++counts[static_cast<size_t>(bin)];
        break;
      }
    }
  }
  return counts;
}

void ExpectDrawsTheSameFromEachBin(int64_t num_anchors) {
  for (const DistanceCase& c : DistanceCases()) {
    for (const int num_bins : {1, 7, 100}) {
      const std::string options = "{\"num_bins\": " + std::to_string(num_bins) +
                                  ", \"positives_per_bin\": 12, \"negatives_per_bin\": 5, " +
                                  c.Json() + "}";
      SCOPED_TRACE(options);
      const NaiveDistances d(RandomPoints(), c.distance, c.normalize);
      const Mined mined = MineAnchors(options, RandomPoints(), kRandomLabels, num_anchors);
      for (const bool positives : {true, false}) {
        std::vector<PairIndices> all;
        double low = 1e9, high = 0;
        for (size_t i = 0; i < static_cast<size_t>(num_anchors); ++i) {
          for (size_t j = 0; j < 30; ++j) {
            if (i == j || (kRandomLabels[i] == kRandomLabels[j]) != positives) continue;
            all.push_back({static_cast<int64_t>(i), static_cast<int64_t>(j)});
            low = std::min(low, d(i, j));
            high = std::max(high, d(i, j));
          }
        }
        const auto& drawn = positives ? mined.positives : mined.negatives;
        for (const auto& [i, j] : drawn) EXPECT_LT(i, num_anchors);
        if (all.empty()) {
          EXPECT_TRUE(drawn.empty());
          continue;
        }
        const auto available = Histogram(d, all, low, high, num_bins);
        const auto counts = Histogram(d, drawn, low, high, num_bins);
        for (size_t bin = 0; bin < counts.size(); ++bin) {
          EXPECT_EQ(counts[bin], available[bin] == 0 ? 0 : positives ? 12 : 5) << "bin " << bin;
        }
      }
    }
  }
}

TEST(UniformHistogram, DrawsTheSameFromEachBin) { ExpectDrawsTheSameFromEachBin(30); }

// Bins of the pairs that begin with an anchor.
TEST(UniformHistogram, MinesForAnchors) {
  for (const int64_t num_anchors : {0, 1, 7, 29}) ExpectDrawsTheSameFromEachBin(num_anchors);
}

TEST(UniformHistogram, DrawsEveryPairOfABinEquallyOften) {
  // One bin, 4 ordered positive pairs.
  const at::Tensor x = at::tensor({0.0, 1.0, 10.0, 12.0}).view({4, 1});
  const Mined mined = Mine(R"({"num_bins": 1, "positives_per_bin": 4000})", x, {0, 0, 1, 1});
  std::map<PairIndices, int64_t> counts;
  for (const PairIndices& pair : mined.positives) ++counts[pair];
  ASSERT_EQ(counts.size(), 4u);
  double chi_square = 0;
  for (const auto& [pair, count] : counts) {
    chi_square += std::pow(static_cast<double>(count) - 1000, 2) / 1000;
  }
  // 3 degrees of freedom: mean 3, variance 6; 5 standard deviations. The seed is fixed.
  EXPECT_LT(chi_square, 3 + 5 * std::sqrt(6));
}

TEST(UniformHistogram, EqualDistancesAreOneBin) {
  const at::Tensor x = at::zeros({4, 2});
  const Mined mined = Mine("{}", x, {0, 0, 1, 1});
  EXPECT_EQ(mined.positives.size(), 10u);
  EXPECT_EQ(mined.negatives.size(), 10u);
}

TEST(UniformHistogram, SurvivesEveryBatch) { ExpectSurvives("{}"); }
TEST(UniformHistogram, DrawsBySeed) { ExpectSeeds("{}", true); }

}  // namespace
}  // namespace facet
