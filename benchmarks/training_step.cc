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
// threads. A plain step follows each of facet's: what else the machine does hits both alike.
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
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <thread>

#include "core/base/check.h"
#include "core/base/random.h"
#include "core/plugin/library.h"
#include "core/records/blob_file.h"
#include "core/records/crops.h"
#include "core/records/record_lines.h"
#include "core/training/model.h"
#include "core/training/split.h"
#include "core/training/trainer.h"

namespace facet {
namespace {

constexpr int64_t kIdentities = 100;
constexpr int kBatches = 8;      // different ones
constexpr int kWarmUpSteps = 3;  // not counted
constexpr double kRate = 1e-3, kMomentum = 0.9, kWeightDecay = 5e-4, kDropout = 0.5;

struct Case {
  int64_t input_px = 64;
  double width = 0.25;
  int64_t fc_size = 512, batch = 64;
  int steps = 12;  // counted, of a repetition
};

int NumThreads() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

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

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "training_step: %s\n", std::string(status.message()).c_str());
  std::exit(1);
}

template <class Interface>
std::unique_ptr<Interface> Create(const std::string& library, const std::string& name,
                                  const Json& options) {
  // Bazel keeps a test's files apart from those of the program that it calls.
  const char* const of_test = std::getenv("TEST_SRCDIR");
  const std::string runfiles =
      of_test != nullptr ? of_test
                         : std::filesystem::read_symlink("/proc/self/exe").string() + ".runfiles";
  absl::StatusOr<std::unique_ptr<Component>> made = CreateComponent(
      runfiles + "/facet/plugins/" + library, Interface::kKind, name, Dump(options));
  Require(made.status());
  return std::unique_ptr<Interface>(static_cast<Interface*>(made->release()));
}

// Crops of noise, 8 px larger than the input, in files of their own.
std::unique_ptr<CropSet> MakeCrops(const Case& c, std::vector<int64_t>* labels) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / absl::StrCat("facet-training_step-", ::getpid());
  std::filesystem::create_directories(folder);
  const std::string blobs = folder / "crops.mdb", lines = folder / "crops.jsonl";
  auto writer = *BlobWriter::Create(blobs);
  std::vector<CropRecord> records;
  Random random(1);
  for (int64_t i = 0; i < kBatches * c.batch; ++i) {
    CropRecord record;
    record.sample = i;
    record.width = record.height = c.input_px + 8;
    std::string pixels(static_cast<size_t>(record.width * record.height * 3), '\0');
    for (char& pixel : pixels) pixel = static_cast<char>(random.Index(256));
    Require(writer->Append(i, pixels));
    labels->push_back(i % kIdentities);
    records.push_back(record);
  }
  Require(writer->Finish());
  Require(WriteRecords(lines, records));
  absl::StatusOr<std::unique_ptr<CropSet>> set = CropSet::Open(blobs, lines, NumThreads());
  Require(set.status());
  std::filesystem::remove_all(folder);  // it stays in memory
  return *std::move(set);
}

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
  Duel(const Case& c, const std::string& precision)
      : case_(c),
        architecture_(Create<Architecture>("architectures/libvgg.so", "vgg",
                                           {{"config", "A"},
                                            {"input_px", c.input_px},
                                            {"width", c.width},
                                            {"fc_size", c.fc_size},
                                            {"dropout", kDropout},
                                            {"init", "kaiming"}})),
        loss_(Create<Loss>("losses/libsoftmax.so", "softmax", Json::object())),
        optimizer_(Create<Optimizer>("optimizers/libsgd.so", "sgd",
                                     {{"momentum", kMomentum}, {"weight_decay", kWeightDecay}})),
        schedule_(Create<Schedule>("schedules/libplateau.so", "plateau", {{"rates", {kRate}}})),
        sampler_(Create<Sampler>("samplers/librandom.so", "random", Json::object())),
        crop_(Create<Augmentation>("augmentations/libcrop.so", "crop", Json::object())),
        flip_(Create<Augmentation>("augmentations/libflip.so", "flip", Json::object())),
        crops_(MakeCrops(c, &labels_)),
        numerics_(*PrepareTorch("cpu", precision, NumThreads())),
        plain_(c, precision == "bfloat16") {
    architecture_->Initialize(1);
    Require(loss_->Initialize(c.fc_size, kIdentities, 2));
    std::vector<NamedTensor> parameters = architecture_->Parameters();
    for (NamedTensor& named : loss_->Parameters()) parameters.push_back(named);
    plain_.Begin(parameters);
  }

  // Seconds of each counted step, and plain over facet.
  struct Times {
    std::vector<double> facet, plain, ratio;
  };

  Times Run() {
    InputFormat format = InputFormatOf(architecture_->input());
    format.mean_bgr = {127.5f, 127.5f, 127.5f};
    const Batches batches(*crops_, labels_, SplitRows(labels_, 0.0, 1), case_.batch, *sampler_,
                          Augmenter({{"crop", crop_.get()}, {"flip", flip_.get()}}, case_.input_px),
                          format, 3);
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
    TrainerOptions options;
    options.optimizer = "sgd";
    options.loop.batch = case_.batch;
    TrainerPhase phase;
    phase.schedule = schedule_.get();
    phase.epochs = 90;
    options.phases = {phase};
    options.numerics = numerics_;
    options.loader_threads = std::max(1, NumThreads() / 2);
    Trainer trainer({*architecture_, *loss_, nullptr, "vgg", "softmax", ""}, *optimizer_, batches,
                    options, hooks);
    const absl::Status status = trainer.Run();
    if (!absl::IsCancelled(status)) Require(status);
    return times;
  }

 private:
  void CheckSameNetwork(const at::Tensor& images) {
    const at::NoGradGuard no_gradient;
    const at::Tensor own = *loss_->Scores(architecture_->Forward(images, /*training=*/false));
    FACET_CHECK(at::allclose(own, plain_.Evaluate(images), 1e-3, 1e-4));
  }

  const Case case_;
  std::unique_ptr<Architecture> architecture_;
  std::unique_ptr<Loss> loss_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<Schedule> schedule_;
  std::unique_ptr<Sampler> sampler_;
  std::unique_ptr<Augmentation> crop_, flip_;
  std::vector<int64_t> labels_;
  std::unique_ptr<CropSet> crops_;
  const Numerics numerics_;
  PlainLoop plain_;
};

void TrainingStep(benchmark::State& state, const Case& c, const std::string& precision) {
  Duel::Times times;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    times = Duel(c, precision).Run();
    state.SetIterationTime(Median(times.facet));
  }
  state.SetItemsProcessed(c.batch);
  state.counters["plain_ms"] = 1e3 * Median(times.plain);
  state.counters["plain_over_facet"] = Median(times.ratio);
  state.counters["fastest_ms"] = 1e3 * Fastest(times.facet);
  state.counters["fastest_plain_over_facet"] = Fastest(times.plain) / Fastest(times.facet);
}

void Register() {
  const Case small, medium = {128, 0.5, 1024, 32, 8};
  for (const char* precision : {"float32", "bfloat16"}) {
    for (const Case& c : {small, medium}) {
      const std::string name = absl::StrCat("BM_TrainingStep/vgg-A/", precision, "/px:", c.input_px,
                                            "/width:", c.width, "/batch:", c.batch);
      benchmark::RegisterBenchmark(
          name.c_str(),
          [c, precision](benchmark::State& state) { TrainingStep(state, c, precision); })
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
