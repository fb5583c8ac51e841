#include "plugins/curators/duplicates/vlad_vocabulary.h"

#include <filesystem>
#include <fstream>

#include "core/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// Non-negative rows of unit length, as RootSIFT is, with variances that differ by axis.
cv::Mat RootSift(int count, uint64_t seed) {
  Random random(seed);
  cv::Mat rows(count, 128, CV_32F);
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j < 128; ++j) {
      rows.at<float>(i, j) = static_cast<float>(std::abs(random.Normal()) / (1 + j % 7));
    }
    rows.row(i) /= cv::norm(rows.row(i));
  }
  return rows;
}

VladVocabularyOptions Small() {
  VladVocabularyOptions options;
  options.pca_dimension = 12;
  options.num_words = 8;
  return options;
}

TEST(VladVocabulary, ProjectsToUnitLengthAlongOrthogonalAxes) {
  const cv::Mat sift = RootSift(2000, 1);
  const VladVocabulary vocabulary = TrainVladVocabulary(sift, Small()).value();
  EXPECT_EQ(vocabulary.words.rows, 8);
  const cv::Mat projected = Project(vocabulary, sift);
  for (int i = 0; i < projected.rows; i += 97) EXPECT_NEAR(cv::norm(projected.row(i)), 1, 1e-5);
  for (int i = 0; i < 12; ++i) {
    for (int j = 0; j < i; ++j) {
      const double cosine = vocabulary.basis.row(i).dot(vocabulary.basis.row(j)) /
                            (cv::norm(vocabulary.basis.row(i)) * cv::norm(vocabulary.basis.row(j)));
      EXPECT_NEAR(cosine, 0, 1e-4) << i << " " << j;
    }
  }
}

// Before their length is made 1, the training rows have covariance v_i / (v_i + v_1 / 100) along
// axis i: the identity but for the regularisation, and 1 / 1.01 along the first. As a row of the
// basis has the squared length 1 / (v_i + v_1 / 100), that is 1 - (v_1 / 100) |row|^2.
TEST(VladVocabulary, WhitensTheTrainingRows) {
  const cv::Mat sift = RootSift(2000, 1);
  const VladVocabulary vocabulary = TrainVladVocabulary(sift, Small()).value();
  constexpr int kAxes = 12;
  cv::Mat along(sift.rows, kAxes, CV_64F, cv::Scalar(0));
  for (int n = 0; n < sift.rows; ++n) {
    for (int i = 0; i < kAxes; ++i) {
      for (int j = 0; j < 128; ++j) {
        along.at<double>(n, i) +=
            (static_cast<double>(sift.at<float>(n, j)) - vocabulary.mean.at<float>(0, j)) *
            vocabulary.basis.at<float>(i, j);
      }
    }
  }
  const double first = cv::norm(vocabulary.basis.row(0));
  const double ridge = 0.01 / (1.01 * first * first);
  for (int i = 0; i < kAxes; ++i) {
    const double length = cv::norm(vocabulary.basis.row(i));
    for (int j = 0; j < kAxes; ++j) {
      double covariance = 0;
      for (int n = 0; n < sift.rows; ++n) {
        covariance += along.at<double>(n, i) * along.at<double>(n, j);
      }
      covariance /= sift.rows;
      // 1 / N or 1 / (N - 1): 5e-4.
      EXPECT_NEAR(covariance, i == j ? 1 - ridge * length * length : 0, 1e-3) << i << " " << j;
    }
  }
}

TEST(VladVocabulary, AFileGivesTheSameBits) {
  const VladVocabulary vocabulary = TrainVladVocabulary(RootSift(500, 2), Small()).value();
  const std::string path = testing::TempDir() + "/words.yml";
  ASSERT_TRUE(WriteVladVocabulary(vocabulary, path).ok());
  const auto read = ReadVladVocabulary(path);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(DigestOf(*read), DigestOf(vocabulary));
  const cv::Mat sift = RootSift(10, 3);
  EXPECT_EQ(cv::norm(Project(*read, sift), Project(vocabulary, sift), cv::NORM_INF), 0);
}

TEST(VladVocabulary, DamageAndWrongInputsAreTold) {
  const std::string path = testing::TempDir() + "/damaged.yml";
  std::ofstream(path) << "%YAML:1.0\n---\nmean: 3\n";
  EXPECT_EQ(ReadVladVocabulary(path).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(ReadVladVocabulary(path).status().message()), HasSubstr(path));
  EXPECT_EQ(ReadVladVocabulary(path + ".none").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(TrainVladVocabulary(RootSift(3, 1), Small()).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(TrainVladVocabulary(cv::Mat(500, 64, CV_32F), Small()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace facet
