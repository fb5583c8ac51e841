// A training step: facet's against the loop that LibTorch's manual suggests.
//
//   bazel build //benchmarks:training_step
//   OMP_WAIT_POLICY=passive bazel-bin/benchmarks/training_step --benchmark_repetitions=5
//     --benchmark_report_aggregates_only [--benchmark_filter=bfloat16/px:64]
//
// facet's step is the production Trainer with everything a training run does: batches made in the
// background, forward, softmax loss, backward, SGD with momentum and weight decay. The plain loop
// is torch::nn modules, torch::optim::SGD, weights and images channels last, autocast for bfloat16,
// one ready batch. Both train the same network from the same weights, with the same batch size and
// threads, and in one process: both get memory from an allocator that keeps what is freed. A plain
// step follows each of facet's: what else the machine does hits both alike. PyTorch is the peer of
// peers/training_step.py.
//
// Read the rows "_median" (over the repetitions; each is itself a median over steps):
//   Time               one step of facet
//   plain_ms           one step of the plain loop
//   plain_over_facet   median of the pairs' ratios: above 1, facet is the faster one
//   fastest_...        the same of the fastest steps, which other load disturbs least
//   items_per_second   images/s of facet
// Quote figures of an idle machine with processor and repetitions; "_cv" tells how steady they are.
// On a busy one bfloat16 says little: the threads of oneDNN's convolutions spin as they wait.
// OPENBLAS_CORETYPE should be what the host sets for its workers (core/graph/executor.cc).
#include <ATen/autocast_mode.h>
#include <benchmark/benchmark.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/pooling.h>
#include <torch/optim/sgd.h>
#include <torch/version.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmarks/vgg_training.h"
#include "core/base/check.h"

namespace facet {
namespace {

using bench::kDropout;
using bench::kIdentities;
using bench::kMomentum;
using bench::kRate;
using bench::kWeightDecay;

constexpr int kWarmUpSteps = 3;  // not counted

struct Case : bench::VggCase {
  int steps = 12;  // counted, of a repetition
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double Fastest(const std::vector<double>& values) {
  return *std::min_element(values.begin(), values.end());
}

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Autocast to bfloat16 on the CPU while it lives; later releases renamed the calls.
class AutocastScope {
 public:
  explicit AutocastScope(bool enabled) : enabled_(enabled) {
    if (enabled_) Set(true);
  }
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;
  ~AutocastScope() {
    if (!enabled_) return;
    at::autocast::clear_cache();
    Set(false);
  }

 private:
  static void Set(bool enabled) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
    at::autocast::set_autocast_enabled(at::kCPU, enabled);
#else
    at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    at::autocast::set_cpu_enabled(enabled);
#endif
  }
  const bool enabled_;
};

class PlainLoop {
 public:
  PlainLoop(const Case& c, bool bfloat16) : bfloat16_(bfloat16) {
    const int64_t channels[] = {64, 128, 256, 512, 512};
    const int convolutions[] = {1, 1, 2, 2, 2};  // configuration A
    int64_t in = 3;
    for (size_t stage = 0; stage < std::size(channels); ++stage) {
      const int64_t out = std::llround(c.width * static_cast<double>(channels[stage]));
      for (int i = 0; i < convolutions[stage]; ++i) {
        layers_->push_back(torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).padding(1)));
        layers_->push_back(torch::nn::ReLU(torch::nn::ReLUOptions(true)));
        in = out;
      }
      layers_->push_back(torch::nn::MaxPool2d(2));
    }
    layers_->push_back(torch::nn::Flatten());
    in *= (c.input_px / 32) * (c.input_px / 32);
    for (int i = 0; i < 2; ++i) {
      layers_->push_back(torch::nn::Linear(in, c.fc_size));
      layers_->push_back(torch::nn::ReLU(torch::nn::ReLUOptions(true)));
      layers_->push_back(torch::nn::Dropout(kDropout));
      in = c.fc_size;
    }
    layers_->push_back(torch::nn::Linear(in, kIdentities));
  }

  // Starts from the same weights as `parameters`, float32 in the same order.
  void Begin(const std::vector<NamedTensor>& parameters) {
    const at::NoGradGuard no_gradient;
    std::vector<at::Tensor> own = layers_->parameters();
    FACET_CHECK(own.size() == parameters.size());
    for (size_t i = 0; i < own.size(); ++i) {
      own[i].copy_(parameters[i].tensor);
      if (own[i].dim() == 4) own[i].set_data(own[i].contiguous(at::MemoryFormat::ChannelsLast));
    }
    torch::optim::SGDOptions options(kRate);
    options.momentum(kMomentum).weight_decay(kWeightDecay);
    optimizer_ = std::make_unique<torch::optim::SGD>(own, options);
  }

  at::Tensor Evaluate(const at::Tensor& images) {
    layers_->eval();
    const at::Tensor scores = layers_->forward(images);
    layers_->train();
    return scores;
  }

  double Step(const at::Tensor& images, const at::Tensor& labels) {
    optimizer_->zero_grad();
    at::Tensor loss;
    {
      const AutocastScope autocast(bfloat16_);
      loss = at::cross_entropy_loss(layers_->forward(images).to(at::kFloat), labels);
    }
    loss.backward();
    optimizer_->step();
    return loss.item<double>();
  }

 private:
  const bool bfloat16_;
  torch::nn::Sequential layers_;
  std::unique_ptr<torch::optim::SGD> optimizer_;
};

// Both loops with everything they need; Run() once.
class Duel {
 public:
  explicit Duel(const Case& c) : case_(c), training_(c), plain_(c, c.precision == "bfloat16") {
    plain_.Begin(training_.Parameters());
  }

  // Seconds of each counted step, and plain over facet.
  struct Times {
    std::vector<double> facet, plain, ratio;
  };

  Times Run() {
    const Batches& batches = training_.batches();
    const Batch batch = *batches.Training(0, *batches.EpochOrder(0), 0);
    const at::Tensor images = ImagesOf(batch, case_.input_px, {}).clone();
    const at::Tensor labels = LabelsOf(batch, {});
    CheckSameNetwork(images);

    Times times;
    int steps = 0;
    double mark = Now();
    TrainerHooks hooks;
    hooks.progress = [&](int64_t, int64_t, const std::string&) {
      const double facet = Now() - mark;
      at::globalContext().setDeterministicAlgorithms(false, false);  // a plain loop sets nothing
      const double start = Now();
      plain_.Step(images, labels);
      const double plain = Now() - start;
      at::globalContext().setDeterministicAlgorithms(true, false);
      if (++steps > kWarmUpSteps) {
        times.facet.push_back(facet);
        times.plain.push_back(plain);
        times.ratio.push_back(plain / facet);
      }
      mark = Now();
    };
    hooks.stop_requested = [&] { return steps == kWarmUpSteps + case_.steps; };
    training_.Run(hooks);
    return times;
  }

 private:
  void CheckSameNetwork(const at::Tensor& images) {
    const at::NoGradGuard no_gradient;
    const at::Tensor own =
        *training_.loss().Scores(training_.architecture().Forward(images, /*training=*/false));
    FACET_CHECK(at::allclose(own, plain_.Evaluate(images), 1e-3, 1e-4));
  }

  const Case case_;
  bench::VggTraining training_;
  PlainLoop plain_;
};

void TrainingStep(benchmark::State& state, const Case& c) {
  Duel::Times times;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    times = Duel(c).Run();
    state.SetIterationTime(Median(times.facet));
  }
  state.SetItemsProcessed(c.batch);
  state.counters["plain_ms"] = 1e3 * Median(times.plain);
  state.counters["plain_over_facet"] = Median(times.ratio);
  state.counters["fastest_ms"] = 1e3 * Fastest(times.facet);
  state.counters["fastest_plain_over_facet"] = Fastest(times.plain) / Fastest(times.facet);
}

void Register() {
  const Case small, medium = {{128, 0.5, 1024, 32, "", false}, 8};
  for (const char* precision : {"float32", "bfloat16"}) {
    for (Case c : {small, medium}) {
      c.precision = precision;
      const std::string name = absl::StrCat("BM_TrainingStep/vgg-A/", precision, "/px:", c.input_px,
                                            "/width:", c.width, "/batch:", c.batch);
      benchmark::RegisterBenchmark(name.c_str(),
                                   [c](benchmark::State& state) { TrainingStep(state, c); })
          ->UseManualTime()
          ->Unit(benchmark::kMillisecond)
          ->Iterations(1);
    }
  }
}

}  // namespace
}  // namespace facet

int main(int argc, char** argv) {
  facet::Register();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
