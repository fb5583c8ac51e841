// What the tests of batch miners share: fixtures, distances in loops, tuples as plain lists, and
// the batches that every miner must survive. Of the plugin that the test is linked to.
#ifndef FACET_PLUGINS_MINERS_MINER_TESTING_H_
#define FACET_PLUGINS_MINERS_MINER_TESTING_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/api/miner.h"
#include "plugins/plugin_testing.h"

namespace facet {

using TripletIndices = std::array<int64_t, 3>;
using PairIndices = std::array<int64_t, 2>;

// Tuples in their order.
struct Mined {
  std::vector<TripletIndices> triplets;
  std::vector<PairIndices> positives, negatives;
  int64_t num_skipped = 0;
};

// A new miner's tuples; fails the test where it refuses.
Mined Mine(const std::string& options, const at::Tensor& embeddings,
           const std::vector<int64_t>& labels, uint64_t seed = 1);
// The same of which the first images are anchors.
Mined MineAnchors(const std::string& options, const at::Tensor& embeddings,
                  const std::vector<int64_t>& labels, int64_t num_anchors, uint64_t seed = 1);

// pytorch-metric-learning's fixture: angles 0, 20, ..., 80 degrees, (2 cos t, sin t / 2), labels
// 0, 0, 1, 1, 2. Miners normalise it.
at::Tensor FixtureS();
extern const std::vector<int64_t> kFixtureLabels;

// 30 random points in 5 dimensions and labels of 0 to 6 others.
at::Tensor RandomPoints();
extern const std::vector<int64_t> kRandomLabels;

// Distances by loops over the coordinates.
class NaiveDistances {
 public:
  NaiveDistances(const at::Tensor& points, std::string distance, bool normalize);
  double operator()(size_t i, size_t j) const;
  const std::vector<double>& point(size_t i) const { return points_[i]; }

 private:
  std::vector<std::vector<double>> points_;
  std::string distance_;
};

// 30 points in 20 dimensions, of six each twice, and thrice moved by 1e-7 along a coordinate, so that
// many distances are equal, nearly equal, 0 or nearly 0. Squares and their sums are exact in
// float64, whatever their order: what is selected of them is beyond doubt.
at::Tensor TiedPoints();

// One of each distance of RandomPoints() with and without normalisation, and those of TiedPoints()
// that are exact; `Json()` are the options as text to be appended to others.
struct DistanceCase {
  std::string distance;
  bool normalize;
  bool tied = false;
  std::string Json() const;
  at::Tensor Points() const { return tied ? TiedPoints() : RandomPoints(); }
};
std::vector<DistanceCase> DistanceCases();

// Empty batch, one image, one class, no positive, equal points, 512 images; wrong shapes and types,
// and with `measures` values that are not finite, are refused. num_skipped is what tuples.h says,
// here and in ExpectMinesForAnchors().
void ExpectSurvives(const std::string& options, bool measures = true);
// Anchors get what they have where every image is one, in the same order. Of a miner that looks at
// one anchor after another.
void ExpectMinesForAnchors(const std::string& options);
// Equal seeds give equal tuples; others different ones exactly if it `draws`.
void ExpectSeeds(const std::string& options, bool draws);

}  // namespace facet

#endif  // FACET_PLUGINS_MINERS_MINER_TESTING_H_
