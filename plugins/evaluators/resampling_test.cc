// Draws against the random stream that fixes them; spreads against known answers.
#include "plugins/evaluators/resampling.h"

#include <numeric>
#include <optional>
#include <vector>

#include "core/base/random.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using AllDraws = std::vector<std::vector<double>>;

AllDraws DrawsOf(int64_t num_units, int64_t num_draws, uint64_t seed) {
  AllDraws draws;
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
  const AllDraws draws = DrawsOf(4, 3, 1);
  EXPECT_EQ(draws, DrawsOf(4, 3, 1));
  EXPECT_NE(draws, DrawsOf(4, 3, 2));
  Random random(1);
  for (const std::vector<double>& copies : draws) {
    std::vector<double> expected(4, 0.0);
    for (int i = 0; i < 4; ++i) expected[random.Index(4)] += 1.0;
    EXPECT_EQ(copies, expected);
  }
}

// Random::Index() divides; this does not.
TEST(Draws, AreThoseOfRandomIndexForAnyNumberOfUnits) {
  for (const int64_t num_units : {1, 2, 3, 7, 64, 1000, 4099}) {
    Draws draws({"people", num_units, 1, 5});
    Random random(5);
    const auto size = static_cast<size_t>(num_units);
    for (int draw = 0; draw < 20; ++draw) {
      std::vector<double> copies(size), expected(size);
      draws.Next(copies.data());
      for (size_t i = 0; i < size; ++i) expected[random.Index(size)] += 1.0;
      EXPECT_EQ(copies, expected) << num_units;
    }
  }
}

TEST(ResampleTogether, GivesWhatResampleUsesWhateverTheThreadsAndGroups) {
  const Resampling resampling = {"images", 5, 700, 9};
  const auto says = [](const double* copies) { return copies[0] > 0 && copies[1] < 3; };
  AllDraws expected;
  ASSERT_TRUE(Resample(resampling, "anything", [&](const std::vector<double>& copies) {
                if (!says(copies.data())) return false;
                expected.push_back(copies);
                return true;
              }).ok());
  for (const int threads : {1, 3}) {
    for (const int64_t together : {1, 16}) {
      const auto draws = ResampleTogether<std::vector<double>>(
          resampling, "anything", threads, together, [&](const std::vector<const double*>& all) {
            std::vector<std::optional<std::vector<double>>> results;
            for (const double* const copies : all) {
              results.emplace_back();
              if (says(copies)) results.back().emplace(copies, copies + 5);
            }
            return results;
          });
      ASSERT_TRUE(draws.ok()) << draws.status();
      EXPECT_EQ(*draws, expected);
    }
  }
  const auto none = ResampleTogether<int>(resampling, "a sixth image", 2, 16,
                                          [](const std::vector<const double*>& all) {
                                            return std::vector<std::optional<int>>(all.size());
                                          });
  EXPECT_EQ(none.status().message(),
            "the bootstrap over images needs more of them: of 7000 draws of 5 images only 0 had a "
            "sixth image");
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
