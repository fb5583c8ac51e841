// Draws against the random stream that fixes them; spreads against known answers.
#include "plugins/evaluators/resampling.h"

#include <numeric>
#include <vector>

#include "core/base/random.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using Draws = std::vector<std::vector<double>>;

Draws DrawsOf(int64_t num_units, int64_t num_draws, uint64_t seed) {
  Draws draws;
  const absl::Status status = Resample({"people", num_units, num_draws, seed}, "anything",
                                       [&](const std::vector<double>& copies) {
                                         draws.push_back(copies);
                                         return true;
                                       });
  EXPECT_TRUE(status.ok()) << status;
  return draws;
}

TEST(Resample, DrawsAsManyUnitsAsThereAreWithReplacement) {
  std::vector<double> sums(5, 0.0);
  for (const std::vector<double>& copies : DrawsOf(5, 2000, 7)) {
    EXPECT_EQ(std::accumulate(copies.begin(), copies.end(), 0.0), 5.0);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += copies[i];
  }
  // Each comes once a draw on average; its variance is 1 - 1/5, five deviations of the mean.
  for (const double sum : sums) EXPECT_NEAR(sum / 2000, 1.0, 0.1);
}

// Standard errors that were published with these draws stay what they are.
TEST(Resample, TheSeedFixesTheDraws) {
  const Draws draws = DrawsOf(4, 3, 1);
  EXPECT_EQ(draws, DrawsOf(4, 3, 1));
  EXPECT_NE(draws, DrawsOf(4, 3, 2));
  Random random(1);
  for (const std::vector<double>& copies : draws) {
    std::vector<double> expected(4, 0.0);
    for (int i = 0; i < 4; ++i) expected[random.Index(4)] += 1.0;
    EXPECT_EQ(copies, expected);
  }
}

TEST(Resample, ADrawThatSaysNothingIsReplaced) {
  int64_t tried = 0, used = 0;
  const absl::Status status =
      Resample({"images", 3, 50, 9}, "a first image", [&](const std::vector<double>& copies) {
        ++tried;
        used += copies[0] > 0;
        return copies[0] > 0;
      });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(used, 50);
  EXPECT_GT(tried, used);
}

TEST(Resample, TooFewUnitsAreAnError) {
  const absl::Status status = Resample({"images", 3, 20, 9}, "a fourth image",
                                       [](const std::vector<double>&) { return false; });
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(),
            "the bootstrap over images needs more of them: of 200 draws of 3 images only 0 had a "
            "fourth image");
}

TEST(Resample, SaysHowAnErrorWasMade) {
  EXPECT_EQ(TextOf({"people", 12, 1000, 1}), "bootstrap over 12 people, 1000 draws");
}

// The ten fold accuracies and their figures: computed from LFW's definitions.
// Of a mean it is the standard error of the mean.
TEST(JackknifeTest, OfAMeanItIsTheMeansError) {
  const std::vector<double> x = {3, 1, 4, 1, 5, 9};
  const double sum = std::accumulate(x.begin(), x.end(), 0.0);
  std::vector<double> without_each;
  for (const double value : x) without_each.push_back((sum - value) / 5.0);
  EXPECT_NEAR(JackknifeError(without_each), MeanWithError(x).standard_error, 1e-12);
}

TEST(MeanWithErrorTest, AgreesWithKnownAnswer) {
  const std::vector<double> p = {.985, .99, .9883, .9917, .9867, .99, .9883, .9933, .99, .9917};
  EXPECT_NEAR(MeanWithError(p).mean, .9895, 1e-12);
  EXPECT_NEAR(StandardDeviation(p), .00249087, 5e-9);
  EXPECT_NEAR(MeanWithError(p).standard_error, .00078768, 5e-9);
}

}  // namespace
}  // namespace facet
