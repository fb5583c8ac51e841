// Against the same steps written out with matrices.
#include "plugins/curators/purity/ranking.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/local_descriptors/image_descriptors_testing.h"
#include "plugins/curators/local_descriptors/matrix_rows.h"

namespace facet {
namespace {

constexpr int kIdentities = 5, kOwn = 16, kDimension = 24;

// Every fifth row of an identity is of nobody; rows have unit length, as descriptors have.
cv::Mat Descriptors() {
  Random random(6);
  const cv::Mat people = RandomRows(&random, kIdentities, kDimension);
  cv::Mat rows = RandomRows(&random, kIdentities * kOwn, kDimension, 1.2);
  for (int i = 0; i < rows.rows; ++i) {
    if (i % 5 != 4) rows.row(i) += people.row(i / kOwn);
    NormaliseL2(rows.ptr<float>(i), kDimension);
  }
  return rows;
}

std::unique_ptr<RowStore> StoreOf(const cv::Mat& rows) {
  const std::string path = testing::TempDir() + "/purity_ranking.f32";
  std::filesystem::remove(path + ".journal");
  auto store = RowStore::Open(path, "test", rows.rows, rows.cols).value();
  EXPECT_TRUE(store->Append(rows).ok());
  return store;
}

std::vector<int64_t> Begins() {
  std::vector<int64_t> begins;
  for (int i = 0; i <= kIdentities; ++i) begins.push_back(i * kOwn);
  return begins;
}

PurityOptions Exact() {
  PurityOptions options;
  options.positives = 10;
  options.negatives = 0;
  options.folds = 3;
  options.strangers = 0.0;
  options.svm.gap = 1e-8;
  options.svm.max_epochs = 20000;
  return options;
}

std::vector<PurityScore> ScoresOf(const RowStore& store, const PurityOptions& options,
                                  int64_t identity) {
  return PurityRanking::Create(store, Begins(), options).value().Scores(identity).value();
}

// Scores of `rows` by an SVM of `positives` against the first ten of all others.
std::vector<float> NaiveScores(const cv::Mat& data, int identity, const std::vector<int>& positives,
                               const cv::Mat& rows, const PurityOptions& options) {
  cv::Mat samples;
  std::vector<bool> is_positive;
  for (const int row : positives) {
    samples.push_back(data.row(row));
    is_positive.push_back(true);
  }
  for (int row = 0; row < data.rows; ++row) {
    if (row / kOwn == identity || row % kOwn >= 10) continue;
    samples.push_back(data.row(row));
    is_positive.push_back(false);
  }
  return Scores(TrainLinearSvm(samples, is_positive, options.svm).value(), rows);
}

std::vector<float> NaiveCrossFitted(const cv::Mat& data, int identity,
                                    const std::vector<int>& positives,
                                    const PurityOptions& options) {
  const cv::Mat own = data.rowRange(identity * kOwn, (identity + 1) * kOwn);
  std::vector<float> scores = NaiveScores(data, identity, positives, own, options);
  for (size_t fold = 0; fold < 3; ++fold) {
    std::vector<int> rest;
    for (size_t i = 0; i < positives.size(); ++i) {
      if (i % 3 != fold) rest.push_back(positives[i]);
    }
    const std::vector<float> others = NaiveScores(data, identity, rest, own, options);
    for (size_t i = fold; i < positives.size(); i += 3) {
      const auto place = static_cast<size_t>(positives[i] - identity * kOwn);
      scores[place] = others[place];
    }
  }
  return scores;
}

TEST(PurityRanking, IsThatOfTheStepsWrittenOut) {
  const cv::Mat data = Descriptors();
  const auto store = StoreOf(data);
  for (int identity = 0; identity < kIdentities; ++identity) {
    PurityOptions options = Exact();
    options.refinements = 0;
    std::vector<int> positives(10);
    std::iota(positives.begin(), positives.end(), identity * kOwn);
    const std::vector<float> expected = NaiveCrossFitted(data, identity, positives, options);
    const std::vector<PurityScore> scores = ScoresOf(*store, options, identity);
    ASSERT_EQ(scores.size(), expected.size());
    // Both solutions are within 1e-8 of the minimum of an objective that is strongly convex with
    // 1 / (C n) = 0.007: |w - w*|^2 <= 2 2e-8 / 0.007.
    for (size_t i = 0; i < kOwn; ++i) EXPECT_NEAR(scores[i].score, expected[i], 5e-3);

    options.refinements = 1;
    options.left_out = 0.3;
    std::sort(positives.begin(), positives.end(), [&](int a, int b) {
      return expected[static_cast<size_t>(a - identity * kOwn)] >
             expected[static_cast<size_t>(b - identity * kOwn)];
    });
    positives.resize(7);
    std::sort(positives.begin(), positives.end());
    const std::vector<float> refined = NaiveCrossFitted(data, identity, positives, options);
    const std::vector<PurityScore> again = ScoresOf(*store, options, identity);
    for (size_t i = 0; i < kOwn; ++i) EXPECT_NEAR(again[i].score, refined[i], 5e-3);
  }
}

TEST(PurityRanking, HardNegativesStandForAll) {
  const auto store = StoreOf(Descriptors());
  PurityOptions options = Exact();
  options.folds = 0;
  const std::vector<PurityScore> all = ScoresOf(*store, options, 2);
  options.negatives = 25;  // of 40
  const std::vector<PurityScore> hard = ScoresOf(*store, options, 2);
  // Those left out do not violate the margin of an SVM close to the last one: they would hardly
  // move it.
  for (size_t i = 0; i < kOwn; ++i) EXPECT_NEAR(hard[i].score, all[i].score, 0.3) << i;
}

TEST(PurityRanking, CountsStrangersThatScoreAsHigh) {
  const auto store = StoreOf(Descriptors());
  PurityOptions options = Exact();
  options.folds = 0;
  options.strangers = 0.2;  // one of five identities; two, then: each has another one
  for (int identity = 0; identity < kIdentities; ++identity) {
    std::vector<PurityScore> scores = ScoresOf(*store, options, identity);
    std::sort(scores.begin(), scores.end(),
              [](const auto& a, const auto& b) { return a.score < b.score; });
    for (size_t i = 0; i < kOwn; ++i) {
      const double count = scores[i].strangers * 20.0;  // the first ten of one or of both
      EXPECT_NEAR(count, std::round(count), 1e-5);
      if (i > 0) {
        EXPECT_LE(scores[i].strangers, scores[i - 1].strangers);
      }
    }
  }
}

TEST(PurityRanking, StrangersAreTwoAtLeastOrNone) {
  EXPECT_EQ(PurityRanking::NumStrangers(1000, 0.1), 100);
  EXPECT_EQ(PurityRanking::NumStrangers(11, 0.1), 2);
  EXPECT_EQ(PurityRanking::NumStrangers(10, 0.1), 2);
  EXPECT_EQ(PurityRanking::NumStrangers(4, 0.1), 2);
  EXPECT_EQ(PurityRanking::NumStrangers(3, 0.1), 0);
  EXPECT_EQ(PurityRanking::NumStrangers(4, 0.9), 2);
  EXPECT_EQ(PurityRanking::NumStrangers(1000, 0), 0);
}

// Of a person who is a stranger to all others, too.
TEST(PurityRanking, EverybodysBestFaceBeatsTheStrangers) {
  const auto store = StoreOf(Descriptors());
  PurityOptions options = Exact();
  options.strangers = 0.1;
  for (int identity = 0; identity < kIdentities; ++identity) {
    const std::vector<PurityScore> scores = ScoresOf(*store, options, identity);
    const auto best = std::max_element(
        scores.begin(), scores.end(),
        [](const PurityScore& a, const PurityScore& b) { return a.score < b.score; });
    EXPECT_LT(best->strangers, 0.05F) << identity;
  }
}

TEST(PurityRanking, SameBitsOnAnyThread) {
  const auto store = StoreOf(Descriptors());
  PurityOptions options;
  options.positives = 10;
  options.negatives = 20;
  const PurityRanking ranking = PurityRanking::Create(*store, Begins(), options).value();
  std::vector<std::vector<PurityScore>> at_once(kIdentities);
  std::vector<std::thread> threads;
  for (int i = 0; i < kIdentities; ++i) {
    threads.emplace_back([&, i] { at_once[static_cast<size_t>(i)] = ranking.Scores(i).value(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < kIdentities; ++i) {
    const std::vector<PurityScore> alone = ScoresOf(*store, options, i);
    for (size_t k = 0; k < alone.size(); ++k) {
      EXPECT_EQ(alone[k].score, at_once[static_cast<size_t>(i)][k].score);
      EXPECT_EQ(alone[k].strangers, at_once[static_cast<size_t>(i)][k].strangers);
    }
  }
}

TEST(PurityRanking, NamesWhatIsWrong) {
  const auto store = StoreOf(Descriptors());
  const auto one = PurityRanking::Create(*store, {0, kIdentities * kOwn}, Exact()).status();
  EXPECT_THAT(std::string(one.message()), testing::HasSubstr("at least two identities"));
  PurityOptions options = Exact();
  options.left_out = 1.0;
  const auto status = PurityRanking::Create(*store, Begins(), options).status();
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("left_out = 1"));
}

}  // namespace
}  // namespace facet
