#include "plugins/curators/duplicates/vlad.h"

#include <vl/vlad.h>

#include <cmath>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/local_descriptors/image_descriptors_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

int NaiveNearest(const cv::Mat& words, const cv::Mat& descriptor) {
  int best = 0;
  double best_square = 1e300;
  for (int k = 0; k < words.rows; ++k) {
    const double square = cv::norm(words.row(k), descriptor, cv::NORM_L2SQR);
    if (square < best_square) {
      best_square = square;
      best = k;
    }
  }
  return best;
}

TEST(Vlad, EqualsNaiveLoops) {
  Random random(2);
  const cv::Mat words = RandomRows(&random, 5, 7), data = RandomRows(&random, 1500, 7);
  std::vector<std::vector<double>> sums(5, std::vector<double>(7, 0.0));
  for (int i = 0; i < data.rows; ++i) {
    const int k = NaiveNearest(words, data.row(i));
    for (int d = 0; d < 7; ++d) {
      sums[static_cast<size_t>(k)][static_cast<size_t>(d)] +=
          static_cast<double>(data.at<float>(i, d)) - words.at<float>(k, d);
    }
  }
  const cv::Mat vlad = EncodeVlad(words, data).value();
  ASSERT_EQ(vlad.size(), cv::Size(35, 1));
  for (int k = 0; k < 5; ++k) {
    double square = 0.0;  // of the roots: the sum of magnitudes
    for (const double z : sums[static_cast<size_t>(k)]) square += std::abs(z);
    for (int d = 0; d < 7; ++d) {
      const double z = sums[static_cast<size_t>(k)][static_cast<size_t>(d)];
      const double expected = std::copysign(std::sqrt(std::abs(z) / square / 5), z);
      // float32 sums of 300 terms, and the root near 0.
      EXPECT_NEAR(vlad.at<float>(7 * k + d), expected, 1e-4) << k << " " << d;
    }
  }
}

TEST(Vlad, EqualsVlfeats) {
  Random random(3);
  constexpr int kWords = 64, kDimension = 66, kRows = 3000;
  const cv::Mat data = RandomRows(&random, kRows, kDimension);
  ClusteringOptions options;
  options.count = kWords;
  options.word_iterations = 5;
  // From other rows: sums over a word's own rows are 0 but for rounding, which its norm magnifies.
  const cv::Mat words = TrainWords(RandomRows(&random, kRows, kDimension), options).value();
  cv::Mat assignments = cv::Mat::zeros(kRows, kWords, CV_32FC1);
  for (int i = 0; i < kRows; ++i) {
    assignments.at<float>(i, NaiveNearest(words, data.row(i))) = 1.0F;
  }
  cv::Mat expected(1, kWords * kDimension, CV_32FC1);
  vl_vlad_encode(expected.ptr(), VL_TYPE_FLOAT, words.ptr(), kDimension, kWords, data.ptr(), kRows,
                 assignments.ptr(), VL_VLAD_FLAG_SQUARE_ROOT | VL_VLAD_FLAG_NORMALIZE_COMPONENTS);
  const double difference = cv::norm(EncodeVlad(words, data).value(), expected, cv::NORM_INF);
  RecordProperty("max_difference", absl::StrCat(difference));
  // A sum near 0 is a difference of float32 sums in VLFeat (x, and the word times their number):
  // 1e-6 of them, of which the root is 1e-3 of a norm of sqrt(64 * 66), hence 1e-5 and above.
  EXPECT_LT(difference, 2e-4);
}

TEST(Vlad, WordsWithoutDescriptorsStayZeroAndTheFirstOfEqualWordsIsTaken) {
  const cv::Mat words = (cv::Mat_<float>(3, 2) << 1, 0, 1, 0, 50, 50);
  const cv::Mat data = (cv::Mat_<float>(2, 2) << 2, 0, 1, 1);
  const cv::Mat vlad = EncodeVlad(words, data).value();
  const float half = std::sqrt(0.5F);
  const cv::Mat expected = (cv::Mat_<float>(1, 6) << half, half, 0, 0, 0, 0);
  EXPECT_LT(cv::norm(vlad, expected, cv::NORM_INF), 1e-6);  // float32
}

TEST(Vlad, ThreadsDoNotChangeBits) {
  Random random(4);
  const cv::Mat data = RandomRows(&random, 1500, 40);
  ClusteringOptions options;
  options.count = 64;
  options.word_iterations = 3;
  const std::vector<cv::Mat> made =
      MadeWithThreads([&] { return EncodeVlad(TrainWords(data, options).value(), data).value(); });
  for (const cv::Mat& one : made) EXPECT_TRUE(SameBits(one, made[0]));
  options.seed = 2;
  EXPECT_FALSE(SameBits(EncodeVlad(TrainWords(data, options).value(), data).value(), made[0]));
}

TEST(Vlad, RefusesWrongShapes) {
  Random random(5);
  const cv::Mat words = RandomRows(&random, 4, 6);
  const auto words_of = [](const absl::StatusOr<cv::Mat>& made) {
    return std::string(made.status().message());
  };
  EXPECT_THAT(words_of(EncodeVlad(words, RandomRows(&random, 3, 5))), HasSubstr("6 columns"));
  EXPECT_THAT(words_of(EncodeVlad(cv::Mat(), RandomRows(&random, 3, 5))), HasSubstr("the words"));
  ClusteringOptions options;
  options.count = 10;
  EXPECT_THAT(words_of(TrainWords(words, options)), HasSubstr("at least 10 rows"));
}

}  // namespace
}  // namespace facet
