// Against the definition in loops: which images violate, every pair once, a uniform draw.
#include <ATen/ATen.h>

#include <cmath>
#include <map>
#include <memory>
#include <set>

#include "core/api/miner.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

extern "C" const facet::PluginDescriptor* facet_plugin_descriptor();

namespace facet {
namespace {

struct Triplet {
  int64_t a, p, n;
};

struct Epoch {
  std::vector<Triplet> triplets;
  int64_t num_skipped = 0;
  int64_t num_embedded = 0;  // rows that the miner asked for
  int64_t most_at_once = 0;
};

std::unique_ptr<Miner> Make(const std::string& options) {
  auto made = facet_plugin_descriptor()->components[0].create(options);
  EXPECT_TRUE(made.ok()) << made.status();
  return std::unique_ptr<Miner>(static_cast<Miner*>(made->release()));
}

Epoch RunEpoch(Miner& miner, const at::Tensor& x, const std::vector<int64_t>& labels, uint64_t seed,
               int64_t max_tuples) {
  Epoch epoch;
  EXPECT_TRUE(miner.BeginEpoch(at::tensor(labels, at::kLong), seed).ok());
  const EmbedFunction embed = [&](const at::Tensor& indices) {
    epoch.num_embedded += indices.numel();
    epoch.most_at_once = std::max(epoch.most_at_once, indices.numel());
    return x.index_select(0, indices);
  };
  for (bool done = false; !done;) {
    const auto tuples = miner.Next(max_tuples, embed, &done);
    EXPECT_TRUE(tuples.ok()) << tuples.status();
    EXPECT_LE(tuples->anchors.numel(), max_tuples);
    EXPECT_TRUE(done || tuples->anchors.numel() == max_tuples);
    epoch.num_skipped += tuples->num_skipped;
    for (int64_t i = 0; i < tuples->anchors.numel(); ++i) {
      epoch.triplets.push_back({tuples->anchors[i].item<int64_t>(),
                                tuples->positives[i].item<int64_t>(),
                                tuples->negatives[i].item<int64_t>()});
    }
  }
  return epoch;
}

// Whether n violates the margin for (a, p), by the definition; 0: too near the edge to tell.
int Violates(const at::Tensor& x, const Triplet& t, double margin, bool squared) {
  const auto d = [&](int64_t i, int64_t j) {
    const double s = (x[i] - x[j]).to(at::kDouble).square().sum().item<double>();
    return squared ? s : std::sqrt(s);
  };
  const double excess = margin - d(t.a, t.n) + d(t.a, t.p);
  return std::abs(excess) < 1e-5 ? 0 : excess > 0 ? 1 : -1;
}

std::vector<int64_t> LabelsOf(int64_t people, int64_t images) {
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < people * images; ++i) labels.push_back(i % people);
  return labels;
}

struct Case {
  const char* distance;
  int64_t people, images, max_tuples;
};

class EveryPair : public testing::TestWithParam<Case> {};

TEST_P(EveryPair, ComesOnceWithAViolatorOrIsSkippedWithout) {
  const Case& c = GetParam();
  const std::vector<int64_t> labels = LabelsOf(c.people, c.images);
  const auto size = static_cast<int64_t>(labels.size());
  at::manual_seed(3);
  // Some people are far from all others: their pairs have no violator.
  at::Tensor x = 0.3 * at::randn({size, 4});
  for (int64_t i = 0; i < size; ++i) {
    if (labels[static_cast<size_t>(i)] % 3 == 0) {
      x[i] += 10.0 * static_cast<double>(labels[static_cast<size_t>(i)] + 1);
    }
  }
  const bool squared = std::string(c.distance) == "squared_l2";
  const auto miner = Make(std::string(R"({"margin": 0.2, "distance": ")") + c.distance + "\"}");
  EXPECT_EQ(miner->scope(), MinerScope::kEpoch);
  EXPECT_EQ(miner->makes(), TupleKind::kTriplets);
  const Epoch epoch = RunEpoch(*miner, x, labels, 1, c.max_tuples);

  std::set<std::pair<int64_t, int64_t>> seen;
  for (const Triplet& t : epoch.triplets) {
    EXPECT_NE(t.a, t.p);
    EXPECT_EQ(labels[static_cast<size_t>(t.a)], labels[static_cast<size_t>(t.p)]);
    EXPECT_NE(labels[static_cast<size_t>(t.a)], labels[static_cast<size_t>(t.n)]);
    EXPECT_GE(Violates(x, t, 0.2, squared), 0);
    EXPECT_TRUE(seen.insert(std::minmax(t.a, t.p)).second) << "a pair came twice";
  }
  const int64_t num_pairs = c.people * c.images * (c.images - 1) / 2;
  EXPECT_EQ(static_cast<int64_t>(epoch.triplets.size()) + epoch.num_skipped, num_pairs);
  EXPECT_GT(epoch.num_skipped, 0);
  EXPECT_GT(epoch.triplets.size(), 0u);
  // A pair that was skipped has no violator, whichever of its images is the anchor.
  for (int64_t a = 0; a < size; a += 7) {
    for (int64_t p = a + c.people; p < size; p += c.people) {
      if (seen.count({a, p}) > 0) continue;
      int violators = 0;
      for (int64_t n = 0; n < size; ++n) {
        if (labels[static_cast<size_t>(n)] == labels[static_cast<size_t>(a)]) continue;
        violators +=
            Violates(x, {a, p, n}, 0.2, squared) > 0 && Violates(x, {p, a, n}, 0.2, squared) > 0;
      }
      EXPECT_EQ(violators, 0) << a << " " << p;
    }
  }
}

// The small set is one part; the large one several.
INSTANTIATE_TEST_SUITE_P(Paths, EveryPair,
                         testing::Values(Case{"squared_l2", 9, 4, 5}, Case{"l2", 9, 4, 1000},
                                         Case{"squared_l2", 60, 5, 4}, Case{"l2", 60, 5, 1}));

// Chi-square of the chosen negatives against equal counts, for one pair.
void ExpectUniform(const at::Tensor& x, const std::vector<int64_t>& labels, double margin,
                   bool scans, int64_t num_violators, int64_t num_draws) {
  const auto miner = Make("{\"margin\": " + std::to_string(margin) + "}");
  std::map<int64_t, int64_t> counts;
  for (int64_t seed = 0; seed < num_draws; ++seed) {
    const Epoch epoch = RunEpoch(*miner, x, labels, static_cast<uint64_t>(seed), 1);
    ASSERT_EQ(epoch.triplets.size(), 1u);
    EXPECT_EQ(epoch.num_embedded >= static_cast<int64_t>(labels.size()), scans);
    ++counts[epoch.triplets[0].n];
  }
  ASSERT_EQ(static_cast<int64_t>(counts.size()), num_violators);
  const double expected = static_cast<double>(num_draws) / static_cast<double>(num_violators);
  double chi_square = 0;
  for (const auto& [n, count] : counts) {
    chi_square += std::pow(static_cast<double>(count) - expected, 2) / expected;
  }
  // Mean k, variance 2k for k degrees of freedom; 5 standard deviations. Seeds are fixed.
  const auto k = static_cast<double>(num_violators - 1);
  EXPECT_LT(chi_square, k + 5 * std::sqrt(2 * k));
}

TEST(RandomViolating, DrawsUniformlyAmongFewImages) {
  // On a line: the pair at 0, negatives at 0.1 ... 2.0. d^2 < 0.2 + 1.0 up to 1.0: ten violators.
  std::vector<float> points = {0.0f, 0.0f};
  std::vector<int64_t> labels = {0, 0};
  for (int i = 1; i <= 20; ++i) {
    points.push_back(0.1f * static_cast<float>(i));
    labels.push_back(i);
  }
  ExpectUniform(at::tensor(points).unsqueeze(1), labels, 1.1, /*scans=*/true, 10, 3000);
}

TEST(RandomViolating, DrawsUniformlyFromTheFirstPart) {
  std::vector<float> points = {0.0f, 0.0f};
  std::vector<int64_t> labels = {0, 0};
  for (int i = 1; i <= 400; ++i) {  // one in ten violates: 128 hardly ever have none
    points.push_back(i % 10 == 0 ? 0.5f : 5.0f);
    labels.push_back(i);
  }
  ExpectUniform(at::tensor(points).unsqueeze(1), labels, 1.0, /*scans=*/false, 40, 8000);
}

TEST(RandomViolating, DrawsUniformlyFromLaterParts) {
  // Five violators of 3,000 images: a part of a thousand or more is the first that has any.
  at::Tensor x = at::full({3000, 1}, 100.0);
  std::vector<int64_t> labels(3000);
  for (size_t i = 0; i < labels.size(); ++i) labels[i] = i < 2 ? 0 : static_cast<int64_t>(i);
  x.narrow(0, 0, 2).zero_();
  for (const int64_t violator : {2, 127, 128, 1500, 2999}) x[violator] = 0.1;
  const auto miner = Make(R"({"margin": 1.0})");
  std::map<int64_t, int64_t> counts;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    ++counts[RunEpoch(*miner, x, labels, seed, 1).triplets.at(0).n];
  }
  ASSERT_EQ(counts.size(), 5u);
  double chi_square = 0;
  for (const auto& [n, count] : counts) {
    chi_square += std::pow(static_cast<double>(count) - 200.0, 2) / 200.0;
  }
  EXPECT_LT(chi_square, 4 + 5 * std::sqrt(8.0));  // as in ExpectUniform
}

TEST(RandomViolating, PairsOfACallDrawEachForItself) {
  // 38 images of one person, 703 pairs; half of all other images violate, which all share a part.
  at::Tensor x = at::full({2000, 1}, 100.0);
  std::vector<int64_t> labels(2000);
  for (size_t i = 0; i < labels.size(); ++i) labels[i] = i < 38 ? 0 : static_cast<int64_t>(i);
  x.narrow(0, 0, 1000).zero_();
  std::set<int64_t> negatives;
  for (const Triplet& t : RunEpoch(*Make("{}"), x, labels, 1, 703).triplets) negatives.insert(t.n);
  EXPECT_GT(negatives.size(), 40u);  // of about 61
}

TEST(RandomViolating, AsksForFewRowsAtOnceHoweverManyThereAre) {
  // Everybody far from everybody else: every pair is skipped, after a look at all images.
  const std::vector<int64_t> labels = LabelsOf(5000, 2);
  const at::Tensor person = at::tensor(labels, at::kFloat);
  const at::Tensor x = 3 * at::stack({at::floor(person / 125), person.remainder(125)}, 1);
  const Epoch epoch = RunEpoch(*Make("{}"), x, labels, 1, 64);
  EXPECT_EQ(epoch.num_skipped, 5000);
  EXPECT_LE(epoch.most_at_once, 8192);
  // Where few pairs have a violator, more are looked at together: three scans, not 5,000 / 64.
  EXPECT_LT(epoch.num_embedded, 5 * x.size(0));
}

// What goes on from the middle of an epoch counts on it.
TEST(RandomViolating, SeedAndPlaceAreAllThatACallRestsOn) {
  const std::vector<int64_t> labels = LabelsOf(150, 4);
  at::manual_seed(1);
  const at::Tensor x = at::randn({600, 3});
  const EmbedFunction embed = [&](const at::Tensor& rows) { return x.index_select(0, rows); };
  const EmbedFunction equal = [](const at::Tensor& rows) { return at::zeros({rows.numel(), 1}); };
  for (const int64_t calls : {1, 7, 60}) {
    const auto whole = Make("{}"), resumed = Make("{}");
    bool done = false;
    ASSERT_TRUE(whole->BeginEpoch(at::tensor(labels, at::kLong), 9).ok());
    int64_t passed = 0;
    for (int64_t i = 0; i < calls; ++i) {
      const auto tuples = whole->Next(10, embed, &done);
      passed += tuples->anchors.numel() + tuples->num_skipped;
    }
    // Equal embeddings violate any margin: a triplet a pair, in steps of another size.
    ASSERT_TRUE(resumed->BeginEpoch(at::tensor(labels, at::kLong), 9).ok());
    for (int64_t left = passed; left > 0;) {
      const auto tuples = resumed->Next(std::min<int64_t>(left, 13), equal, &done);
      ASSERT_EQ(tuples->num_skipped, 0);
      left -= tuples->anchors.numel();
    }
    const auto expected = whole->Next(10, embed, &done), found = resumed->Next(10, embed, &done);
    EXPECT_TRUE(at::equal(expected->anchors, found->anchors));
    EXPECT_TRUE(at::equal(expected->positives, found->positives));
    EXPECT_TRUE(at::equal(expected->negatives, found->negatives));
    EXPECT_EQ(expected->num_skipped, found->num_skipped);
    EXPECT_GT(found->anchors.numel(), 0);
  }
}

TEST(RandomViolating, SeedFixesTheEpoch) {
  const std::vector<int64_t> labels = LabelsOf(20, 4);
  at::manual_seed(1);
  const at::Tensor x = at::randn({80, 3});
  const auto order = [&](uint64_t seed) {
    std::vector<int64_t> flat;
    for (const Triplet& t : RunEpoch(*Make("{}"), x, labels, seed, 2).triplets) {
      flat.insert(flat.end(), {t.a, t.p, t.n});
    }
    return flat;
  };
  EXPECT_EQ(order(4), order(4));
  EXPECT_NE(order(4), order(5));
}

TEST(RandomViolating, OrderedPairsMakeAnEpochTwiceAsLong) {
  // Classes of 4, 1, 3 and 2 images: 6 + 0 + 3 + 1 pairs. All points are equal: all n violate.
  const std::vector<int64_t> labels = {0, 2, 0, 3, 1, 0, 2, 0, 3, 2};
  const at::Tensor x = at::zeros({10, 2});
  EXPECT_EQ(RunEpoch(*Make("{}"), x, labels, 1, 4).triplets.size(), 10u);
  EXPECT_EQ(RunEpoch(*Make(R"({"pairs": "unordered"})"), x, labels, 1, 4).triplets.size(), 10u);
  const Epoch epoch = RunEpoch(*Make(R"({"pairs": "ordered"})"), x, labels, 1, 4);
  EXPECT_EQ(epoch.triplets.size(), 20u);
  std::set<std::pair<int64_t, int64_t>> seen;
  for (const Triplet& t : epoch.triplets) {
    EXPECT_TRUE(seen.insert({t.a, t.p}).second) << t.a << " " << t.p << " came twice";
  }
  for (size_t a = 0; a < labels.size(); ++a) {
    for (size_t p = 0; p < labels.size(); ++p) {
      const bool is_pair = a != p && labels[a] == labels[p];
      EXPECT_EQ(seen.count({static_cast<int64_t>(a), static_cast<int64_t>(p)}), is_pair ? 1u : 0u);
    }
  }
}

TEST(RandomViolating, AnEpochWithoutPairsIsDoneAtOnce) {
  const Epoch epoch = RunEpoch(*Make("{}"), at::zeros({3, 2}), {0, 1, 2}, 1, 8);
  EXPECT_TRUE(epoch.triplets.empty());
  EXPECT_EQ(epoch.num_skipped, 0);
}

TEST(RandomViolating, DoesNotMineBatches) {
  EXPECT_FALSE(Make("{}")->Mine(at::zeros({1, 1}), at::zeros({1}, at::kLong), 0).ok());
}

}  // namespace
}  // namespace facet
