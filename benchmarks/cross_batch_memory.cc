// What a step of training needs beside a cross-batch memory: where loss and miner tell anchors from
// references, and where the host filters what they make of all images.
//
//   bazel build //benchmarks:cross_batch_memory
//   bazel-bin/benchmarks/cross_batch_memory
//
// A batch of 64 with 512 dimensions, a memory of M of 1,000 identities. `peak_mib` is the largest
// resident size during loss and gradient, less the one before, with every case in a process of its
// own; `distances` those that are measured, 64 x (64 + M) or (64 + M)^2. Of `triplet` without
// anchors the host lists each triplet and the loss gathers its three embeddings: 6 KB for each of
// 5.8 million at M = 8192, which is left out.
#include <ATen/ATen.h>
#include <benchmark/benchmark.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "benchmarks/process_memory.h"
#include "core/base/check.h"
#include "core/base/random.h"
#include "core/plugin/library.h"
#include "core/training/objective.h"

namespace facet {
namespace {

constexpr int64_t kBatch = 64, kDimension = 512, kIdentities = 1000, kSide = 14;

// The first pixels, each times a weight.
class Pixels final : public Architecture {
 public:
  NetworkInput input() const override {
    NetworkInput input;
    input.size_px = kSide;
    return input;
  }
  int64_t dimension() const override { return kDimension; }
  void Initialize(uint64_t) override {}
  at::Tensor Forward(const at::Tensor& images, bool) override {
    return images.flatten(1).narrow(1, 0, kDimension) * weight_;
  }
  std::vector<NamedTensor> Parameters() override { return {{"weight", weight_}}; }

 private:
  at::Tensor weight_ = at::ones({kDimension}).set_requires_grad(true);
};

template <class Kind>
std::unique_ptr<Kind> Make(const std::string& name) {
  const std::string library = absl::StrCat(
      "plugins/", Kind::kKind == std::string("loss") ? "losses" : "miners", "/lib", name, ".so");
  auto made = CreateComponent(library, Kind::kKind, name, "{}");
  FACET_CHECK(made.ok());
  return std::unique_ptr<Kind>(static_cast<Kind*>(made->release()));
}

Batch RandomBatch(Random& random) {
  Batch batch;
  for (int64_t i = 0; i < kBatch; ++i) {
    batch.labels.push_back(i / 4);
    for (int64_t j = 0; j < 3 * kSide * kSide; ++j) {
      batch.pixels.push_back(static_cast<float>(random.Normal()));
    }
  }
  return batch;
}

// MiB of one step.
double PeakOfStep(const std::string& loss_name, const std::string& miner_name, int64_t num_memory,
                  bool anchors) {
  Pixels network;
  const auto loss = Make<Loss>(loss_name);
  FACET_CHECK(loss->Initialize(kDimension, kIdentities, 1).ok());
  ObjectiveParts parts = {network, *loss, nullptr, "pixels", loss_name, miner_name};
  if (anchors) parts.anchor_loss = static_cast<AnchorLoss*>(loss.get());
  std::unique_ptr<Miner> miner;
  if (!miner_name.empty()) {
    miner = Make<Miner>(miner_name);
    parts.miner = miner.get();
    if (anchors) parts.anchor_miner = static_cast<AnchorMiner*>(miner.get());
  }
  MemorySettings memory;
  memory.size = num_memory;
  memory.start_step = 0;
  Objective objective(parts, 0, memory, {});
  objective.memory().Push(at::randn({num_memory, kDimension}),
                          at::arange(num_memory, at::kLong).remainder(kIdentities));
  Random random(1);
  const Batch batch = RandomBatch(random);
  return PeakMib([&] { FACET_CHECK(objective.Differentiate(batch, 1, 1).ok()); });
}

void Step(benchmark::State& state, const std::string& loss, const std::string& miner) {
  const int64_t num_memory = state.range(0);
  const bool anchors = state.range(1) != 0;
  for (auto _ : state) {
    int pipe_ends[2];
    FACET_CHECK(::pipe(pipe_ends) == 0);
    const pid_t child = ::fork();  // before LibTorch has threads
    if (child == 0) {
      const double peak = PeakOfStep(loss, miner, num_memory, anchors);
      FACET_CHECK(::write(pipe_ends[1], &peak, sizeof(peak)) == sizeof(peak));
      ::_exit(0);
    }
    double peak = 0;
    ::close(pipe_ends[1]);
    const bool whole = ::read(pipe_ends[0], &peak, sizeof(peak)) == sizeof(peak);
    ::close(pipe_ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!whole || status != 0) return state.SkipWithError("the step did not end");
    state.counters["peak_mib"] = peak;
  }
  const int64_t all = kBatch + num_memory;
  state.counters["distances"] = static_cast<double>((anchors ? kBatch : all) * all);
}

#define STEP(name, loss, miner, ...)         \
  BENCHMARK_CAPTURE(Step, name, loss, miner) \
      ->ArgNames({"M", "anchors"})           \
      ->ArgsProduct({__VA_ARGS__})           \
      ->Iterations(1)                        \
      ->Unit(benchmark::kSecond)

STEP(contrastive, "contrastive", "", {256, 8192}, {0, 1});
STEP(ntxent, "ntxent", "", {256, 8192}, {0, 1});
STEP(multi_similarity, "multi_similarity", "", {256, 8192}, {0, 1});
STEP(lifted_structure, "lifted_structure", "", {256, 8192}, {0, 1});
STEP(triplet, "triplet", "", {256, 512}, {0, 1});
BENCHMARK_CAPTURE(Step, triplet, "triplet", "")
    ->ArgNames({"M", "anchors"})
    ->Args({8192, 1})
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
STEP(triplet_of_batch_hard, "triplet", "batch_hard", {256, 8192}, {0, 1});
STEP(contrastive_of_multi_similarity, "contrastive", "multi_similarity", {256, 8192}, {0, 1});

}  // namespace
}  // namespace facet

BENCHMARK_MAIN();
