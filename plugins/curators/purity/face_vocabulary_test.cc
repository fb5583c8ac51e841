#include "plugins/curators/purity/face_vocabulary.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include "core/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/local_descriptors/image_descriptors_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

FaceVocabularyOptions SmallVocabulary() {
  FaceVocabularyOptions options;
  options.num_modes = 8;
  options.mixture_iterations = 4;
  return options;
}

const LocalDescriptors& Samples() {
  static const auto* const samples =
      new LocalDescriptors(DenseSift(GreyFace(1, 64, 64), DenseSiftOptions()).value());
  return *samples;
}

const FaceVocabulary& Trained() {
  static const auto* const vocabulary =
      new FaceVocabulary(TrainFaceVocabulary(Samples(), SmallVocabulary()).value());
  return *vocabulary;
}

cv::Mat AllNumbers(const FaceVocabulary& vocabulary) {
  cv::Mat all;
  for (const cv::Mat& one : {vocabulary.mean, vocabulary.basis, vocabulary.mixture.priors,
                             vocabulary.mixture.means, vocabulary.mixture.variances}) {
    all.push_back(one.reshape(1, static_cast<int>(one.total())));
  }
  return all;
}

TEST(FaceVocabulary, ProjectsOntoThePrincipalComponentsOfOpenCv) {
  const FaceVocabulary& vocabulary = Trained();
  cv::Mat rows;
  Samples().sift.convertTo(rows, CV_64F);
  const cv::PCA expected(rows, cv::noArray(), cv::PCA::DATA_AS_ROW, 64);
  ASSERT_EQ(vocabulary.basis.size(), cv::Size(kSiftSize, 64));
  for (int i = 0; i < 20; ++i) {  // further ones have variances too alike to compare
    cv::Mat basis;
    vocabulary.basis.row(i).convertTo(basis, CV_64F);
    // Known up to the sign; both are rounded eigenvectors of variances that differ by percents.
    EXPECT_NEAR(std::abs(basis.dot(expected.eigenvectors.row(i))), 1.0, 1e-5) << i;
    double low = 0.0, high = 0.0;
    cv::minMaxLoc(basis, &low, &high);
    EXPECT_GE(high, -low) << i;
  }
}

TEST(FaceVocabulary, ProjectionIsUncorrelatedFallsInVarianceAndKeepsPositions) {
  const cv::Mat rows = Project(Trained(), Samples());
  ASSERT_EQ(rows.size(), cv::Size(66, Samples().sift.rows));
  EXPECT_EQ(cv::norm(rows.colRange(64, 66), Samples().positions, cv::NORM_INF), 0.0);
  cv::Mat covariance, mean;
  cv::calcCovarMatrix(rows.colRange(0, 64).clone(), covariance, mean,
                      cv::COVAR_NORMAL | cv::COVAR_ROWS | cv::COVAR_SCALE, CV_64F);
  EXPECT_LT(cv::norm(mean, cv::NORM_INF), 1e-5);  // float32 projections of size 1
  for (int i = 0; i < 64; ++i) {
    if (i > 0) {
      EXPECT_LE(covariance.at<double>(i, i), covariance.at<double>(i - 1, i - 1) + 1e-6);
    }
    for (int k = 0; k < i; ++k) EXPECT_NEAR(covariance.at<double>(i, k), 0.0, 1e-6);
  }
}

TEST(GaussianMixture, FindsTheMixtureThatDataWasDrawnFrom) {
  Random random(3);
  GaussianMixture truth;
  truth.priors = (cv::Mat_<float>(1, 3) << 0.5F, 0.3F, 0.2F);
  truth.means = (cv::Mat_<float>(3, 2) << -4, 0, 0, 5, 4, -1);
  truth.variances = (cv::Mat_<float>(3, 2) << 1, 0.25F, 0.5F, 0.5F, 0.25F, 2);
  const cv::Mat data = DrawFrom(truth, &random, 6000);
  ClusteringOptions options;
  options.count = 3;
  const GaussianMixture found = TrainMixture(data, options).value();
  for (int k = 0; k < 3; ++k) {
    int best = 0;
    for (int other = 1; other < 3; ++other) {
      if (cv::norm(found.means.row(other), truth.means.row(k)) <
          cv::norm(found.means.row(best), truth.means.row(k))) {
        best = other;
      }
    }
    // Four standard errors of at least 1,200 draws: 4 sigma / sqrt(1200) = 0.16 for sigma 1.41,
    // 4 * 2 sqrt(2 / 1200) = 0.33 for the variance 2, 4 sqrt(0.25 / 6000) = 0.026.
    EXPECT_LT(cv::norm(found.means.row(best), truth.means.row(k), cv::NORM_INF), 0.17);
    EXPECT_LT(cv::norm(found.variances.row(best), truth.variances.row(k), cv::NORM_INF), 0.33);
    EXPECT_NEAR(found.priors.at<float>(best), truth.priors.at<float>(k), 0.026);
  }
}

TEST(FaceVocabulary, ThreadsDoNotChangeBitsAndSeedsDo) {
  const auto made = MadeWithThreads(
      [] { return AllNumbers(TrainFaceVocabulary(Samples(), SmallVocabulary()).value()); });
  for (const cv::Mat& one : made) EXPECT_TRUE(SameBits(one, AllNumbers(Trained())));
  FaceVocabularyOptions options = SmallVocabulary();
  options.seed = 2;
  EXPECT_FALSE(SameBits(AllNumbers(TrainFaceVocabulary(Samples(), options).value()), made[0]));
}

TEST(FaceVocabulary, RefusesSamplesItCannotLearnFrom) {
  const auto words = [](const LocalDescriptors& samples, const FaceVocabularyOptions& options) {
    return std::string(TrainFaceVocabulary(samples, options).status().message());
  };
  FaceVocabularyOptions options = SmallVocabulary();
  LocalDescriptors samples = Samples();
  samples.positions = samples.positions.rowRange(0, 100);
  EXPECT_THAT(words(samples, options), HasSubstr("descriptors have 100 positions"));
  samples.sift = samples.sift.rowRange(0, 40);
  EXPECT_THAT(words(samples, options), HasSubstr("at least 65 rows and 128 columns"));
  options.pca_dimension = 129;
  EXPECT_THAT(words(Samples(), options), HasSubstr("pca_dimension = 129 is outside [1, 128]"));
  options = SmallVocabulary();
  options.num_modes = 0;
  EXPECT_THAT(words(Samples(), options), HasSubstr("count = 0"));
  samples.sift = cv::Mat(100, kSiftSize, CV_32FC1, cv::Scalar(0));
  samples.positions = cv::Mat(100, 2, CV_32FC1, cv::Scalar(0));
  EXPECT_THAT(words(samples, SmallVocabulary()), HasSubstr("all rows are equal"));
}

class FaceVocabularyFile : public ::testing::Test {
 protected:
  FaceVocabularyFile() {
    EXPECT_TRUE(WriteFaceVocabulary(Trained(), path_).ok());
    content_ = ReadFile(path_).value();
  }
  // What reading says of another content.
  std::string Words(const std::string& content) {
    EXPECT_TRUE(WriteFileAtomically(path_, content).ok());
    const absl::Status status = ReadFaceVocabulary(path_).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path_ + " is no face vocabulary"));
    return std::string(status.message());
  }
  std::string Replaced(const std::string& from, const std::string& to) const {
    std::string content = content_;
    const size_t place = content.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    return content.replace(place, from.size(), to);
  }

  const std::string path_ = ::testing::TempDir() + "/vocabulary.yml";
  std::string content_;
};

TEST_F(FaceVocabularyFile, IsReadAsWritten) {
  const absl::StatusOr<FaceVocabulary> read = ReadFaceVocabulary(path_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(SameBits(AllNumbers(*read), AllNumbers(Trained())));
  EXPECT_TRUE(absl::IsNotFound(ReadFaceVocabulary(path_ + ".missing").status()));
}

TEST_F(FaceVocabularyFile, OtherFilesAreRefused) {
  EXPECT_THAT(Words(""), HasSubstr("no YAML of OpenCV's"));
  EXPECT_THAT(Words("\x89PNG\r\n"), HasSubstr("no YAML of OpenCV's"));
  EXPECT_THAT(Words("%YAML:1.0\n---\nstages_n: 5\n"), HasSubstr("no number facet_face_vocabulary"));
  EXPECT_THAT(Words(Replaced("facet_face_vocabulary: 1", "facet_face_vocabulary: 2")),
              HasSubstr("version is 2, known is 1"));
  EXPECT_THAT(Words(Replaced("mixture_means", "mixture_words")),
              HasSubstr("no matrix mixture_means"));
}

TEST_F(FaceVocabularyFile, DamageIsRefused) {
  // Every shorter file, in steps; the last bytes alone are no loss.
  for (size_t size = 20; size + 100 < content_.size(); size += content_.size() / 23) {
    Words(content_.substr(0, size));
  }
  std::string changed = content_;
  const size_t means = content_.find("mixture_means");
  ASSERT_NE(means, std::string::npos);
  for (size_t i = means + 200; i < means + 210; ++i) changed[i] = changed[i] == 'A' ? 'B' : 'A';
  Words(changed);
  Words(Replaced("rows: 64", "rows: 32"));
  Words(Replaced("rows: 64", "rows: -64"));
  EXPECT_THAT(Words(Replaced("rows: 64", "rows: 2000000000")),
              HasSubstr("pca_basis says that it is 2000000000 x 128"));
  Words(Replaced("dt: f", "dt: d"));
}

TEST_F(FaceVocabularyFile, WrongVocabulariesAreNotWritten) {
  FaceVocabulary wrong = Trained();
  wrong.basis = cv::Mat(2.0 * Trained().basis);  // a new matrix: copies share theirs
  const absl::Status status = WriteFaceVocabulary(wrong, path_);
  EXPECT_THAT(std::string(status.message()), HasSubstr("pca_basis are not orthonormal"));
  wrong = Trained();
  wrong.basis = wrong.basis.rowRange(0, 63).clone();
  EXPECT_THAT(std::string(WriteFaceVocabulary(wrong, path_).message()),
              HasSubstr("the mixture has 66 dimensions, the PCA 63"));
  EXPECT_TRUE(ReadFaceVocabulary(path_).ok());
}

}  // namespace
}  // namespace facet
