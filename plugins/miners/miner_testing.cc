#include "plugins/miners/miner_testing.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

std::vector<int64_t> Values(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.contiguous();
  return {flat.data_ptr<int64_t>(), flat.data_ptr<int64_t>() + flat.numel()};
}

std::vector<PairIndices> PairsOf(const at::Tensor& first, const at::Tensor& second) {
  const std::vector<int64_t> i = Values(first), j = Values(second);
  EXPECT_EQ(i.size(), j.size());
  std::vector<PairIndices> pairs;
  for (size_t k = 0; k < i.size() && k < j.size(); ++k) pairs.push_back({i[k], j[k]});
  return pairs;
}

std::unique_ptr<Miner> Make(const std::string& options) {
  auto made = MakeComponent<Miner>(options);
  EXPECT_TRUE(made.ok()) << made.status();
  return made.ok() ? *std::move(made) : nullptr;
}

// How many of the first images no tuple begins with, by a set.
int64_t NumSkipped(const Mined& mined, int64_t num_anchors) {
  std::set<int64_t> first;
  for (const auto& [a, p, n] : mined.triplets) first.insert(a);
  for (const auto& [i, j] : mined.positives) first.insert(i);
  for (const auto& [i, j] : mined.negatives) first.insert(i);
  return num_anchors - static_cast<int64_t>(first.size());
}

// Indices in range, no image with itself, labels that fit.
void ExpectValid(const Mined& mined, const std::vector<int64_t>& labels) {
  const auto size = static_cast<int64_t>(labels.size());
  const auto in_range = [size](int64_t i) { return i >= 0 && i < size; };
  const auto same = [&labels](int64_t i, int64_t j) {
    return labels[static_cast<size_t>(i)] == labels[static_cast<size_t>(j)];
  };
  const auto is_positive = [&](int64_t i, int64_t j) {
    return in_range(i) && in_range(j) && i != j && same(i, j);
  };
  const auto is_negative = [&](int64_t i, int64_t j) {
    return in_range(i) && in_range(j) && !same(i, j);
  };
  int64_t num_wrong = 0;
  for (const auto& [a, p, n] : mined.triplets)
    num_wrong += !is_positive(a, p) || !is_negative(a, n);
  for (const auto& [i, j] : mined.positives) num_wrong += !is_positive(i, j);
  for (const auto& [i, j] : mined.negatives) num_wrong += !is_negative(i, j);
  EXPECT_EQ(num_wrong, 0);
  EXPECT_EQ(mined.num_skipped, NumSkipped(mined, size));
}

std::vector<int64_t> SquaresModulo7() {
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < 30; ++i) labels.push_back(i == 29 ? 9 : i * i % 7);
  return labels;
}

}  // namespace

const std::vector<int64_t> kFixtureLabels = {0, 0, 1, 1, 2};
const std::vector<int64_t> kRandomLabels = SquaresModulo7();

namespace {

Mined Lists(const Miner& miner, const absl::StatusOr<Tuples>& tuples) {
  Mined mined;
  EXPECT_TRUE(tuples.ok()) << tuples.status();
  if (!tuples.ok()) return mined;
  EXPECT_EQ(tuples->kind, miner.makes());
  mined.num_skipped = tuples->num_skipped;
  if (tuples->kind == TupleKind::kPairs) {
    mined.positives = PairsOf(tuples->positive_first, tuples->positive_second);
    mined.negatives = PairsOf(tuples->negative_first, tuples->negative_second);
    return mined;
  }
  const std::vector<int64_t> n = Values(tuples->negatives);
  const std::vector<PairIndices> pairs = PairsOf(tuples->anchors, tuples->positives);
  EXPECT_EQ(pairs.size(), n.size());
  for (size_t i = 0; i < pairs.size() && i < n.size(); ++i) {
    mined.triplets.push_back({pairs[i][0], pairs[i][1], n[i]});
  }
  return mined;
}

}  // namespace

Mined Mine(const std::string& options, const at::Tensor& embeddings,
           const std::vector<int64_t>& labels, uint64_t seed) {
  const auto miner = Make(options);
  if (miner == nullptr) return {};
  return Lists(*miner, miner->Mine(embeddings, at::tensor(labels, at::kLong), seed));
}

Mined MineAnchors(const std::string& options, const at::Tensor& embeddings,
                  const std::vector<int64_t>& labels, int64_t num_anchors, uint64_t seed) {
  const auto miner = Make(options);
  const Traits traits = Traits::OfBits(facet_plugin_descriptor()->components[0].traits);
  EXPECT_TRUE(traits.Has(Trait::kMinesForAnchors));
  if (miner == nullptr || !traits.Has(Trait::kMinesForAnchors)) return {};
  return Lists(*miner, static_cast<AnchorMiner&>(*miner).MineAnchors(
                           embeddings, at::tensor(labels, at::kLong), num_anchors, seed));
}

at::Tensor FixtureS() {
  std::vector<double> coordinates;
  for (int degrees = 0; degrees <= 80; degrees += 20) {
    const double t = degrees * std::acos(-1.0) / 180;
    coordinates.push_back(2 * std::cos(t));
    coordinates.push_back(std::sin(t) / 2);
  }
  return at::tensor(coordinates, at::kDouble).view({5, 2});
}

at::Tensor RandomPoints() {
  return at::randn({30, 5}, at::detail::createCPUGenerator(4), at::TensorOptions(at::kFloat));
}

at::Tensor TiedPoints() {
  const at::Tensor halves =
      at::randint(-2, 3, {6, 20}, at::detail::createCPUGenerator(6), at::TensorOptions(at::kFloat));
  at::Tensor points = (halves / 2).repeat({5, 1});
  constexpr double kSteps[] = {0, 0, 0x1p-23, -0x1p-23, 0x1p-22};
  for (int64_t i = 0; i < 30; ++i) points[i][i % 20] += kSteps[i / 6];
  return points;
}

NaiveDistances::NaiveDistances(const at::Tensor& points, std::string distance, bool normalize)
    : distance_(std::move(distance)) {
  const at::Tensor x = points.to(at::kDouble).contiguous();
  const double* value = x.data_ptr<double>();
  for (int64_t i = 0; i < x.size(0); ++i, value += x.size(1)) {
    points_.emplace_back(value, value + x.size(1));
    double square = 0;
    for (const double c : points_.back()) square += c * c;
    if (!normalize && distance_ != "cosine") continue;
    for (double& c : points_.back()) c /= std::sqrt(square);
  }
}

double NaiveDistances::operator()(size_t i, size_t j) const {
  double square = 0, product = 0;
  for (size_t k = 0; k < points_[i].size(); ++k) {
    square += (points_[i][k] - points_[j][k]) * (points_[i][k] - points_[j][k]);
    product += points_[i][k] * points_[j][k];
  }
  return distance_ == "cosine" ? 1 - product : distance_ == "l2" ? std::sqrt(square) : square;
}

std::string DistanceCase::Json() const {
  return "\"distance\": \"" + distance + "\", \"normalize\": " + (normalize ? "true" : "false");
}

std::vector<DistanceCase> DistanceCases() {
  std::vector<DistanceCase> cases;
  for (const char* const distance : {"l2", "squared_l2", "cosine"}) {
    for (const bool normalize : {false, true}) cases.push_back({distance, normalize});
  }
  for (const char* const distance : {"l2", "squared_l2"}) cases.push_back({distance, false, true});
  return cases;
}

void ExpectSurvives(const std::string& options, bool measures) {
  at::manual_seed(5);
  for (const std::vector<int64_t>& labels :
       {std::vector<int64_t>{}, {3}, {1, 1, 1, 1}, {0, 1, 2, 3}, {0, 0, 1, 1, 2, 2, 2}}) {
    const auto size = static_cast<int64_t>(labels.size());
    for (const at::Tensor& x :
         {at::randn({size, 3}), at::zeros({size, 3}), at::ones({size, 3}, at::kDouble)}) {
      const Mined mined = Mine(options, x, labels);
      ExpectValid(mined, labels);
      if (size <= 4) {
        EXPECT_TRUE(mined.triplets.empty());
        EXPECT_TRUE(mined.positives.empty() || labels[0] == labels[1]);
        EXPECT_TRUE(mined.negatives.empty() || labels[0] != labels[1]);
      }
    }
  }
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < 512; ++i) labels.push_back(i / 4);
  ExpectValid(Mine(options, at::randn({512, 32}), labels), labels);

  const auto miner = Make(options);
  const at::Tensor x = at::randn({4, 3}), two = at::tensor({0, 0, 1, 1}, at::kLong);
  for (const auto& [bad_x, bad_labels] : std::vector<std::pair<at::Tensor, at::Tensor>>{
           {x, two.narrow(0, 0, 3)}, {x, two.to(at::kInt)}, {x[0], two}, {x.to(at::kLong), two}}) {
    const auto refused = miner->Mine(bad_x, bad_labels, 1);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(refused.status().message()),
                testing::HasSubstr("miners take embeddings [N, D]"));
  }
  if (!measures) return;
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    at::Tensor diverged = x.clone();
    diverged[2][1] = bad;
    const auto refused = miner->Mine(diverged, two, 1);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(refused.status().message()), testing::HasSubstr("not finite"));
  }
}

void ExpectMinesForAnchors(const std::string& options) {
  SCOPED_TRACE(options);
  const Mined all = Mine(options, RandomPoints(), kRandomLabels);
  for (const int64_t num_anchors : {0, 1, 7, 29, 30}) {
    SCOPED_TRACE(num_anchors);
    const auto kept = [num_anchors](auto tuples) {
      tuples.erase(std::remove_if(tuples.begin(), tuples.end(),
                                  [&](const auto& tuple) { return tuple[0] >= num_anchors; }),
                   tuples.end());
      return tuples;
    };
    const Mined mined = MineAnchors(options, RandomPoints(), kRandomLabels, num_anchors);
    EXPECT_EQ(mined.triplets, kept(all.triplets));
    EXPECT_EQ(mined.positives, kept(all.positives));
    EXPECT_EQ(mined.negatives, kept(all.negatives));
    EXPECT_EQ(mined.num_skipped, NumSkipped(mined, num_anchors));
    const bool empty = mined.triplets.empty() && mined.positives.empty();
    EXPECT_TRUE(num_anchors < 29 ? num_anchors > 0 || empty : !empty);
  }
}

void ExpectSeeds(const std::string& options, bool draws) {
  const auto mine = [&](uint64_t seed) {
    const Mined mined = Mine(options, RandomPoints(), kRandomLabels, seed);
    EXPECT_FALSE(mined.triplets.empty() && mined.positives.empty());
    return std::make_tuple(mined.triplets, mined.positives, mined.negatives);
  };
  EXPECT_EQ(mine(8), mine(8));
  EXPECT_EQ(mine(8) != mine(9), draws);
}

}  // namespace facet
