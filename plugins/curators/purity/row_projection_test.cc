// Against the eigenvectors of the whole covariance matrix.
#include "plugins/curators/purity/row_projection.h"

#include <cmath>
#include <filesystem>
#include <string>

#include "core/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/local_descriptors/image_descriptors_testing.h"
#include "plugins/curators/local_descriptors/matrix_rows.h"

namespace facet {
namespace {

constexpr int kRows = 300, kColumns = 90, kComponents = 12;

// Deviations fall by a tenth from one direction to the next; the mean is not 0.
cv::Mat Data() {
  Random random(8);
  cv::Mat rows = RandomRows(&random, kRows, kColumns);
  for (int d = 0; d < kColumns; ++d) rows.col(d) *= std::pow(0.9, d);
  const cv::Mat mixing = RandomRows(&random, kColumns, kColumns, 0.3);
  cv::Mat mixed = rows * mixing;
  mixed += 2.0;
  return mixed;
}

TEST(RowProjection, FindsThePrincipalComponents) {
  const cv::Mat data = Data();
  const RowProjection projection = TrainRowProjection(data.clone(), kComponents, 1).value();
  cv::Mat covariance, mean, values, vectors;
  cv::calcCovarMatrix(data, covariance, mean, cv::COVAR_NORMAL | cv::COVAR_ROWS | cv::COVAR_SCALE,
                      CV_64F);
  cv::eigen(covariance, values, vectors);
  ASSERT_EQ(projection.basis.rows, kComponents);
  cv::Mat basis;
  projection.basis.convertTo(basis, CV_64F);
  // float32 in some hundred summands: 1e-6 each; directions of close eigenvalues suffer most.
  EXPECT_LT(cv::norm(basis * basis.t() - cv::Mat::eye(kComponents, kComponents, CV_64F)), 1e-5);
  for (int i = 0; i < kComponents; ++i) {
    EXPECT_NEAR(std::abs(basis.row(i).dot(vectors.row(i))), 1.0, 1e-4) << i;
    double largest = 0.0;
    for (int d = 0; d < kColumns; ++d) {
      if (std::abs(basis.at<double>(i, d)) > std::abs(largest)) largest = basis.at<double>(i, d);
    }
    EXPECT_GT(largest, 0.0);
  }
  const double kept = cv::sum(values.rowRange(0, kComponents))[0] / cv::sum(values)[0];
  EXPECT_NEAR(projection.variance_kept, kept, 1e-5);
}

TEST(RowProjection, ProjectsToUnitLength) {
  const cv::Mat data = Data();
  const RowProjection projection = TrainRowProjection(data.clone(), kComponents, 1).value();
  const cv::Mat projected = ProjectRows(projection, data);
  for (int i = 0; i < 5; ++i) {
    std::vector<double> expected(kComponents, 0.0);
    double square = 0.0;
    for (int c = 0; c < kComponents; ++c) {
      for (int d = 0; d < kColumns; ++d) {
        expected[static_cast<size_t>(c)] +=
            (static_cast<double>(data.at<float>(i, d)) - projection.mean.at<float>(d)) *
            projection.basis.at<float>(c, d);
      }
      square += expected[static_cast<size_t>(c)] * expected[static_cast<size_t>(c)];
    }
    for (int c = 0; c < kComponents; ++c) {
      EXPECT_NEAR(projected.at<float>(i, c), expected[static_cast<size_t>(c)] / std::sqrt(square),
                  1e-5);
    }
  }
}

TEST(RowProjection, StopsWhereTheRowsSpanNoMore) {
  Random random(3);
  cv::Mat rows = RandomRows(&random, 4, 50);
  EXPECT_EQ(TrainRowProjection(rows.clone(), 20, 1)->basis.rows, 3);  // four points: three ways
  rows.setTo(1.0F);
  EXPECT_EQ(TrainRowProjection(rows, 20, 1).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(TrainRowProjection(Data(), 0, 1).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(RowProjection, SameBitsWithAnyNumberOfThreads) {
  const cv::Mat data = Data();  // once: the bits of its own product depend on the threads
  const auto made = MadeWithThreads(
      [&] { return TrainRowProjection(data.clone(), kComponents, 1).value().basis; });
  for (const cv::Mat& one : made) EXPECT_TRUE(SameBits(one, made[0]));
}

TEST(RowProjection, IsReadAsWritten) {
  const std::string path = testing::TempDir() + "/row_projection";
  const RowProjection projection = TrainRowProjection(Data(), kComponents, 1).value();
  ASSERT_TRUE(WriteRowProjection(projection, path).ok());
  const RowProjection read = ReadRowProjection(path).value();
  EXPECT_TRUE(SameBits(read.mean, projection.mean));
  EXPECT_TRUE(SameBits(read.basis, projection.basis));
  EXPECT_EQ(read.variance_kept, projection.variance_kept);
  std::string damaged = ReadFile(path).value();
  damaged[damaged.size() / 2] ^= 1;
  ASSERT_TRUE(WriteFileAtomically(path, damaged).ok());
  const auto status = ReadRowProjection(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr(path));
  EXPECT_EQ(ReadRowProjection(path + "_none").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace facet
