// Weights against their definition and the textbook; too few people.
#include "plugins/evaluators/person_bootstrap.h"

#include <cmath>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "gtest/gtest.h"
#include "plugins/evaluators/resampling.h"

namespace facet {
namespace {

TEST(PersonBootstrapTest, WeightsAreProductsOfThePeoplesCopies) {
  // Person 0 paired with itself shows its own copies; the pairs' weights follow from those.
  const PeopleOfPairs people = {
      {{0, 0, true}, {1, 1, true}, {2, 2, true}, {0, 1, false}, {1, 2, false}}, 3};
  int draws = 0;
  ASSERT_TRUE(BootstrapPeople(people, 200, 1, [&](const std::vector<double>& weights) {
                ++draws;
                EXPECT_EQ(weights[0] + weights[1] + weights[2], 3.0);
                EXPECT_EQ(weights[3], weights[0] * weights[1]);
                EXPECT_EQ(weights[4], weights[1] * weights[2]);
                EXPECT_GT(weights[3] + weights[4], 0.0);
              }).ok());
  EXPECT_EQ(draws, 200);
}

TEST(PersonBootstrapTest, EqualSeedsGiveEqualDraws) {
  const PeopleOfPairs people = {{{0, 0, true}, {1, 2, false}, {3, 0, false}, {2, 2, true}}, 4};
  std::vector<std::vector<double>> runs[3];
  const uint64_t seeds[3] = {5, 5, 6};
  for (int run = 0; run < 3; ++run) {
    ASSERT_TRUE(BootstrapPeople(people, 50, seeds[run], [&](const std::vector<double>& weights) {
                  runs[run].push_back(weights);
                }).ok());
  }
  EXPECT_EQ(runs[0], runs[1]);
  EXPECT_NE(runs[0], runs[2]);
}

TEST(PersonBootstrapTest, TooFewPeopleIsAnError) {
  // Two people of whom a draw of two would need both, and a third role for the genuine pair.
  const PeopleOfPairs people = {{{0, 0, true}}, 1};
  const absl::Status status = BootstrapPeople(people, 100, 1, [](const std::vector<double>&) {});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(std::string(status.message()).find("needs more of them"), std::string::npos);
}

// For independent pairs (everybody occurs once) the bootstrap is the ordinary one: the standard
// error of a mean of n values is their deviation / sqrt(n).
TEST(PersonBootstrapTest, AgreesWithTheTextbookErrorForIndependentPairs) {
  PeopleOfPairs people;
  std::vector<double> values;
  Random random(3);
  for (int64_t i = 0; i < 200; ++i) {
    people.pairs.push_back({i, i, true});
    values.push_back(random.Normal());
  }
  people.pairs.push_back({0, 1, false});
  for (int64_t i = 0; i + 1 < 200; ++i) people.pairs.push_back({i, i + 1, false});
  people.num_people = 200;
  std::vector<double> means;
  ASSERT_TRUE(BootstrapPeople(people, 2000, 9, [&](const std::vector<double>& weights) {
                double sum = 0, total = 0;
                for (size_t i = 0; i < values.size(); ++i) {
                  sum += weights[i] * values[i];
                  total += weights[i];
                }
                means.push_back(sum / total);
              }).ok());
  // 2000 draws estimate a deviation to 1 / sqrt(4000) = 1.6 %; four times that, and 1 % for ddof.
  const double expected = StandardDeviation(values) / std::sqrt(200.0);
  EXPECT_NEAR(StandardDeviation(means) / expected, 1.0, 0.075);
}

}  // namespace
}  // namespace facet
