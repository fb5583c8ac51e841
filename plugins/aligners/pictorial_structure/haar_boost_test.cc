#include "plugins/aligners/pictorial_structure/haar_boost.h"

#include <cmath>
#include <opencv2/core.hpp>

#include "gtest/gtest.h"

namespace facet {
namespace {

cv::Mat Noise(int side, uint64_t seed) {
  Random random(seed);
  cv::Mat image(side, side, CV_8UC1);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x)
      image.at<uint8_t>(y, x) = static_cast<uint8_t>(random.Index(256));
  }
  return image;
}

double NaiveMean(const cv::Mat& image, int x, int y, int width, int height) {
  double sum = 0;
  for (int row = y; row < y + height; ++row) {
    for (int column = x; column < x + width; ++column) sum += image.at<uint8_t>(row, column);
  }
  return sum / (width * height);
}

TEST(HaarBoost, FeaturesAreDifferencesOfMeansOverTheDeviation) {
  const cv::Mat image = Noise(30, 1);
  const IntegralImage integral(image);
  const int x = 7, y = 11;
  const double mean = NaiveMean(image, x, y, kWindowPx, kWindowPx);
  double squares = 0;
  for (int row = y; row < y + kWindowPx; ++row) {
    for (int column = x; column < x + kWindowPx; ++column) {
      squares += std::pow(image.at<uint8_t>(row, column) - mean, 2) / (kWindowPx * kWindowPx);
    }
  }
  const double inverse = integral.InverseDeviation(x, y);
  EXPECT_NEAR(inverse, 1 / std::sqrt(squares), 1e-9);
  const auto cell = [&](int column, int row) {
    return NaiveMean(image, x + 2 + 3 * column, y + 1 + 4 * row, 3, 4);
  };
  const auto value = [&](HaarKind kind) { return integral.Value({kind, 2, 1, 3, 4}, x, y, 1.0); };
  EXPECT_NEAR(value(HaarKind::kLeftRight), cell(0, 0) - cell(1, 0), 1e-9);
  EXPECT_NEAR(value(HaarKind::kTopBottom), cell(0, 0) - cell(0, 1), 1e-9);
  EXPECT_NEAR(value(HaarKind::kMiddleColumn), cell(1, 0) - (cell(0, 0) + cell(2, 0)) / 2, 1e-9);
  EXPECT_NEAR(value(HaarKind::kMiddleRow), cell(0, 1) - (cell(0, 0) + cell(0, 2)) / 2, 1e-9);
  EXPECT_NEAR(value(HaarKind::kChessboard), (cell(0, 0) + cell(1, 1) - cell(1, 0) - cell(0, 1)) / 2,
              1e-9);
}

TEST(HaarBoost, AllFeaturesFitAndAreAsManyAsCombinationsSay) {
  // A kind of a x b cells: sum over cell sizes of the free places, along each side.
  const auto places = [](int cells) {
    int sum = 0;
    for (int size = 1; cells * size <= kWindowPx; ++size) sum += kWindowPx - cells * size + 1;
    return sum;
  };
  const int expected =
      2 * places(2) * places(1) + 2 * places(3) * places(1) + places(2) * places(2);
  const std::vector<HaarFeature> features = AllHaarFeatures();
  EXPECT_EQ(static_cast<int>(features.size()), expected);
  for (const HaarFeature& feature : features) EXPECT_TRUE(FitsWindow(feature));
  EXPECT_FALSE(FitsWindow({HaarKind::kLeftRight, 0, 0, 8, 1}));
  EXPECT_FALSE(FitsWindow({HaarKind::kLeftRight, -1, 0, 2, 1}));
}

// Windows with a bright left half against noise, at another brightness and contrast than trained.
struct Task {
  std::vector<IntegralImage> images;
  std::vector<HaarWindow> positives, negatives;
};
Task MakeTask(int count, double gain, uint64_t seed) {
  Task task;
  for (int i = 0; i < count; ++i) {
    cv::Mat image = Noise(40, DeriveSeed(seed, std::to_string(i)));
    image.convertTo(image, CV_8U, 0.3 * gain, 60);
    const int x = 2 + i % 9, y = 3 + i % 7;
    image(cv::Rect(x, y, 7, kWindowPx)) += cv::Scalar(40 * gain);
    task.images.emplace_back(image);
    task.positives.push_back({i, x, y});
    task.negatives.push_back({i, 25, 25 - i % 3});
    task.negatives.push_back({i, 25 - i % 5, 2});
  }
  return task;
}

TEST(HaarBoost, LearnsAPatternAtAnyContrast) {
  const Task train = MakeTask(60, 1.0, 1), test = MakeTask(60, 1.8, 2);
  HaarBoostSettings settings;
  settings.rounds = 20;
  settings.features = 300;
  const HaarClassifier classifier =
      TrainHaarClassifier(train.images, train.positives, train.negatives, settings, 5);
  EXPECT_EQ(classifier.size(), 20u);
  int wrong = 0;
  const auto odds = [&](const HaarWindow& window) {
    return LogOdds(classifier, test.images[static_cast<size_t>(window.image)], window.x, window.y);
  };
  for (const HaarWindow& window : test.positives) wrong += odds(window) <= 0;
  for (const HaarWindow& window : test.negatives) wrong += odds(window) >= 0;
  EXPECT_LE(wrong, 9);  // of 180, on a pattern of two standard deviations of its noise
}

TEST(HaarBoost, EqualSeedsGiveEqualClassifiers) {
  const Task task = MakeTask(20, 1.0, 3);
  HaarBoostSettings settings;
  settings.rounds = 5;
  settings.features = 100;
  const auto train = [&](uint64_t seed) {
    std::vector<double> values;
    for (const HaarStump& stump :
         TrainHaarClassifier(task.images, task.positives, task.negatives, settings, seed)) {
      values.insert(values.end(), {double(stump.feature.x), double(stump.feature.y),
                                   stump.threshold, stump.above, stump.below});
    }
    return values;
  };
  EXPECT_EQ(train(1), train(1));
  EXPECT_NE(train(1), train(2));
}

// One round on one feature is a weighted least-squares fit of two constants (Gentle AdaBoost): the
// means of the labels above and below the threshold, at equal weight of both kinds.
TEST(HaarBoost, AStumpAnswersWithWeightedMeansOfTheLabels) {
  const Task task = MakeTask(50, 1.0, 4);
  HaarBoostSettings settings;
  settings.rounds = 1;
  settings.features = 400;
  const HaarStump stump =
      TrainHaarClassifier(task.images, task.positives, task.negatives, settings, 9)[0];
  double weight[2] = {0, 0}, label[2] = {0, 0};
  const auto add = [&](const HaarWindow& window, double sign, double w) {
    const IntegralImage& image = task.images[static_cast<size_t>(window.image)];
    const auto value = static_cast<float>(
        image.Value(stump.feature, window.x, window.y, image.InverseDeviation(window.x, window.y)));
    weight[value >= stump.threshold] += w;
    label[value >= stump.threshold] += w * sign;
  };
  for (const HaarWindow& window : task.positives) add(window, 1, 0.5 / 50);
  for (const HaarWindow& window : task.negatives) add(window, -1, 0.5 / 100);
  EXPECT_NEAR(stump.below, label[0] / weight[0], 1e-6);  // stored as float
  EXPECT_NEAR(stump.above, label[1] / weight[1], 1e-6);
}

}  // namespace
}  // namespace facet
