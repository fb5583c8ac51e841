// Against the index sets of pytorch-metric-learning's test of its BatchEasyHardMiner (scalars 0 ..
// 8; where it allows several, one of them), and against loops.
#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/miners/miner_testing.h"

namespace facet {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAreArray;

std::string Json(const std::string& positive, const std::string& negative,
                 const std::string& more = "") {
  return "{\"positive\": \"" + positive + "\", \"negative\": \"" + negative + "\"" + more + "}";
}

const std::vector<int64_t> kLabels = {0, 0, 1, 1, 0, 2, 1, 1, 1};
at::Tensor Scalars() { return at::arange(9, at::kFloat).unsqueeze(1); }

// Of equally far images the first is taken: 6 before 8 as positive of 7, 0 before 4 as negative of
// 2, and so on.
struct Published {
  std::string positive, negative, more;
  std::vector<int64_t> a, p, n;
};

TEST(BatchEasyHard, SelectsAsPublished) {
  const std::vector<int64_t> all = {0, 1, 2, 3, 4, 6, 7, 8}, nearest = {1, 0, 3, 2, 1, 7, 6, 7},
                             farthest = {4, 4, 8, 8, 0, 2, 2, 2};
  const std::vector<Published> examples = {
      {"semihard", "hard", "", {0, 7, 8}, {1, 6, 6}, {2, 5, 5}},
      {"hard", "semihard", "", {0, 1, 6, 7, 8}, {4, 4, 2, 2, 2}, {5, 5, 1, 1, 1}},
      {"easy", "semihard", "", all, nearest, {2, 3, 0, 1, 8, 4, 5, 5}},
      {"hard", "hard", "", all, farthest, {2, 2, 1, 4, 3, 5, 5, 5}},
      {"easy", "hard", "", all, nearest, {2, 2, 1, 4, 3, 5, 5, 5}},
      {"hard", "easy", "", all, farthest, {8, 8, 5, 0, 8, 0, 0, 0}},
      {"easy", "easy", "", all, nearest, {8, 8, 5, 0, 8, 0, 0, 0}},
      {"easy",
       "easy",
       R"(, "positive_range": [1, 7], "negative_range": [1, 7])",
       all,
       nearest,
       {7, 8, 5, 0, 8, 0, 0, 1}},
  };
  for (const Published& example : examples) {
    SCOPED_TRACE(Json(example.positive, example.negative, example.more));
    std::vector<TripletIndices> expected;
    for (size_t i = 0; i < example.a.size(); ++i) {
      expected.push_back({example.a[i], example.p[i], example.n[i]});
    }
    const Mined mined =
        Mine(Json(example.positive, example.negative, example.more), Scalars(), kLabels);
    EXPECT_EQ(mined.triplets, expected);
    EXPECT_EQ(mined.num_skipped, 9 - static_cast<int64_t>(example.a.size()));
  }
}

// The published result is pairs; these are the triplets that they combine to.
TEST(BatchEasyHard, AllCombinesEveryOneOfASide) {
  const std::map<int64_t, int64_t> nearest = {{0, 1}, {1, 0}, {2, 3}, {3, 2},
                                              {4, 1}, {6, 7}, {7, 6}, {8, 7}};
  const std::vector<int64_t> farthest_negative = {8, 8, 5, 0, 8, 0, 0, 0, 0};
  std::vector<TripletIndices> easy_all, all_easy, all_all;
  for (int64_t a = 0; a < 9; ++a) {
    for (int64_t p = 0; p < 9; ++p) {
      for (int64_t n = 0; n < 9; ++n) {
        const auto label = [](int64_t i) { return kLabels[static_cast<size_t>(i)]; };
        if (a == p || label(a) != label(p) || label(a) == label(n)) continue;
        all_all.push_back({a, p, n});
        if (p == nearest.at(a)) easy_all.push_back({a, p, n});
        if (n == farthest_negative[static_cast<size_t>(a)]) all_easy.push_back({a, p, n});
      }
    }
  }
  EXPECT_EQ(Mine(Json("easy", "all"), Scalars(), kLabels).triplets, easy_all);
  EXPECT_EQ(Mine(Json("all", "easy"), Scalars(), kLabels).triplets, all_easy);
  EXPECT_EQ(Mine(Json("all", "all"), Scalars(), kLabels).triplets, all_all);
}

// The positive or negative of a with the least sign * d among those whose distance passes; or -1.
template <class Passes>
int64_t Pick(const NaiveDistances& d, size_t a, bool positives, int sign, const Passes& passes) {
  int64_t best = -1;
  double least = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < 30; ++i) {
    if (i == a || (kRandomLabels[i] == kRandomLabels[a]) != positives || !passes(d(a, i)) ||
        sign * d(a, i) >= least) {
      continue;
    }
    least = sign * d(a, i);
    best = static_cast<int64_t>(i);
  }
  return best;
}

TEST(BatchEasyHard, AgreesWithLoops) {
  const auto any = [](double) { return true; };
  for (const DistanceCase& c : DistanceCases()) {
    const NaiveDistances d(c.Points(), c.distance, c.normalize);
    for (const std::string positive : {"easy", "hard", "semihard"}) {
      for (const std::string negative : {"easy", "hard", "semihard"}) {
        if (positive == "semihard" && negative == "semihard") continue;
        SCOPED_TRACE(Json(positive, negative, ", " + c.Json()));
        std::vector<TripletIndices> expected;
        for (size_t a = 0; a < 30; ++a) {
          int64_t p = -1, n = -1;
          if (positive != "semihard") p = Pick(d, a, true, positive == "easy" ? 1 : -1, any);
          if (negative != "semihard") n = Pick(d, a, false, negative == "easy" ? -1 : 1, any);
          if (positive == "semihard" && n >= 0) {
            p = Pick(d, a, true, -1, [&](double x) { return x < d(a, static_cast<size_t>(n)); });
          }
          if (negative == "semihard" && p >= 0) {
            n = Pick(d, a, false, 1, [&](double x) { return x > d(a, static_cast<size_t>(p)); });
          }
          if (p >= 0 && n >= 0) expected.push_back({static_cast<int64_t>(a), p, n});
        }
        const Mined mined =
            Mine(Json(positive, negative, ", " + c.Json()), c.Points(), kRandomLabels);
        EXPECT_EQ(mined.triplets, expected);
      }
    }
  }
}

TEST(BatchEasyHard, RefusesWhatFixesNeitherSide) {
  for (const auto& [positive, negative] : std::vector<std::pair<std::string, std::string>>{
           {"semihard", "semihard"}, {"semihard", "all"}, {"all", "semihard"}}) {
    const auto made = MakeComponent<Miner>(Json(positive, negative));
    EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(made.status().message()),
                HasSubstr("with one side semihard, the other is easy or hard"));
  }
  for (const std::string range : {"[1]", "[2, 1]", "[1, 2, 3]"}) {
    const auto made = MakeComponent<Miner>("{\"negative_range\": " + range + "}");
    EXPECT_THAT(std::string(made.status().message()), HasSubstr("negative_range"));
  }
}

TEST(BatchEasyHard, SurvivesEveryBatch) {
  ExpectSurvives("{}");
  ExpectSurvives(Json("semihard", "hard"));
  ExpectSurvives(Json("all", "easy"));
}
TEST(BatchEasyHard, DrawsNothing) { ExpectSeeds("{}", false); }
TEST(BatchEasyHard, MinesForAnchors) {
  ExpectMinesForAnchors("{}");
  ExpectMinesForAnchors(Json("semihard", "hard"));
  ExpectMinesForAnchors(Json("all", "easy"));
}

}  // namespace
}  // namespace facet
