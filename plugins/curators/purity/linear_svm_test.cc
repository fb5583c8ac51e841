#include "plugins/curators/purity/linear_svm.h"

#include <linear.h>

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/local_descriptors/image_descriptors_testing.h"
#include "plugins/curators/local_descriptors/matrix_rows.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

struct Problem {
  cv::Mat samples;  // of unit length, as image descriptors are
  std::vector<bool> is_positive;
};

// Positive ones, a tenth, are shifted by `shift` standard deviations along one direction.
Problem MakeProblem(int rows, int columns, double shift) {
  Random random(12);
  Problem problem{RandomRows(&random, rows, columns), {}};
  for (int i = 0; i < rows; ++i) {
    problem.is_positive.push_back(i % 10 == 0);
    if (i % 10 == 0) problem.samples.row(i).colRange(0, 3) += shift;
    NormaliseL2(problem.samples.ptr<float>(i), columns);
  }
  return problem;
}

// LIBLINEAR's solution of the same problem.
LinearSvm LiblinearSvm(const Problem& problem, const LinearSvmOptions& options) {
  const int rows = problem.samples.rows, columns = problem.samples.cols;
  std::vector<std::vector<feature_node>> nodes;
  std::vector<feature_node*> pointers;
  std::vector<double> labels;
  for (int i = 0; i < rows; ++i) {
    std::vector<feature_node> row;
    for (int d = 0; d < columns; ++d) row.push_back({d + 1, problem.samples.at<float>(i, d)});
    row.push_back({columns + 1, 1.0});
    row.push_back({-1, 0.0});
    nodes.push_back(row);
    labels.push_back(problem.is_positive[static_cast<size_t>(i)] ? 1.0 : -1.0);
  }
  for (std::vector<feature_node>& row : nodes) pointers.push_back(row.data());
  ::problem all{rows, columns + 1, labels.data(), pointers.data(), 1.0};
  int weight_label = 1;
  double weight = options.positive_weight;
  parameter settings{};
  settings.solver_type = options.loss == SvmLoss::kHinge ? L2R_L1LOSS_SVC_DUAL : L2R_L2LOSS_SVC;
  settings.eps = 1e-7;
  settings.C = options.c;
  settings.nr_weight = 1;
  settings.weight_label = &weight_label;
  settings.weight = &weight;
  set_print_string_function([](const char*) {});
  model* trained = train(&all, &settings);
  LinearSvm svm;
  svm.weights.create(1, columns, CV_32FC1);
  const double sign = trained->label[0] == 1 ? 1.0 : -1.0;
  for (int d = 0; d < columns; ++d) {
    svm.weights.at<float>(d) = static_cast<float>(sign * trained->w[d]);
  }
  svm.bias = static_cast<float>(sign * trained->w[columns]);
  svm.objective = Objective(svm, problem.samples, problem.is_positive, options);
  free_and_destroy_model(&trained);
  return svm;
}

// Both losses, positive samples as heavy as others and as all others together.
void CompareWithLiblinear(const Problem& problem, LinearSvmOptions options, bool liblinear_ends) {
  options.max_epochs = 20000;
  for (const SvmLoss loss : {SvmLoss::kHinge, SvmLoss::kSquaredHinge}) {
    for (const double positive_weight : {1.0, 9.0}) {
      options.loss = loss;
      options.positive_weight = positive_weight;
      const LinearSvm svm = TrainLinearSvm(problem.samples, problem.is_positive, options).value();
      const LinearSvm other = LiblinearSvm(problem, options);
      EXPECT_TRUE(svm.converged);
      std::printf("C %g, %s, weight %g: objective %.8f, LIBLINEAR %.8f\n", options.c,
                  loss == SvmLoss::kHinge ? "hinge" : "squared hinge", positive_weight,
                  svm.objective, other.objective);
      // Ours is within `gap` of the minimum. A tenth of it for weights rounded to float32.
      EXPECT_LT(svm.objective, other.objective + 1.1 * options.gap);
      if (liblinear_ends) {
        EXPECT_GT(svm.objective, other.objective - 0.1 * options.gap);
      }
    }
  }
}

TEST(LinearSvm, ReachesLiblinearsObjective) {
  LinearSvmOptions options;
  options.c = 0.1;
  options.gap = 1e-5;
  CompareWithLiblinear(MakeProblem(600, 40, 0.5), options, true);
  CompareWithLiblinear(MakeProblem(600, 40, 3.0), options, true);
}

TEST(LinearSvm, IsNotAboveLiblinearsObjectiveWhereThatStopsAfterAThousandEpochs) {
  LinearSvmOptions options;
  options.gap = 1e-4;
  CompareWithLiblinear(MakeProblem(600, 40, 0.5), options, false);
}

TEST(LinearSvm, ObjectiveIsTheHeadersFormula) {
  const cv::Mat samples = (cv::Mat_<float>(2, 2) << 1, 0, 0, 2);
  LinearSvm svm;
  svm.weights = (cv::Mat_<float>(1, 2) << 0.5F, 0.25F);
  svm.bias = 0.5F;
  LinearSvmOptions options;
  options.c = 2.0;
  options.positive_weight = 3.0;
  // Scores 1 and 1; slacks 0 and 2 for labels 1 and -1, 2 and 0 for the opposite.
  const double norm = (0.25 + 0.0625 + 0.25) / (2 * 2 * 2);
  EXPECT_DOUBLE_EQ(Objective(svm, samples, {true, false}, options), norm + 2.0 / 2);
  EXPECT_DOUBLE_EQ(Objective(svm, samples, {false, true}, options), norm + 2.0 / 2);
  options.loss = SvmLoss::kSquaredHinge;
  EXPECT_DOUBLE_EQ(Objective(svm, samples, {true, false}, options), norm + 4.0 / 2);
  svm.bias = -0.5F;  // scores 0 and 0: slack 1 for both
  EXPECT_DOUBLE_EQ(Objective(svm, samples, {true, false}, options), norm + (3.0 + 1.0) / 2);
  EXPECT_THAT(Scores(svm, samples), ::testing::ElementsAre(0.0F, 0.0F));
}

TEST(LinearSvm, RanksAnIdentityAboveTheRest) {
  Random random(5);
  const cv::Mat centres = RandomRows(&random, 4, 30);
  cv::Mat samples = RandomRows(&random, 200, 30, 0.5);
  std::vector<int64_t> identities;
  for (int i = 0; i < 200; ++i) {
    identities.push_back(i % 4);
    samples.row(i) += centres.row(i % 4);
    NormaliseL2(samples.ptr<float>(i), 30);
  }
  for (int64_t identity = 0; identity < 4; ++identity) {
    const LinearSvm svm = TrainOneVsRest(samples, identities, identity, {}).value();
    const std::vector<float> scores = Scores(svm, samples);
    float lowest = 1e9F, highest = -1e9F;
    for (size_t i = 0; i < scores.size(); ++i) {
      if (identities[i] == identity) lowest = std::min(lowest, scores[i]);
      if (identities[i] != identity) highest = std::max(highest, scores[i]);
    }
    EXPECT_GT(lowest, highest) << identity;
  }
}

TEST(LinearSvm, ThreadsDoNotChangeBits) {
  const Problem problem = MakeProblem(200, 30, 1.0);
  const std::vector<cv::Mat> made = MadeWithThreads([&] {
    const LinearSvm svm = TrainLinearSvm(problem.samples, problem.is_positive, {}).value();
    return cv::Mat(svm.weights * 1.0F);
  });
  for (const cv::Mat& one : made) EXPECT_TRUE(SameBits(one, made[0]));
}

TEST(LinearSvm, SaysSoWhereItDidNotConverge) {
  const Problem problem = MakeProblem(300, 30, 0.2);
  LinearSvmOptions options;
  options.gap = 1e-9;
  options.max_epochs = 1;
  const LinearSvm svm = TrainLinearSvm(problem.samples, problem.is_positive, options).value();
  EXPECT_FALSE(svm.converged);
  EXPECT_TRUE(cv::checkRange(svm.weights));
}

TEST(LinearSvm, RefusesWrongSamplesAndOptions) {
  const Problem problem = MakeProblem(20, 3, 1.0);
  const auto words = [&](const std::vector<bool>& labels, const LinearSvmOptions& options) {
    return std::string(TrainLinearSvm(problem.samples, labels, options).status().message());
  };
  EXPECT_THAT(words(std::vector<bool>(20, false), {}), HasSubstr("20 labels, 0 of them positive"));
  EXPECT_THAT(words(std::vector<bool>(20, true), {}), HasSubstr("20 of them positive"));
  EXPECT_THAT(words({true, false}, {}), HasSubstr("20 samples, 2 labels"));
  LinearSvmOptions options;
  options.c = std::nan("");
  EXPECT_THAT(words(problem.is_positive, options), HasSubstr("c = nan"));
  options = {};
  options.max_epochs = 0;
  EXPECT_THAT(words(problem.is_positive, options), HasSubstr("max_epochs = 0"));
  cv::Mat samples = problem.samples.clone();
  samples.at<float>(4, 1) = std::nanf("");
  EXPECT_THAT(std::string(TrainLinearSvm(samples, problem.is_positive, {}).status().message()),
              HasSubstr("row 4, column 1 is not finite"));
}

TEST(LinearSvm, TakesRowsWhereverTheyLie) {
  const Problem problem = MakeProblem(60, 13, 2.0);
  const LinearSvm svm = TrainLinearSvm(problem.samples, problem.is_positive, {}).value();
  std::vector<cv::Mat> copies;
  std::vector<const float*> rows;
  for (int i = 0; i < problem.samples.rows; ++i) {
    copies.push_back(problem.samples.row(i).clone());
    rows.push_back(copies.back().ptr<float>());
  }
  const LinearSvm other = TrainLinearSvm(rows, 13, problem.is_positive, {}).value();
  EXPECT_TRUE(SameBits(svm.weights, other.weights));
  EXPECT_EQ(svm.bias, other.bias);
  EXPECT_EQ(svm.objective, other.objective);
  EXPECT_EQ(ScoreOf(svm, rows[5]), Scores(svm, problem.samples)[5]);
}

}  // namespace
}  // namespace facet
