// What the tests of losses with class weights share: the pieces of a re-derivation in plain loops,
// and the rules that all of them keep.
#ifndef FACET_PLUGINS_LOSSES_CLASS_LOSS_TESTING_H_
#define FACET_PLUGINS_LOSSES_CLASS_LOSS_TESTING_H_

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "plugins/losses/loss_testing.h"

namespace facet {

using Rows = std::vector<std::vector<double>>;

inline Rows RowsOf(const at::Tensor& matrix) {
  Rows rows;
  for (int64_t i = 0; i < matrix.size(0); ++i) {
    rows.emplace_back();
    for (int64_t j = 0; j < matrix.size(1); ++j) rows.back().push_back(matrix[i][j].item<double>());
  }
  return rows;
}

inline double Dot(const std::vector<double>& x, const std::vector<double>& y) {
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}
inline double Length(const std::vector<double>& x) { return std::sqrt(Dot(x, x)); }
inline double Cosine(const std::vector<double>& x, const std::vector<double>& y) {
  return Dot(x, y) / (Length(x) * Length(y));
}

// -log softmax(scores)[own].
inline double NaiveLogLoss(const std::vector<double>& scores, size_t own) {
  double sum = 0;
  for (const double score : scores) sum += std::exp(score - scores[own]);
  return std::log(sum);
}

// ArcFace's psi by acos; whether the angle is past pi - m.
inline double NaiveArcFaceMargin(double cosine, double margin_rad, bool* past) {
  const double theta = std::acos(std::max(-1.0, cosine));
  *past = theta > M_PI - margin_rad;
  return *past ? cosine - margin_rad * std::sin(margin_rad) : std::cos(theta + margin_rad);
}

// Eight points in four dimensions and labels of three classes. The last two lie at 178 and 180
// degrees of the weights' own direction, where angular margins lead past pi.
struct ClassExample {
  at::Tensor points = RandomPoints(8, 4, 21);
  std::vector<int64_t> labels = {0, 1, 2, 2, 1, 0, 2, 1};
};
inline ClassExample ExampleFor(const at::Tensor& weight) {
  ClassExample example;
  at::Tensor aside = RandomPoints(1, 4, 22)[0];
  const at::Tensor own = weight[2] / weight[2].norm();
  aside = aside - (aside * own).sum() * own;
  example.points[6] = -1.7 * own + 1.7 * std::tan(2 * M_PI / 180) * aside / aside.norm();
  example.points[7] = -0.6 * weight[1];
  return example;
}

// The log-losses of the example's elements by plain loops: `score(n, c, own)` is the logit of
// element n for class c, `own` whether that is its label.
template <class Score>
std::vector<double> NaiveLogLosses(const ClassExample& example, size_t num_classes,
                                   const Score& score) {
  std::vector<double> losses;
  for (size_t n = 0; n < example.labels.size(); ++n) {
    const auto own = static_cast<size_t>(example.labels[n]);
    std::vector<double> scores;
    for (size_t c = 0; c < num_classes; ++c) scores.push_back(score(n, c, c == own));
    losses.push_back(NaiveLogLoss(scores, own));
  }
  return losses;
}

// The elements of one group against those of plain loops in float64; 1e-11 is rounding of sums of a
// few dozen terms, and of acos near 180 degrees, times a scale of up to 64.
inline void ExpectElements(Loss& loss, const ClassExample& example,
                           const std::vector<double>& expected, size_t group = 0) {
  const auto groups = loss.Compute({example.points, Indices(example.labels), nullptr});
  ASSERT_TRUE(groups.ok()) << groups.status();
  ASSERT_LT(group, groups->size());
  EXPECT_EQ((*groups)[group].reduction, Reduction::kMean);
  const at::Tensor& elements = (*groups)[group].elements;
  ASSERT_EQ(elements.numel(), static_cast<int64_t>(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(elements[static_cast<int64_t>(i)].item<double>(), expected[i],
                1e-11 * (1 + std::abs(expected[i])))
        << "element " << i;
  }
}

struct Golden {
  std::string options;
  double u, s;  // the loss on fixtures U and S
};

inline void ExpectGolden(const Golden& golden, const std::string& weight = "weight") {
  const auto loss = MakeLoss(golden.options);
  SetParameter(*loss, weight, FixtureClasses());
  const double u = Value(*loss, FixtureU(), Indices(FixtureLabels()));
  const double s = Value(*loss, FixtureS(), Indices(FixtureLabels()));
  EXPECT_NEAR(u, golden.u, GoldenTolerance(golden.u)) << golden.options;
  EXPECT_NEAR(s, golden.s, GoldenTolerance(golden.s)) << golden.options;
}

inline void ExpectRefusesWhatDoesNotFit() {
  using testing::HasSubstr;
  const auto loss = MakeLoss("{}", 2, 3);
  const auto message = [&](const at::Tensor& points, const std::vector<int64_t>& labels) {
    const auto groups = loss->Compute({points, Indices(labels), nullptr});
    EXPECT_EQ(groups.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(groups.status().message());
  };
  EXPECT_THAT(message(at::zeros({1, 2}), {3}), HasSubstr("label 3 is outside [0, 3)"));
  EXPECT_THAT(message(at::zeros({2, 2}), {0, -1}), HasSubstr("label -1 is outside [0, 3)"));
  EXPECT_THAT(message(at::zeros({1, 5}), {0}),
              HasSubstr("made for embeddings [N, 2] with N labels, got embeddings [1, 5] and "
                        "labels [1]"));
  EXPECT_THAT(message(at::zeros({2, 2}), {0}), HasSubstr("labels [1]"));
  EXPECT_THAT(Refusal("{}", 2, 1), HasSubstr("at least two identities, got 1"));
}

// The loss of an element in the x, y plane of three dimensions, where class 0 is the x axis and the
// others are orthogonal to the plane: only the angle to the own class matters.
inline double ValueAtAngle(Loss& loss, double degrees, double length = 1) {
  SetParameter(
      loss, "weight",
      at::tensor({1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, -1.0}, at::kDouble).view({3, 3}));
  const at::Tensor point =
      at::cat({PointsAt({degrees}, length, length), at::zeros({1, 1}, at::kDouble)}, 1);
  return Value(loss, point, Indices({0}));
}

// Equal seeds draw equal weights.
inline void ExpectDrawsItsWeights() {
  const auto loss = MakeLoss("{}", 640, 100), again = MakeLoss("{}", 640, 100);
  EXPECT_EQ(loss->Parameters()[0].tensor.scalar_type(), at::kFloat);
  EXPECT_EQ(loss->Parameters()[0].tensor.size(1), 640);
  for (size_t i = 0; i < loss->Parameters().size(); ++i) {
    EXPECT_TRUE(at::equal(loss->Parameters()[i].tensor, again->Parameters()[i].tensor));
    EXPECT_TRUE(loss->Parameters()[i].tensor.requires_grad());
  }
}

// Vectors of 640 dimensions as a source has them: mean 0, the deviation of its elements and the
// length of its rows.
inline void ExpectStart(const at::Tensor& vectors, double deviation, bool unit = false) {
  ASSERT_EQ(vectors.size(1), 640);
  ASSERT_GE(vectors.size(0), 100);
  // Of n >= 64,000 elements the mean errs by sigma / sqrt(n) and the deviation by sigma / sqrt(2 n);
  // bounds at 5 of them.
  EXPECT_NEAR(vectors.mean().item<double>(), 0, 0.02 * deviation);
  EXPECT_NEAR(vectors.std().item<double>(), deviation, 0.014 * deviation);
  const at::Tensor lengths = vectors.detach().to(at::kDouble).norm(2, {1});
  const double length = deviation * std::sqrt(640.0);
  // A length of 640 elements errs by sigma / sqrt(2), one part in 36.
  const double tolerance = unit ? 1e-6 : 5 * length / 36;
  EXPECT_NEAR(lengths.min().item<double>(), length, tolerance);
  EXPECT_NEAR(lengths.max().item<double>(), length, tolerance);
}
inline double UnitDeviation() { return 1 / std::sqrt(640.0); }

// The mean angle [rad] that ten steps of SGD at the usual rate of 0.1 turn the class vectors by, of
// 20 classes in 128 dimensions, each with two embeddings around a direction of its own.
inline double TurnOfTenSteps(const std::string& options) {
  constexpr int64_t kClasses = 20, kDimension = 128;
  const auto loss = MakeLoss(options, kDimension, kClasses);
  at::Tensor weight = loss->Parameters()[0].tensor;
  const at::Tensor start = weight.detach().clone();
  const at::Tensor labels = at::arange(2 * kClasses, at::kLong).remainder(kClasses);
  const at::Tensor points = RandomPoints(kClasses, kDimension, 31).index_select(0, labels) +
                            0.5 * RandomPoints(2 * kClasses, kDimension, 32);
  const at::Tensor embeddings =
      (points / points.norm(2, {1}, true)).to(at::kFloat).set_requires_grad(true);
  for (int step = 0; step < 10; ++step) {
    weight.mutable_grad() = at::Tensor();
    Evaluate(*loss, {embeddings, labels, nullptr}).backward();
    weight.data().sub_(0.1 * weight.grad());
  }
  return at::acos(at::cosine_similarity(start, weight.detach()).clamp(-1, 1)).mean().item<double>();
}

// A start under which directions move, where vectors of N(0, 1) stay: a turn of at least
// `least_rad`, and `factor` times theirs.
inline void ExpectTurnsWhereNormalVectorsStay(double least_rad, double factor) {
  const double turn = TurnOfTenSteps("{}"), normal = TurnOfTenSteps(R"({"init": "normal"})");
  testing::Test::RecordProperty("turn_rad", absl::StrCat(turn));
  testing::Test::RecordProperty("turn_from_normal_rad", absl::StrCat(normal));
  EXPECT_GT(turn, least_rad);
  EXPECT_GT(turn, factor * normal);
}

// Resident memory, now ("VmRSS") or at most since it was set back ("VmHWM") [bytes].
inline double ResidentBytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(field + ":", 0) == 0) return 1024.0 * std::stod(line.substr(field.size() + 1));
  }
  return std::nan("");
}

// A step's peak memory, in matrices [N, classes] of float32: those that its cosines, their
// log-softmax and its gradients are. Blocks of 64 MiB are the system's, not the allocator's: what is
// freed is gone.
inline void ExpectMatricesAtMost(const std::string& options, double most) {
  constexpr int64_t kRows = 64, kClasses = 1 << 18, kDimension = 2;
  const auto loss = MakeLoss(options, kDimension, kClasses);
  const at::Tensor x = RandomPoints(kRows, kDimension, 3).to(at::kFloat).set_requires_grad(true);
  const at::Tensor labels = at::arange(kRows, at::kLong) * 4096;
  const double before = ResidentBytes("VmRSS");
  std::ofstream set_back("/proc/self/clear_refs");
  if (!(set_back << "5" << std::flush)) GTEST_SKIP() << "/proc/self/clear_refs cannot be written";
  Evaluate(*loss, {x, labels, nullptr}).backward();
  const double matrices =
      (ResidentBytes("VmHWM") - before) / static_cast<double>(kRows * kClasses * sizeof(float));
  testing::Test::RecordProperty("matrices", absl::StrCat(matrices));
  EXPECT_LE(matrices, most);
  EXPECT_GE(matrices, 2) << "nothing was measured: cosines and log-softmax are two";
}

// The rules of every loss with class weights. `except`: see ExpectGradientsAgree.
inline void ExpectSoundClassLoss(const std::string& options = "{}",
                                 const std::vector<std::string>& except = {}) {
  SCOPED_TRACE(options);
  const auto loss = MakeLoss(options, 4, 3);
  RandomizeParameters(*loss);
  const at::Tensor points = RandomPoints(6, 4, 5);
  const at::Tensor labels = Indices({0, 1, 2, 2, 1, 0});
  ExpectGradientsAgree(*loss, points, labels, nullptr, except);
  ExpectTypesAgree(*loss, points, labels);
  ExpectSurvivesDegenerateInput(*loss, 4);
  ExpectEmptyBatchCostsNothing(*loss, 4);
  const auto scores = loss->Scores(points.to(at::kBFloat16));
  ASSERT_TRUE(scores.has_value());
  EXPECT_EQ(scores->sizes(), at::IntArrayRef({6, 3}));
  EXPECT_EQ(scores->scalar_type(), at::kFloat);
  ExpectRefusesWhatDoesNotFit();
  ExpectDrawsItsWeights();
}

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_CLASS_LOSS_TESTING_H_
