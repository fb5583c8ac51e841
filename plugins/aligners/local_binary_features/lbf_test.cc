#include <cmath>
#include <opencv2/face.hpp>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/aligners/local_binary_features/model.h"
#include "plugins/aligners/local_binary_features/regression.h"
#include "plugins/aligners/local_binary_features/trainer.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

TEST(LbfRegression, SolvesTheNormalEquations) {
  // Two trees of three leaves, 40 rows; solved below by Gaussian elimination in double.
  constexpr int kFeatures = 6, kRows = 40;
  Random random(2);
  BinaryRows rows;
  rows.rows = kRows;
  rows.set_per_row = 2;
  rows.num_features = kFeatures;
  cv::Mat targets(kRows, 3, CV_32FC1);
  for (int row = 0; row < kRows; ++row) {
    rows.set.push_back(static_cast<int32_t>(random.Index(3)));
    rows.set.push_back(static_cast<int32_t>(3 + random.Index(3)));
    for (int k = 0; k < 3; ++k) targets.at<float>(row, k) = static_cast<float>(random.Normal());
  }
  const double ridge = 0.05;
  cv::Mat x = cv::Mat::zeros(kRows, kFeatures, CV_64FC1), y;
  for (int row = 0; row < kRows; ++row) {
    for (int i = 0; i < 2; ++i) x.at<double>(row, rows.set[static_cast<size_t>(2 * row + i)]) = 1;
  }
  targets.convertTo(y, CV_64F);
  const cv::Mat normal = x.t() * x + ridge * kRows * cv::Mat::eye(kFeatures, kFeatures, CV_64FC1);
  cv::Mat expected;
  cv::solve(normal, x.t() * y, expected, cv::DECOMP_CHOLESKY);
  TrainingContext context;
  for (const int threads : {1, 3}) {
    context.threads = threads;
    cv::Mat weights;
    ASSERT_TRUE(SolveRidge(rows, targets, ridge, context, "maps", &weights).ok());
    ASSERT_EQ(weights.rows, 3);
    ASSERT_EQ(weights.cols, kFeatures);
    // A thousandth of the gradient is left at most; six steps solve six unknowns.
    EXPECT_LT(cv::norm(weights.t(), expected, cv::NORM_INF), 1e-3);
  }
}

TEST(LbfModel, TurnAndScaleBringTheMeanShapeToATurnedOne) {
  const Shape mean = {{-0.5, -0.2}, {0.4, -0.3}, {0.1, 0.6}, {-0.3, 0.5}};
  Shape turned;
  for (const Point& p : mean) {
    turned.push_back({std::cos(0.3) * p.x - std::sin(0.3) * p.y + 0.2,
                      std::sin(0.3) * p.x + std::cos(0.3) * p.y - 0.1});
  }
  const TurnAndScale turn = FitTurnAndScale(turned, mean);
  EXPECT_NEAR(std::atan2(turn.b, turn.a), 0.3, 1e-12);
  // FacemarkLBF measures sizes by x - y, which a turn changes: an exact scale only without a turn.
  Shape larger;
  for (const Point& p : mean) larger.push_back({1.7 * p.x + 3, 1.7 * p.y});
  EXPECT_NEAR(FitTurnAndScale(larger, mean).a, 1.7, 1e-12);
  const Point back = turn.Inverse()(turn({0.3, -0.8}));
  EXPECT_NEAR(back.x, 0.3, 1e-12);
  EXPECT_NEAR(back.y, -0.8, 1e-12);
}

TEST(LbfModel, LeavesAreCountedFromTheLeft) {
  cv::Mat image(40, 40, CV_8UC1, cv::Scalar(100));
  image.at<uint8_t>(20, 24) = 150;
  // Centre (20, 20), half 10: the place 0.4 to the right of a landmark in the middle is (24, 20).
  const LbfTree tree = {{}, {{0.4, 0}, {0, 0}, 60}, {{0, 0}, {0.4, 0}, -10}, {{0, 0}, {0, 0}, 0}};
  // Node 1: 50 < 60, to node 2; there -50 < -10, to leaf 0.
  EXPECT_EQ(LeafOf(tree, 2, image, {20, 20}, 10, {0, 0}, {}), 0);
  // Without the bright pixel: 0 < 60, and 0 is not below -10: leaf 1.
  EXPECT_EQ(LeafOf(tree, 2, image, {20, 20}, 10, {0, 0.5}, {}), 1);
  // A quarter turn takes the place to (20, 24).
  image.at<uint8_t>(24, 20) = 250;
  EXPECT_EQ(LeafOf(tree, 2, image, {20, 20}, 10, {0, 0}, {0, 1}), 3);
}

// Nine bright spots at the landmarks of shifted faces.
LbfFaces SpotFaces(int count, uint64_t seed) {
  const Shape shape = {{-30, -20}, {-12, -20}, {12, -20}, {30, -20}, {-8, 8},
                       {0, 6},     {8, 8},     {-15, 25}, {15, 25}};
  LbfFaces faces;
  faces.centre = {60, 60};
  faces.half = 40;
  Random random(seed);
  for (int i = 0; i < count; ++i) {
    cv::Mat image(120, 120, CV_8UC1, cv::Scalar(90));
    const double dx = 4 * random.Normal(), dy = 4 * random.Normal();
    Shape moved;
    for (const Point& p : shape) {
      moved.push_back({60 + p.x + dx, 60 + p.y + dy});
      for (int y = 0; y < 120; ++y) {
        for (int x = 0; x < 120; ++x) {
          const double square = std::pow(x - moved.back().x, 2) + std::pow(y - moved.back().y, 2);
          image.at<uint8_t>(y, x) =
              cv::saturate_cast<uint8_t>(image.at<uint8_t>(y, x) + 120 * std::exp(-square / 60));
        }
      }
    }
    faces.images.push_back(image);
    faces.shapes.push_back(moved);
  }
  return faces;
}

LbfSettings Small() {
  LbfSettings settings;
  settings.stages = 3;
  settings.trees = 3;
  settings.splits = 3;
  settings.start_shapes = 3;
  settings.candidates = 30;
  settings.ridge = 0.1;
  return settings;
}

std::string BytesOf(const LbfModel& model) {
  const std::string path = testing::TempDir() + "/lbf_bytes.yml";
  WriteLbfModel(model, path);
  return ReadFile(path).value();
}

TEST(LbfTrainer, EqualSeedsGiveEqualBytesWithAnyNumberOfThreads) {
  const LbfFaces faces = SpotFaces(12, 1);
  const auto train = [&](uint64_t seed, int threads) {
    TrainingContext context;
    context.seed = seed;
    context.threads = threads;
    return BytesOf(TrainLbf(faces, Small(), context).value());
  };
  const std::string first = train(4, 1);
  EXPECT_TRUE(first == train(4, 3));
  EXPECT_FALSE(first == train(5, 1));
}

TEST(LbfModel, FilesAreReadBackAndWrongOnesRefused) {
  const std::string path = testing::TempDir() + "/lbf_check.yml";
  const LbfModel model = TrainLbf(SpotFaces(6, 1), Small(), {}).value();
  WriteLbfModel(model, path);
  const auto read = ReadLbfModel(path);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->mean_shape.size(), 9u);
  EXPECT_TRUE(BytesOf(*read) == BytesOf(model));
  LbfModel wrong = model;
  wrong.stages[1].weights = wrong.stages[1].weights.colRange(1, wrong.stages[1].weights.cols);
  wrong.stages[1].weights = wrong.stages[1].weights.clone();
  WriteLbfModel(wrong, path);
  EXPECT_THAT(std::string(ReadLbfModel(path).status().message()),
              HasSubstr("weights_1 is missing or damaged"));
  wrong = model;
  wrong.stages[0].trees[4].pop_back();
  WriteLbfModel(wrong, path);
  EXPECT_THAT(std::string(ReadLbfModel(path).status().message()),
              HasSubstr("tree_0_4_2 is missing or damaged"));
  wrong = model;
  wrong.mean_shape.pop_back();
  WriteLbfModel(wrong, path);
  EXPECT_THAT(std::string(ReadLbfModel(path).status().message()), HasSubstr("it has 8 landmarks"));
  ASSERT_TRUE(WriteFileAtomically(path, "%YAML:1.0\n---\nsomething: 1\n").ok());
  EXPECT_THAT(std::string(ReadLbfModel(path).status().message()),
              HasSubstr("it has no number stages_n"));
  for (const char* text : {"", "no model at all\n"}) {
    ASSERT_TRUE(WriteFileAtomically(path, text).ok());
    EXPECT_THAT(std::string(ReadLbfModel(path).status().message()),
                HasSubstr("is no model of the aligner facemark_lbf"));
  }
}

// The same faces with 68 landmarks, most of them between the nine.
TEST(LbfModel, OpenCvFindsTheSameLandmarks) {
  LbfFaces faces = SpotFaces(10, 3);
  for (Shape& shape : faces.shapes) {
    const Shape nine = shape;
    for (size_t i = shape.size(); i < 68; ++i) {
      const Point &a = nine[i % 9], &b = nine[(i / 9) % 9];
      shape.push_back({0.6 * a.x + 0.4 * b.x, 0.6 * a.y + 0.4 * b.y});
    }
  }
  LbfSettings settings = Small();
  settings.trees = 1;
  settings.candidates = 5;
  const LbfModel model = TrainLbf(faces, settings, {}).value();
  const std::string path = testing::TempDir() + "/lbf_opencv.yml";
  WriteLbfModel(model, path);
  cv::face::FacemarkLBF::Params params;
  params.verbose = false;
  const auto facemark = cv::face::FacemarkLBF::create(params);
  facemark->loadModel(path);
  for (const cv::Mat& image : SpotFaces(4, 9).images) {
    std::vector<cv::Rect> boxes = {{20, 20, 80, 80}};
    std::vector<std::vector<cv::Point2f>> found;
    ASSERT_TRUE(facemark->fit(image, boxes, found));
    ASSERT_EQ(found[0].size(), 68u);
    const Shape ours = FindLbfShape(model, image, {60, 60}, 40);
    for (size_t i = 0; i < 68; ++i) {
      EXPECT_NEAR(ours[i].x, found[0][i].x, 1e-4);  // floats of some tens
      EXPECT_NEAR(ours[i].y, found[0][i].y, 1e-4);
    }
  }
}

TEST(LbfTrainer, FindsFacesItHasNotSeen) {
  LbfSettings settings = Small();
  settings.candidates = 60;
  const LbfModel model = TrainLbf(SpotFaces(60, 1), settings, {}).value();
  const LbfFaces test = SpotFaces(20, 2);
  double error = 0, mean_error = 0;
  for (size_t face = 0; face < 20; ++face) {
    const Shape found = FindLbfShape(model, test.images[face], test.centre, test.half);
    for (size_t i = 0; i < 9; ++i) {
      const Point& truth = test.shapes[face][i];
      error += std::hypot(found[i].x - truth.x, found[i].y - truth.y) / 180;
      mean_error += std::hypot(60 + 40 * model.mean_shape[i].x - truth.x,
                               60 + 40 * model.mean_shape[i].y - truth.y) /
                    180;
    }
  }
  EXPECT_LT(error, 0.4 * mean_error);
}

TEST(LbfTrainer, OneFaceIsTooFew) {
  EXPECT_EQ(TrainLbf(SpotFaces(1, 1), Small(), {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace facet
