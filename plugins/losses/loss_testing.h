// What the tests of losses share: points with known values, and checks that hold for every loss.
//
// Fixtures U and S: five points at t = 0, 20, 40, 60, 80 degrees, labels 0 0 1 1 2. U is
// (cos t, sin t); S is (2 cos t, 0.5 sin t), whose directions are not the angles t. Three class
// weights are the unit vectors at 10, 50 and 90 degrees. The golden values of the tests were
// computed from the published formulas by an independent program in float64, to 12 decimals.
#ifndef FACET_PLUGINS_LOSSES_LOSS_TESTING_H_
#define FACET_PLUGINS_LOSSES_LOSS_TESTING_H_

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/api/loss.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/plugin_testing.h"

namespace facet {

// Half a unit of a golden value's twelfth decimal, and float64 rounding of values up to a few
// hundred.
inline double GoldenTolerance(double golden) { return 5.5e-13 + 1e-14 * std::abs(golden); }

inline at::Tensor Indices(const std::vector<int64_t>& values) {
  return at::tensor(values, at::kLong);
}

// Rows (x_scale cos t, y_scale sin t), float64.
inline at::Tensor PointsAt(const std::vector<double>& degrees, double x_scale = 1,
                           double y_scale = 1) {
  at::Tensor points = at::empty({static_cast<int64_t>(degrees.size()), 2}, at::kDouble);
  double* out = points.data_ptr<double>();
  for (const double t : degrees) {
    *out++ = x_scale * std::cos(t * M_PI / 180);
    *out++ = y_scale * std::sin(t * M_PI / 180);
  }
  return points;
}

inline at::Tensor FixtureU() { return PointsAt({0, 20, 40, 60, 80}); }
inline at::Tensor FixtureS() { return PointsAt({0, 20, 40, 60, 80}, 2, 0.5); }
inline std::vector<int64_t> FixtureLabels() { return {0, 0, 1, 1, 2}; }
inline at::Tensor FixtureClasses() { return PointsAt({10, 50, 90}); }

inline at::Tensor RandomPoints(int64_t rows, int64_t dimension, uint64_t seed) {
  return at::randn({rows, dimension}, at::detail::createCPUGenerator(seed), at::kDouble);
}

// The loss of the plugin that the test is linked to; null (and a failure) if it refuses.
inline std::unique_ptr<Loss> MakeLoss(const std::string& options = "{}", int64_t dimension = 2,
                                      int64_t num_classes = 3) {
  absl::StatusOr<std::unique_ptr<Loss>> made = MakeComponent<Loss>(options);
  EXPECT_TRUE(made.ok()) << made.status();
  if (!made.ok()) return nullptr;
  const absl::Status status = (*made)->Initialize(dimension, num_classes, 7);
  EXPECT_TRUE(status.ok()) << status;
  return *std::move(made);
}

// The message of what the options or Initialize() are refused with; empty if they are not.
inline std::string Refusal(const std::string& options, int64_t dimension = 2,
                           int64_t num_classes = 3) {
  absl::StatusOr<std::unique_ptr<Loss>> made = MakeComponent<Loss>(options);
  if (!made.ok()) return std::string(made.status().message());
  return std::string((*made)->Initialize(dimension, num_classes, 7).message());
}

// Other values for a learned tensor, or for all of them (float64).
inline void SetParameter(Loss& loss, const std::string& name, const at::Tensor& values) {
  for (NamedTensor& named : loss.Parameters()) {
    if (named.name != name) continue;
    ASSERT_EQ(named.tensor.sizes(), values.sizes()) << name;
    return named.tensor.set_data(values.clone());
  }
  FAIL() << "no learned tensor is named " << name;
}
inline void RandomizeParameters(Loss& loss, uint64_t seed = 11, double scale = 1) {
  for (NamedTensor& named : loss.Parameters()) {
    named.tensor.set_data(
        at::randn(named.tensor.sizes(), at::detail::createCPUGenerator(seed++), at::kDouble) *
        scale);
  }
}
inline void CastParameters(Loss& loss, at::ScalarType type) {
  for (NamedTensor& named : loss.Parameters()) named.tensor.set_data(named.tensor.data().to(type));
}

// All ordered (a, p, n) of different samples with label(a) = label(p) != label(n).
inline Tuples AllTriplets(const std::vector<int64_t>& labels) {
  std::vector<int64_t> a, p, n;
  for (size_t i = 0; i < labels.size(); ++i) {
    for (size_t j = 0; j < labels.size(); ++j) {
      for (size_t k = 0; k < labels.size(); ++k) {
        if (i == j || labels[i] != labels[j] || labels[i] == labels[k]) continue;
        a.push_back(static_cast<int64_t>(i));
        p.push_back(static_cast<int64_t>(j));
        n.push_back(static_cast<int64_t>(k));
      }
    }
  }
  Tuples tuples;
  tuples.kind = TupleKind::kTriplets;
  tuples.anchors = Indices(a);
  tuples.positives = Indices(p);
  tuples.negatives = Indices(n);
  return tuples;
}

// Ordered pairs (i, j) of different samples, each as often as `times(i, j)` says.
template <class Times>
Tuples PairsOf(const std::vector<int64_t>& labels, const Times& times) {
  std::vector<int64_t> columns[4];
  for (size_t i = 0; i < labels.size(); ++i) {
    for (size_t j = 0; j < labels.size(); ++j) {
      const size_t side = labels[i] == labels[j] ? 0 : 2;
      for (size_t repeat = 0; i != j && repeat < times(i, j); ++repeat) {
        columns[side].push_back(static_cast<int64_t>(i));
        columns[side + 1].push_back(static_cast<int64_t>(j));
      }
    }
  }
  Tuples tuples;
  tuples.kind = TupleKind::kPairs;
  tuples.positive_first = Indices(columns[0]);
  tuples.positive_second = Indices(columns[1]);
  tuples.negative_first = Indices(columns[2]);
  tuples.negative_second = Indices(columns[3]);
  return tuples;
}

inline Tuples AllPairs(const std::vector<int64_t>& labels) {
  return PairsOf(labels, [](size_t, size_t) { return size_t{1}; });
}

// The loss of a step, as the training loop reduces it: the sum of the groups' reductions.
inline at::Tensor Reduce(const std::vector<LossGroup>& groups) {
  at::Tensor sum;
  for (const LossGroup& group : groups) {
    at::Tensor reduced = group.elements.sum();
    const int64_t count = group.elements.numel();
    if (group.reduction == Reduction::kMean && count > 0) reduced = reduced / count;
    if (group.reduction == Reduction::kMeanNonZero) {
      reduced = reduced / group.elements.gt(0).sum().clamp_min(1);
    }
    sum = sum.defined() ? sum + reduced : reduced;
  }
  return sum;
}

// Compute() and Reduce(); running statistics are put back, so that each call sees the same state.
inline at::Tensor Evaluate(Loss& loss, const LossInput& input) {
  std::vector<at::Tensor> before;
  for (const NamedTensor& buffer : loss.Buffers()) before.push_back(buffer.tensor.clone());
  const auto groups = loss.Compute(input);
  EXPECT_TRUE(groups.ok()) << groups.status();
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < before.size(); ++i) loss.Buffers()[i].tensor.copy_(before[i]);
  const at::AutoGradMode with_gradients(true);
  return groups.ok() ? Reduce(*groups) : at::full({}, std::nan(""));
}

inline double Value(Loss& loss, const at::Tensor& embeddings, const at::Tensor& labels,
                    const Tuples* tuples = nullptr) {
  return Evaluate(loss, {embeddings, labels, tuples}).item<double>();
}

// Central differences with a step of 1e-6 in float64: the error is the step's square times a third
// derivative (up to 64^3 with a scale of 64), and 1e-16 / 1e-6 from rounding. Relative to the
// largest slope 1e-6 covers both; a wrong term in a gradient is larger by orders of magnitude.
// `except`: names of learned tensors ("embeddings" too) whose gradient is not that of the value.
inline void ExpectGradientsAgree(Loss& loss, const at::Tensor& points, const at::Tensor& labels,
                                 const Tuples* tuples = nullptr,
                                 const std::vector<std::string>& except = {}) {
  constexpr double kStep = 1e-6;
  at::Tensor embeddings = points.to(at::kDouble).clone().set_requires_grad(true);
  CastParameters(loss, at::kDouble);
  std::vector<NamedTensor> tensors = {{"embeddings", embeddings}};
  for (NamedTensor& named : loss.Parameters()) {
    named.tensor.mutable_grad() = at::Tensor();
    tensors.push_back(named);
  }
  const auto value = [&] { return Evaluate(loss, {embeddings, labels, tuples}); };
  value().backward();
  for (const NamedTensor& named : tensors) {
    if (std::find(except.begin(), except.end(), named.name) != except.end()) continue;
    ASSERT_TRUE(named.tensor.grad().defined()) << named.name << " has no gradient";
    at::Tensor flat = named.tensor.data().view({-1});  // writes past autograd
    const at::Tensor gradient = named.tensor.grad().reshape({-1});
    const double tolerance = 1e-6 * (1e-3 + gradient.abs().max().item<double>());
    for (int64_t i = 0; i < flat.numel(); ++i) {
      const double old = flat[i].item<double>();
      flat[i].fill_(old + kStep);
      const double above = value().item<double>();
      flat[i].fill_(old - kStep);
      const double below = value().item<double>();
      flat[i].fill_(old);
      EXPECT_NEAR(gradient[i].item<double>(), (above - below) / (2 * kStep), tolerance)
          << named.name << "[" << i << "]";
    }
  }
}

// float32 agrees with float64 to `float_tolerance` (relative to 1 + value). bfloat16 gives what
// float32 gives for the rounded embeddings, and differs from float64 by no more than rounding
// explains: a relative 2^-9 of every coordinate, to first order sum |gradient x| 2^-9, doubled for
// the higher orders.
inline void ExpectTypesAgree(Loss& loss, const at::Tensor& points, const at::Tensor& labels,
                             const Tuples* tuples = nullptr, double float_tolerance = 1e-5) {
  const at::Tensor exact = points.to(at::kDouble).clone().set_requires_grad(true);
  CastParameters(loss, at::kDouble);
  const at::Tensor value = Evaluate(loss, {exact, labels, tuples});
  value.backward();
  const double expected = value.item<double>();
  CastParameters(loss, at::kFloat);
  EXPECT_NEAR(Value(loss, points.to(at::kFloat), labels, tuples), expected,
              float_tolerance * (1 + std::abs(expected)));
  const at::Tensor rounded = points.to(at::kBFloat16).set_requires_grad(true);
  const at::Tensor coarse = Evaluate(loss, {rounded, labels, tuples});
  EXPECT_EQ(coarse.item<double>(), Value(loss, rounded.to(at::kFloat), labels, tuples));
  const double slope = (exact.grad() * exact).abs().sum().item<double>();
  EXPECT_NEAR(coarse.item<double>(), expected,
              2 * slope * std::pow(2.0, -9) + float_tolerance * (1 + std::abs(expected)));
  coarse.backward();
  EXPECT_TRUE(at::isfinite(rounded.grad()).all().item<bool>());
  CastParameters(loss, at::kDouble);
}

// Value and all gradients are finite. Returns the value.
inline double ExpectFinite(Loss& loss, const at::Tensor& points, const at::Tensor& labels,
                           const Tuples* tuples = nullptr) {
  const at::Tensor embeddings = points.clone().set_requires_grad(true);
  for (NamedTensor& named : loss.Parameters()) named.tensor.mutable_grad() = at::Tensor();
  const at::Tensor value = Evaluate(loss, {embeddings, labels, tuples});
  EXPECT_TRUE(std::isfinite(value.item<double>())) << value;
  EXPECT_TRUE(value.requires_grad()) << "no gradient leads back";
  if (value.requires_grad()) value.backward();
  const auto finite = [](const at::Tensor& gradient) {
    return !gradient.defined() || at::isfinite(gradient).all().item<bool>();
  };
  EXPECT_TRUE(finite(embeddings.grad())) << embeddings.grad();
  for (const NamedTensor& named : loss.Parameters()) EXPECT_TRUE(finite(named.tensor.grad()));
  return value.item<double>();
}

// What every loss must survive, in float32 and float64: zero vectors, equal vectors, opposite ones,
// and one class. `tuples_of`: the tuples it takes, from labels; null where it takes labels alone.
inline void ExpectSurvivesDegenerateInput(
    Loss& loss, int64_t dimension, Tuples (*tuples_of)(const std::vector<int64_t>&) = nullptr) {
  const std::vector<int64_t> mixed = {0, 0, 1, 1, 2}, one(5, 1);
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    const at::Tensor ones = at::ones({5, dimension}, type);
    const at::Tensor signs = at::tensor({1.0, -1.0, 1.0, -1.0, 1.0}).to(type).unsqueeze(1);
    const at::Tensor random = RandomPoints(5, dimension, 3).to(type);
    for (const std::vector<int64_t>& labels : {mixed, one}) {
      Tuples tuples;
      if (tuples_of != nullptr) tuples = tuples_of(labels);
      for (const at::Tensor& x : {at::zeros_like(ones), ones, ones * signs, random, random * 1e3}) {
        ExpectFinite(loss, x, Indices(labels), tuples_of == nullptr ? nullptr : &tuples);
      }
    }
  }
}

// Zero rows: a loss of 0 with a gradient.
inline void ExpectEmptyBatchCostsNothing(Loss& loss, int64_t dimension,
                                         const Tuples* tuples = nullptr) {
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    EXPECT_EQ(ExpectFinite(loss, at::zeros({0, dimension}, type), Indices({}), tuples), 0.0);
  }
}

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_LOSS_TESTING_H_
