// Optimisers against the formulas of their papers, written out in loops in double precision.
#include "core/training/optimizer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

constexpr int kSteps = 5;
constexpr int64_t kShape[] = {3, 2, 3, 3};
constexpr int64_t kSize = 54;

// float32 against float64 over a few steps of about 0.1: some roundings of 6e-8 each.
constexpr double kTolerance = 1e-5;

std::vector<double> Values(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.detach().to(at::kDouble).contiguous().view({-1});
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

at::Tensor Learned(const at::Tensor& values) { return values.clone().set_requires_grad(true); }

OptimizerSettings Settings(const std::string& use) {
  OptimizerSettings settings;
  settings.use = use;
  settings.weight_decay = 0.01;
  return settings;
}

// The gradient of sum(w * g) is g.
void SetGradient(Optimizer& optimizer, const at::Tensor& w, const at::Tensor& g) {
  optimizer.ZeroGradients();
  (w * g).sum().backward();
}

StoredTensors State(const Optimizer& optimizer, bool state) {
  TensorSources sources;
  optimizer.Export(state, &sources);
  return *ParseTensors(SerializeTensors(sources));
}

std::vector<float> Exported(const Optimizer& optimizer, const std::string& name) {
  return State(optimizer, false).tensors.at(name).values;
}

// One value's state in the naive loops.
struct Naive {
  double w = 0, first = 0, second = 0;
};

// Runs the optimiser on random gradients beside `step(value, gradient, t)` for each value.
template <class Step>
void ExpectFormula(const OptimizerSettings& settings, at::ScalarType type, const Step& step) {
  at::manual_seed(1);
  at::Tensor w = Learned(at::randn(kShape));
  std::vector<Naive> naive;
  for (const double value : Values(w)) naive.push_back({value, 0, 0});
  const std::unique_ptr<Optimizer> optimizer = MakeOptimizer(settings);
  ASSERT_TRUE(optimizer->Add("", {{"w", w}}, {at::kCPU, type}).ok());
  EXPECT_EQ(w.scalar_type(), type);
  for (int t = 1; t <= kSteps; ++t) {
    const at::Tensor g = at::randn(kShape).to(type);
    SetGradient(*optimizer, w, g);
    optimizer->Step(0.1);
    const std::vector<double> gradient = Values(g);
    for (size_t i = 0; i < naive.size(); ++i) step(naive[i], gradient[i], t);
  }
  const std::vector<float> values = Exported(*optimizer, "w");
  for (size_t i = 0; i < naive.size(); ++i) EXPECT_NEAR(values[i], naive[i].w, kTolerance) << i;
  // What the network computes with is the rounded master.
  const std::vector<double> rounded = Values(w);
  for (size_t i = 0; i < naive.size(); ++i) {
    const auto expected = type == at::kFloat
                              ? static_cast<double>(values[i])
                              : static_cast<double>(static_cast<float>(c10::BFloat16(values[i])));
    EXPECT_EQ(rounded[i], expected);
  }
}

TEST(Optimizer, SgdIsTheFormula) {
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    ExpectFormula(Settings("sgd"), type, [](Naive& n, double gradient, int) {
      n.first = 0.9 * n.first + gradient + 0.01 * n.w;
      n.w -= 0.1 * n.first;
    });
  }
}

// Sutskever et al. 2013, equations 3 and 4: v' = mu v - rate f'(x + mu v), x' = x + v'. The weights
// w are x + mu v, where the gradient is taken.
TEST(Optimizer, NesterovIsSutskeversFormula) {
  OptimizerSettings settings = Settings("sgd");
  settings.nesterov = true;
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    ExpectFormula(settings, type, [](Naive& n, double gradient, int) {
      double& v = n.first;
      const double x = n.w - 0.9 * v;
      v = 0.9 * v - 0.1 * (gradient + 0.01 * n.w);
      n.w = x + v + 0.9 * v;
    });
  }
}

TEST(Optimizer, AdamIsAlgorithm1OfKingmaAndBa) {
  OptimizerSettings settings = Settings("adam");
  settings.beta1 = 0.8;
  settings.beta2 = 0.95;
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    ExpectFormula(settings, type, [](Naive& n, double gradient, int t) {
      const double g = gradient + 0.01 * n.w;
      n.first = 0.8 * n.first + (1 - 0.8) * g;
      n.second = 0.95 * n.second + (1 - 0.95) * g * g;
      const double mean = n.first / (1 - std::pow(0.8, t));
      const double square = n.second / (1 - std::pow(0.95, t));
      n.w -= 0.1 * mean / (std::sqrt(square) + 1e-8);
    });
  }
}

// Loshchilov & Hutter 2019, algorithm 2 with alpha = 0.5 and lambda = 0.5 * 0.01, eta = 0.2: the
// rate is eta alpha = 0.1.
TEST(Optimizer, AdamWIsAlgorithm2OfLoshchilovAndHutter) {
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    ExpectFormula(Settings("adamw"), type, [](Naive& n, double g, int t) {
      const double eta = 0.2, alpha = 0.5, lambda = 0.5 * 0.01;
      n.first = 0.9 * n.first + (1 - 0.9) * g;
      n.second = 0.999 * n.second + (1 - 0.999) * g * g;
      const double mean = n.first / (1 - std::pow(0.9, t));
      const double square = n.second / (1 - std::pow(0.999, t));
      n.w -= eta * (alpha * mean / (std::sqrt(square) + 1e-8) + lambda * n.w);
    });
  }
}

TEST(Optimizer, VectorsNeedNotDecay) {
  for (const char* use : {"sgd", "adam", "adamw"}) {
    OptimizerSettings settings = Settings(use);
    settings.weight_decay = 0.5;
    settings.decay_vectors = false;
    at::Tensor matrix = Learned(at::ones({2, 2})), vector = Learned(at::ones({2}));
    const std::unique_ptr<Optimizer> optimizer = MakeOptimizer(settings);
    ASSERT_TRUE(optimizer->Add("", {{"matrix", matrix}, {"vector", vector}}, {}).ok());
    SetGradient(*optimizer, matrix, at::zeros({2, 2}));
    (vector * at::zeros({2})).sum().backward();
    optimizer->Step(0.1);
    EXPECT_LT(Exported(*optimizer, "matrix")[0], 1.0f) << use;
    EXPECT_EQ(Exported(*optimizer, "vector")[0], 1.0f) << use;
  }
}

TEST(Optimizer, ALossMayLearnFaster) {
  OptimizerSettings settings = Settings("sgd");
  settings.weight_decay = 0;
  at::Tensor network = Learned(at::ones({1})), proxy = Learned(at::ones({1}));
  const std::unique_ptr<Optimizer> optimizer = MakeOptimizer(settings);
  ASSERT_TRUE(optimizer->Add("", {{"w", network}}, {}).ok());
  ASSERT_TRUE(optimizer->Add("loss.", {{"w", proxy}}, {}, /*rate_factor=*/4).ok());
  (network + proxy).sum().backward();
  optimizer->Step(0.125);
  EXPECT_EQ(Exported(*optimizer, "w")[0], 1 - 0.125f);
  EXPECT_EQ(Exported(*optimizer, "loss.w")[0], 1 - 4 * 0.125f);
}

TEST(Optimizer, GoesOnFromItsStateWithTheSameBits) {
  for (const char* use : {"sgd", "adam", "adamw"}) {
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
      at::manual_seed(2);
      const at::Tensor initial = at::randn(kShape);
      std::vector<at::Tensor> gradients;
      for (int t = 0; t < kSteps; ++t) gradients.push_back(at::randn(kShape).to(type));
      StoredTensors checkpoint;
      std::vector<float> whole, resumed;
      for (const bool resume : {false, true}) {
        at::Tensor w = Learned(initial);
        const std::unique_ptr<Optimizer> optimizer = MakeOptimizer(Settings(use));
        ASSERT_TRUE(optimizer->Add("", {{"w", w}}, {at::kCPU, type}).ok());
        if (resume) {
          ASSERT_TRUE(optimizer->Import(checkpoint).ok());
        }
        for (int t = resume ? 2 : 0; t < kSteps; ++t) {
          if (t == 2 && !resume) checkpoint = State(*optimizer, true);
          SetGradient(*optimizer, w, gradients[static_cast<size_t>(t)]);
          optimizer->Step(0.1);
        }
        (resume ? resumed : whole) = Exported(*optimizer, "w");
      }
      EXPECT_EQ(resumed, whole) << use;
    }
  }
}

TEST(Optimizer, AnotherOptimisersStateIsNotTaken) {
  at::Tensor w = Learned(at::ones({2})), v = Learned(at::ones({2}));
  const auto sgd = MakeOptimizer(Settings("sgd")), adam = MakeOptimizer(Settings("adam"));
  ASSERT_TRUE(sgd->Add("", {{"w", w}}, {}).ok());
  ASSERT_TRUE(adam->Add("", {{"w", v}}, {}).ok());
  const absl::Status status = adam->Import(State(*sgd, true));
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no tensor moment1/w"));
}

TEST(Optimizer, GradientsHaveOneNormTogether) {
  const int threads = at::get_num_threads();
  double norms[2];
  for (const int i : {0, 1}) {
    at::set_num_threads(i + 1);
    at::manual_seed(3);
    at::Tensor network = Learned(at::zeros({300, 400})), proxy = Learned(at::zeros({7}));
    const at::Tensor a = at::randn({300, 400}).to(at::kBFloat16), b = at::randn({7});
    const std::unique_ptr<Optimizer> optimizer = MakeOptimizer(Settings("sgd"));
    ASSERT_TRUE(optimizer->Add("", {{"w", network}}, {at::kCPU, at::kBFloat16}).ok());
    ASSERT_TRUE(optimizer->Add("loss.", {{"w", proxy}}, {}).ok());
    SetGradient(*optimizer, network, a);
    (proxy * b).sum().backward();
    norms[i] = optimizer->GradientNorm();
    double sum = 0;
    for (const double value : Values(a)) sum += value * value;
    for (const double value : Values(b)) sum += value * value;
    EXPECT_NEAR(norms[i], std::sqrt(sum), 1e-9 * std::sqrt(sum));  // order of 120,007 additions
  }
  EXPECT_EQ(norms[0], norms[1]);
  at::set_num_threads(threads);
}

TEST(Optimizer, ScalesGradientsBeforeAnythingElse) {
  for (const char* use : {"sgd", "adam", "adamw"}) {
    std::vector<float> scaled, plain;
    for (const bool scale : {false, true}) {
      at::manual_seed(4);
      at::Tensor w = Learned(at::randn(kShape));
      const at::Tensor g = at::randn(kShape);
      const std::unique_ptr<Optimizer> optimizer = MakeOptimizer(Settings(use));
      ASSERT_TRUE(optimizer->Add("", {{"w", w}}, {}).ok());
      SetGradient(*optimizer, w, scale ? g : g * 0.25);
      optimizer->Step(0.1, scale ? 0.25 : 1.0);
      (scale ? scaled : plain) = Exported(*optimizer, "w");
    }
    EXPECT_EQ(scaled, plain) << use;  // a power of 2: exact
  }
}

TEST(Optimizer, NamesATensorWithoutAGradient) {
  at::Tensor used = Learned(at::ones({2})), orphan = Learned(at::ones({2}));
  at::Tensor network = Learned(at::ones({2}));
  const std::unique_ptr<Optimizer> optimizer = MakeOptimizer(Settings("sgd"));
  ASSERT_TRUE(optimizer->Add("", {{"w", network}}, {}).ok());
  ASSERT_TRUE(optimizer->Add("loss.", {{"used", used}, {"orphan", orphan}}, {}).ok());
  (used.sum() + network.sum()).backward();
  optimizer->Step(0.1);
  EXPECT_TRUE(optimizer->CheckGradients("").ok());
  EXPECT_THAT(std::string(optimizer->CheckGradients("loss.").message()),
              HasSubstr("learned tensor loss.orphan gets no gradient"));
  optimizer->ZeroGradients();
  orphan.sum().backward();  // in a later step: it learns after all
  optimizer->Step(0.1);
  EXPECT_TRUE(optimizer->CheckGradients("loss.").ok());
  EXPECT_THAT(std::string(optimizer->Add("loss.", {{"used", used}}, {}).message()),
              HasSubstr("two"));
  EXPECT_THAT(std::string(optimizer->Add("", {{"fixed", at::ones({1})}}, {}).message()),
              HasSubstr("fixed is no leaf that requires a gradient"));
}

}  // namespace
}  // namespace facet
