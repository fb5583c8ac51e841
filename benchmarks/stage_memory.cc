// The memory that a stage needs besides what it must hold: describe by the number of images, a
// checkpoint by the number of weights, training of the paper's networks by train.micro_batch, the
// embedding W' by the number of descriptors.
//
//   bazel build //benchmarks:stage_memory
//   OMP_WAIT_POLICY=passive bazel-bin/benchmarks/stage_memory
//     --benchmark_filter=Train/B/px:224/micro_batch:16/
//
// `peak_mib` is the largest resident size while the stage ran, less the one before; memory that a
// case before has left to the allocator is part of that, so take one case a process. Describe has
// crops of 8 x 8 px and a network of one matrix (192 x 4,096), so that nothing but descriptors
// counts: one image is 16 KiB of them. The checkpoint is of network D's shapes with SGD's momentum:
// at 139 M weights 531 MiB of them, and as much again of state; some 4-D tensors are stored channels
// last, as networks run. Train is the stage as table4.toml has it (224 px, batch 64, 2,622 people)
// for two steps on crops of 256 px: `step_s` is the second, which is worth something on an idle
// machine alone, `step_cpu_s` what all threads computed of it; weights, gradient and momentum are
// `learned_mib` of its peak, the crops 492 MiB (px:224). micro_batch 0: none. The embedding learns
// one epoch of two images a person from descriptors [images, D] -> L; with one_step only the first
// 64 people have two, and W' begins with random numbers, so that 4,096 values a descriptor take
// minutes. `file_mib` are the descriptors; what of them is in memory is the file's pages, which the
// system may drop: `peak_own_mib` is without them, looked at every millisecond.
#include <ATen/ATen.h>
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/process_memory.h"
#include "core/base/check.h"
#include "core/base/random.h"
#include "core/pipeline/context_testing.h"
#include "core/records/blob_file.h"
#include "core/records/crops.h"
#include "core/records/descriptors.h"
#include "core/records/npy.h"
#include "core/records/record_lines.h"
#include "core/stages/describe/describe.h"
#include "core/stages/project/project.h"
#include "core/stages/train/train.h"
#include "core/training/checkpoint.h"
#include "core/training/learned_tensors.h"

namespace facet {
namespace {

constexpr int64_t kSide = 8, kDimension = 4096;

// Of pages that no file is behind, while it lives.
class OwnPeak {
 public:
  OwnPeak() : before_(MemoryMib("RssAnon")), peak_(before_), thread_([this] { Look(); }) {}
  ~OwnPeak() { Stop(); }
  double Stop() {
    done_ = true;
    if (thread_.joinable()) thread_.join();
    return peak_ - before_;
  }

 private:
  void Look() {
    while (!done_) {
      peak_ = std::max(peak_, MemoryMib("RssAnon"));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  const double before_;
  double peak_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

class OneMatrix final : public Architecture {
 public:
  NetworkInput input() const override {
    NetworkInput input;
    input.size_px = kSide;
    return input;
  }
  int64_t dimension() const override { return kDimension; }
  void Initialize(uint64_t seed) override {
    at::manual_seed(seed);
    weight_ = at::randn({kSide * kSide * 3, kDimension}).set_requires_grad(true);
  }
  at::Tensor Forward(const at::Tensor& images, bool) override {
    return images.contiguous().flatten(1).mm(weight_);
  }
  std::vector<NamedTensor> Parameters() override { return {{"weight", weight_}}; }

 private:
  at::Tensor weight_;
};

std::string Folder() {
  return (std::filesystem::temp_directory_path() / absl::StrCat("facet-stage_memory-", ::getpid()))
      .string();
}

void Describe(benchmark::State& state) {
  const int64_t num_images = state.range(0);
  for (auto _ : state) {
    const std::string folder = Folder();
    FakeContext context(folder,
                        {{"architecture",
                          {"", "architecture", "one_matrix", Json::object(),
                           [] { return std::make_unique<OneMatrix>(); }}}},
                        {{"kind", "one"}, {"scales", {kSide}}});
    {
      auto writer = *BlobWriter::Create(folder + "/crops.mdb");
      auto lines = *JsonLineWriter::Create(folder + "/crops.jsonl");
      CropRecord record;
      record.identity = "somebody";
      record.width = record.height = kSide;
      for (record.sample = 0; record.sample < num_images; ++record.sample) {
        const std::string pixels(kSide * kSide * 3, static_cast<char>(record.sample));
        FACET_CHECK(writer->Append(record.sample, pixels).ok());
        FACET_CHECK(lines->Write(ToJson(record)).ok());
      }
      FACET_CHECK(writer->Finish().ok() && lines->Finish().ok());
    }
    context.inputs_["crops"] = folder;
    state.counters["peak_mib"] = PeakMib([&] {
      const absl::Status status = RunDescribe(context);
      if (!status.ok()) state.SkipWithError(std::string(status.message()).c_str());
    });
    state.counters["descriptors_mib"] =
        static_cast<double>(num_images * kDimension * 4) / (1 << 20);
    std::filesystem::remove_all(folder);
  }
}
BENCHMARK(Describe)->ArgName("images")->Arg(2000)->Arg(200000)->Iterations(1)->Unit(
    benchmark::kSecond);

// People of two images each, near together; with one_step those behind the first 64 have one.
void WriteDescriptors(const std::string& folder, int64_t num_images, int64_t dimension,
                      bool one_step) {
  auto writer = *NpyWriter::Create(folder + "/descriptors.npy", {num_images, dimension});
  auto lines = *JsonLineWriter::Create(folder + "/rows.jsonl");
  std::vector<float> row(static_cast<size_t>(dimension));
  for (int64_t i = 0; i < num_images; ++i) {
    const int64_t person = one_step && i >= 128 ? i : i / 2;
    Random of_person(static_cast<uint64_t>(person)), of_image(static_cast<uint64_t>(-1 - i));
    for (float& value : row) {
      value = static_cast<float>(of_person.Uniform() + 0.2 * of_image.Uniform());
    }
    FACET_CHECK(writer->Append(row.data(), dimension).ok());
    FACET_CHECK(lines->Write(ToJson(DescriptorRecord{i, absl::StrCat(person), 1.0, -1})).ok());
  }
  FACET_CHECK(writer->Finish().ok() && lines->Finish().ok());
}

void Embed(benchmark::State& state) {
  const int64_t num_images = state.range(0), dimension = state.range(1);
  const bool one_step = state.range(3) != 0;
  for (auto _ : state) {
    const std::string folder = Folder();
    FakeContext context(
        folder,
        {{"loss", {"plugins/losses/libtriplet.so", "loss", "triplet"}},
         {"miner", {"plugins/miners/librandom_violating.so", "miner", "random_violating"}}},
        {{"on", "train"},
         {"dimension", state.range(2)},
         {"epochs", 1},
         {"initial", one_step ? "normal" : "pca"}});
    WriteDescriptors(folder, num_images, dimension, one_step);
    context.inputs_["descriptors"] = folder;
    OwnPeak own;
    state.counters["peak_mib"] = PeakMib([&] {
      const absl::Status status = RunProject(context);
      if (!status.ok()) state.SkipWithError(std::string(status.message()).c_str());
    });
    state.counters["peak_own_mib"] = own.Stop();
    state.counters["file_mib"] = static_cast<double>(num_images * dimension * 4) / (1 << 20);
    std::filesystem::remove_all(folder);
  }
}
BENCHMARK(Embed)
    ->ArgNames({"images", "D", "L", "one_step"})
    ->Args({2000, 64, 16, 0})
    ->Args({100000, 512, 128, 0})
    ->Args({100000, 4096, 1024, 1})
    ->Iterations(1)
    ->Unit(benchmark::kSecond);

// `scale` divides the fully connected layers' sides.
void Checkpoint(benchmark::State& state) {
  const int64_t scale = state.range(0);
  const std::string folder = Folder();
  std::filesystem::create_directories(folder);
  // What it stores is as large as the weights, like sgd's velocity.
  class OneState : public Optimizer {
   public:
    std::vector<std::string> StateNames() const override { return {"velocity"}; }
    absl::Status Step(const OptimizedTensor&, const OptimizerStep&) const override {
      return absl::OkStatus();
    }
  };
  const OneState rule;
  LearnedTensors learned(rule, "one state", /*decay_vectors=*/true);
  std::vector<NamedTensor> tensors;
  double weights = 0;
  const auto add = [&](const std::vector<int64_t>& shape) {
    tensors.push_back(
        {absl::StrCat("layer", tensors.size()), at::ones(shape).requires_grad_(true)});
    weights += static_cast<double>(tensors.back().tensor.numel());
  };
  for (const auto& [in, out, count] : {std::array<int64_t, 3>{64, 64, 1},
                                       {64, 128, 1},
                                       {128, 128, 1},
                                       {128, 256, 1},
                                       {256, 256, 2},
                                       {256, 512, 1},
                                       {512, 512, 5}}) {
    for (int64_t i = 0; i < count; ++i) add({out, in, 3, 3});
  }
  add({4096 / scale, 25088 / scale});
  add({4096 / scale, 4096 / scale});
  add({1200, 4096 / scale});
  FACET_CHECK(learned.Add("", tensors, {}).ok());
  CheckpointStore store(folder);
  int64_t step = 0;
  for (auto _ : state) {
    state.counters["peak_mib"] = PeakMib([&] {
      TensorSources sources;
      learned.Export(/*state=*/true, &sources);
      FACET_CHECK(store.Save(++step, std::move(sources)).ok());
    });
  }
  state.counters["weights"] = weights;
  std::filesystem::remove_all(folder);
}
BENCHMARK(Checkpoint)->ArgName("scale")->Arg(16)->Arg(1)->Iterations(1)->Unit(benchmark::kSecond);

constexpr int64_t kBatch = 64;
constexpr int kSteps = 2;

// Stops after kSteps steps, without a checkpoint, and keeps their times.
class TwoSteps final : public FakeContext {
 public:
  using FakeContext::FakeContext;
  void Progress(int64_t done, int64_t total, const std::string& unit,
                const std::string& note) override {
    FakeContext::Progress(done, total, unit, note);
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    times_s_.push_back(std::chrono::duration<double>(now).count());
    cpu_s_.push_back(static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
  }
  std::vector<double> times_s_, cpu_s_;
};

Use Plugin(const std::string& kind, const std::string& folder, const std::string& name,
           const Json& options = Json::object()) {
  // Bazel keeps a test's files apart from those of the program that it calls.
  const char* const of_test = std::getenv("TEST_SRCDIR");
  const std::string runfiles =
      of_test != nullptr ? of_test
                         : std::filesystem::read_symlink("/proc/self/exe").string() + ".runfiles";
  return {absl::StrCat(runfiles, "/facet/plugins/", folder, "/lib", name, ".so"), kind, name,
          options};
}

// kSteps batches of noise, somebody else on each image, as many people as there are at most.
void WriteCrops(const std::string& folder, int64_t side, int64_t people) {
  auto writer = *BlobWriter::Create(folder + "/crops.mdb");
  auto lines = *JsonLineWriter::Create(folder + "/crops.jsonl");
  Random random(1);
  CropRecord record;
  record.width = record.height = side;
  for (record.sample = 0; record.sample < std::max(people, kSteps * kBatch); ++record.sample) {
    record.identity = std::to_string(record.sample % people);
    std::string pixels(static_cast<size_t>(side * side * 3), static_cast<char>(record.sample));
    for (size_t i = 0; i < pixels.size(); i += 7) pixels[i] = static_cast<char>(random.Index(256));
    FACET_CHECK(writer->Append(record.sample, pixels).ok());
    FACET_CHECK(lines->Write(ToJson(record)).ok());
  }
  FACET_CHECK(writer->Finish().ok() && lines->Finish().ok());
}

void Train(benchmark::State& state, const std::string& config, int64_t px, int64_t people) {
  const std::string folder = Folder();
  for (auto _ : state) {
    TwoSteps context(folder,
                     {{"architecture", Plugin("architecture", "architectures", "vgg",
                                              {{"config", config}, {"input_px", px}})},
                      {"loss", Plugin("loss", "losses", "softmax")},
                      {"optimizer", Plugin("optimizer", "optimizers", "sgd",
                                           {{"momentum", 0.9}, {"weight_decay", 5e-4}})},
                      {"schedule", Plugin("schedule", "schedules", "plateau")},
                      {"sampler", Plugin("sampler", "samplers", "random")},
                      {"augmentation.crop", Plugin("augmentation", "augmentations", "crop")},
                      {"augmentation.flip", Plugin("augmentation", "augmentations", "flip")}},
                     {{"loop",
                       {{"batch", kBatch},
                        {"micro_batch", state.range(0)},
                        {"epochs", 90},
                        {"mean", "image"},
                        {"validation_share", 0.0}}},
                      {"augmentation", {"crop", "flip"}}});
    WriteCrops(folder, px * 8 / 7, people);
    context.inputs_["crops"] = folder;
    context.checkpoints_.clear();
    context.stop_after_ = kSteps;
    state.counters["peak_mib"] = PeakMib([&] {
      const absl::Status status = RunTrain(context);
      if (!absl::IsCancelled(status)) state.SkipWithError(std::string(status.message()).c_str());
    });
    const size_t last = context.times_s_.size() - 1;
    if (last > 0) {
      state.counters["step_s"] = context.times_s_[last] - context.times_s_[last - 1];
      state.counters["step_cpu_s"] = context.cpu_s_[last] - context.cpu_s_[last - 1];
    }
    // Weights, gradient, momentum, of the classifier too.
    const auto vgg = *context.Create<Architecture>("architecture");
    double learned = static_cast<double>((vgg->dimension() + 1) * people);
    for (const NamedTensor& each : vgg->Parameters()) {
      learned += static_cast<double>(each.tensor.numel());
    }
    state.counters["learned_mib"] = 3 * 4 * learned / (1 << 20);
  }
  std::filesystem::remove_all(folder);
}

void Register() {
  for (const char* config : {"A", "B", "D"}) {
    for (const auto& [px, people] : {std::pair<int64_t, int64_t>{32, 8}, {224, 2622}}) {
      benchmark::RegisterBenchmark(absl::StrCat("Train/", config, "/px:", px).c_str(),
                                   [config, px = px, people = people](benchmark::State& state) {
                                     Train(state, config, px, people);
                                   })
          ->ArgName("micro_batch")
          ->Arg(0)
          ->Arg(32)
          ->Arg(16)
          ->Arg(8)
          ->Iterations(1)
          ->Unit(benchmark::kSecond);
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
