// The dip against another program's values and what is known of it, and the test of distances on
// points whose clusters are made.
#include "plugins/curators/purity/dip.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "gtest/gtest.h"
#include "plugins/curators/purity/name_discriminants.h"
#include "plugins/curators/purity/unimodality.h"

namespace facet {
namespace {

std::vector<double> Normal(std::mt19937& random, int count, double mean) {
  std::normal_distribution<double> normal(mean, 1);
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(normal(random));
  return values;
}

// Values of dipstat(x, allow_zero=False) of the package diptest 0.12.0 (PyPI), which is built on
// Maechler's corrected form of algorithm AS 217. The last bits depend on the order of sums.
TEST(Dip, AgreesWithTheDiptestPackage) {
  EXPECT_NEAR(DipStatistic({0, 0.1, 0.2, 0.3, 10, 10.1, 10.2, 10.3}), 0.2425, 1e-12);
  EXPECT_NEAR(DipStatistic({1, 1, 1, 2, 3, 3, 4, 4, 4, 4, 9, 9}), 0.125, 1e-12);
  EXPECT_NEAR(
      DipStatistic({2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71}),
      0.03928571428571428, 1e-12);
  std::vector<double> squares;
  for (int i = 1; i <= 48; ++i) squares.push_back(i * i % 97);
  EXPECT_NEAR(DipStatistic(squares), 0.04055059523809527, 1e-12);
}

// Hartigan, Hartigan 1985: 1/(2n) is the smallest, of equal steps; two points far apart come near
// to the largest, 1/4; shift, scale and order do not matter.
TEST(Dip, HasItsKnownProperties) {
  std::vector<double> even;
  for (int i = 0; i < 10; ++i) even.push_back(i);
  EXPECT_DOUBLE_EQ(DipStatistic(even), 1 / 20.0);
  EXPECT_DOUBLE_EQ(DipStatistic({5, 5, 5, 5}), 1 / 8.0);
  EXPECT_EQ(DipStatistic({}), 0);
  std::vector<double> apart(500, 0.0);
  for (int i = 0; i < 500; ++i) apart[i] = (i % 2) * 1000 + i * 1e-3;
  EXPECT_NEAR(DipStatistic(apart), 0.25, 0.002);
  std::mt19937 random(3);
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<double> values = Normal(random, 5 + trial, 0);
    const double dip = DipStatistic(values);
    EXPECT_GE(dip, 1 / (2.0 * values.size()));
    EXPECT_LE(dip, 0.25);
    std::shuffle(values.begin(), values.end(), random);
    for (double& value : values) value = 1024 * value - 64;  // exact: a power of two
    EXPECT_NEAR(DipStatistic(values), dip, 1e-12);
  }
}

// The dip's own definition: no unimodal function that is tried comes nearer. Tried are the
// distribution functions that are uniform between any two points of the sample and beyond.
TEST(Dip, NoUniformDistributionIsNearer) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 30; ++trial) {
    std::vector<double> x = Normal(random, 12, 0), more = Normal(random, 8, 3);
    x.insert(x.end(), more.begin(), more.end());
    std::sort(x.begin(), x.end());
    const double dip = DipStatistic(x);
    const double n = static_cast<double>(x.size());
    for (double a = x.front() - 1; a < x.back(); a += 0.17) {
      for (double b = a + 0.1; b < x.back() + 1; b += 0.17) {
        double farthest = 0;
        for (size_t i = 0; i < x.size(); ++i) {
          const double g = std::clamp((x[i] - a) / (b - a), 0.0, 1.0);
          farthest = std::max({farthest, std::abs(static_cast<double>(i) / n - g),
                               std::abs(static_cast<double>(i + 1) / n - g)});
        }
        ASSERT_GE(farthest, dip - 1e-12);
      }
    }
  }
}

// Quantiles of the dip of 100,000 uniform samples of 50 and 200 by the package diptest: median,
// 95 % and 99 %. With 4,000 draws a share of 5 % has a standard deviation of 0.35 %, one of a half
// of 0.8 %; four of them to either side.
TEST(Dip, PValuesAreThoseOfUniformSamples) {
  DipNull null(4000, 7);
  null.Prepare(50);
  null.Prepare(200);
  EXPECT_NEAR(null.PValue(0.048797, 50), 0.5, 0.032);
  EXPECT_NEAR(null.PValue(0.070215, 50), 0.05, 0.014);
  EXPECT_NEAR(null.PValue(0.025579, 200), 0.5, 0.032);
  EXPECT_NEAR(null.PValue(0.036924, 200), 0.05, 0.014);
  EXPECT_NEAR(null.PValue(0.042540, 200), 0.01, 0.0063);
  EXPECT_EQ(null.PValue(0.25, 200), 0);
  EXPECT_EQ(null.PValue(0, 200), 1);
}

cv::Mat Points(std::mt19937& random, const std::vector<int>& sizes, int dimension, double apart) {
  std::normal_distribution<float> normal(0, 1);
  cv::Mat points(0, dimension, CV_32F);
  for (size_t cluster = 0; cluster < sizes.size(); ++cluster) {
    for (int i = 0; i < sizes[cluster]; ++i) {
      cv::Mat row(1, dimension, CV_32F);
      for (int d = 0; d < dimension; ++d) row.at<float>(d) = normal(random);
      row.at<float>(static_cast<int>(cluster)) += static_cast<float>(apart);
      points.push_back(row);
    }
  }
  return points;
}

// One cloud has one mode, two clouds far apart have two: whatever is a sample of the test.
TEST(Unimodality, TellsOneCloudFromTwo) {
  std::mt19937 random(11);
  DipNull null(1000, 1);
  for (const int size : {59, 60}) null.Prepare(size);
  for (const bool pairs : {false, true}) {
    UnimodalityRule rule;
    rule.pairs = pairs;
    for (int trial = 0; trial < 5; ++trial) {
      const Unimodality one = TestUnimodality(Points(random, {60}, 16, 0), rule, null);
      EXPECT_TRUE(one.unimodal) << pairs << " " << one.dip << " " << one.split;
      const Unimodality two = TestUnimodality(Points(random, {30, 30}, 16, 12), rule, null);
      EXPECT_FALSE(two.unimodal) << pairs << " " << two.dip << " " << two.split;
      EXPECT_EQ(two.split, 1);
      EXPECT_GT(two.dip, one.dip);
      EXPECT_LE(two.p_value, rule.alpha);
    }
  }
}

// 6 wrong faces of 60, each of another one, are no second mode; 30 are.
TEST(Unimodality, AFewStrangersAreNoMode) {
  std::mt19937 random(12);
  DipNull null(1000, 1);
  null.Prepare(59);
  std::vector<int> few = {54}, many = {30};
  few.insert(few.end(), 6, 1);
  many.insert(many.end(), 30, 1);
  EXPECT_TRUE(TestUnimodality(Points(random, few, 64, 12), {}, null).unimodal);
  EXPECT_FALSE(TestUnimodality(Points(random, many, 64, 12), {}, null).unimodal);
}

// 30 names of 40 faces each in 12 dimensions: names differ in the first six, while what all faces
// vary in, the other six, is twice as large. The first name is two people's. Its modes are
// hidden in the descriptors, and plain in the directions that tell names apart.
TEST(NameDiscriminants, ShowTheModesThatTheVariationHides) {
  constexpr int kNames = 30, kEach = 40, kOwn = 6, kColumns = 12;
  std::mt19937 random(17);
  std::normal_distribution<float> normal(0, 1);
  cv::Mat people(kNames + 1, kOwn, CV_32F), faces(kNames * kEach, kColumns, CV_32F);
  for (int i = 0; i < people.rows * kOwn; ++i) {
    people.at<float>(i / kOwn, i % kOwn) = 4 * normal(random);
  }
  std::vector<int64_t> begins;
  for (int row = 0; row < faces.rows; ++row) {
    const int name = row / kEach, person = row % 2 == 1 && name == 0 ? kNames : name;
    if (row % kEach == 0) begins.push_back(row);
    for (int d = 0; d < kColumns; ++d) {
      faces.at<float>(row, d) =
          d < kOwn ? people.at<float>(person, d) + 0.5F * normal(random) : 8 * normal(random);
    }
  }
  begins.push_back(faces.rows);
  DipNull null(1000, 1);
  null.Prepare(kEach - 1);
  const UnimodalityRule rule;
  EXPECT_TRUE(TestUnimodality(faces.rowRange(0, kEach), rule, null).unimodal);
  const cv::Mat described = NameDiscriminants(faces, begins, kOwn);
  ASSERT_EQ(described.rows, faces.rows);
  ASSERT_EQ(described.cols, kOwn);
  EXPECT_NEAR(cv::norm(described.row(7)), 1, 1e-5);
  EXPECT_FALSE(TestUnimodality(described.rowRange(0, kEach), rule, null).unimodal);
  int multimodal = 0;
  for (int name = 1; name < kNames; ++name) {
    multimodal +=
        !TestUnimodality(described.rowRange(name * kEach, (name + 1) * kEach), rule, null).unimodal;
  }
  EXPECT_EQ(multimodal, 0);
  // Turning the descriptors turns the directions with them: the distances stay.
  cv::Mat turned = faces.clone(), first = turned.col(0).clone();
  turned.col(kOwn).copyTo(turned.col(0));
  first.copyTo(turned.col(kOwn));
  const cv::Mat again = NameDiscriminants(turned, begins, kOwn);
  for (int row = 1; row < 50; ++row) {
    EXPECT_NEAR(cv::norm(described.row(0), described.row(row)),
                cv::norm(again.row(0), again.row(row)), 1e-4);
  }
}

}  // namespace
}  // namespace facet
