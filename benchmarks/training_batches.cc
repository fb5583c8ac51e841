// What augmentations cost: training batches of 224 px from crops of 256 px, by one thread.
//
//   bazel build //benchmarks:training_batches
//   bazel-bin/benchmarks/training_batches --benchmark_repetitions=5
//     --benchmark_report_aggregates_only
//
// The crops lie decoded in memory; a batch is what the training loop is handed: windows, mirrored,
// augmented, mean subtracted, in float32. items_per_second is images/s of one thread; "none" is
// crop and flip alone. Quote medians of an idle machine, with its processor.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <opencv2/core.hpp>

#include "core/base/check.h"
#include "core/base/json.h"
#include "core/base/random.h"
#include "core/plugin/library.h"
#include "core/records/blob_file.h"
#include "core/records/crops.h"
#include "core/records/record_lines.h"
#include "core/training/batches.h"

namespace facet {
namespace {

constexpr int64_t kInput = 224, kCrop = 256, kImages = 64, kBatch = 16;

std::unique_ptr<CropSet> MakeCrops() {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / absl::StrCat("facet-training_batches-", ::getpid());
  std::filesystem::create_directories(folder);
  const std::string blobs = folder / "crops.mdb", lines = folder / "crops.jsonl";
  auto writer = *BlobWriter::Create(blobs);
  std::vector<CropRecord> records;
  Random random(1);
  for (int64_t i = 0; i < kImages; ++i) {
    CropRecord record;
    record.sample = i;
    record.width = record.height = kCrop;
    std::string pixels(static_cast<size_t>(kCrop * kCrop * 3), '\0');
    for (char& pixel : pixels) pixel = static_cast<char>(random.Index(256));
    FACET_CHECK(writer->Append(i, pixels).ok());
    records.push_back(record);
  }
  FACET_CHECK(writer->Finish().ok());
  FACET_CHECK(WriteRecords(lines, records).ok());
  auto set = *CropSet::Open(blobs, lines, 1);
  std::filesystem::remove_all(folder);  // it stays in memory
  return set;
}

template <class T>
std::unique_ptr<T> Create(const std::string& name, const Json& options) {
  const std::string folder = absl::StrCat("plugins/", T::kKind, "s/lib", name, ".so");
  auto made = CreateComponent(folder, T::kKind, name, Dump(options));
  FACET_CHECK(made.ok());
  return std::unique_ptr<T>(static_cast<T*>(made->release()));
}

using Steps = std::vector<std::pair<std::string, Json>>;

void Measure(benchmark::State& state, const Steps& steps) {
  static const CropSet* const crops = MakeCrops().release();
  cv::setNumThreads(1);
  Split split;
  for (int64_t i = 0; i < kImages; ++i) split.training.push_back(i);
  InputFormat format;
  format.size_px = kInput;
  format.mean_bgr = {93.6f, 104.8f, 129.2f};
  const auto sampler = Create<Sampler>("random", Json::object());
  std::vector<std::unique_ptr<Augmentation>> made;
  std::vector<AugmentationStep> named;
  for (const auto& [name, options] : steps) {
    made.push_back(Create<Augmentation>(name, options));
    named.push_back({name, made.back().get()});
  }
  const Batches batches(*crops, std::vector<int64_t>(kImages, 0), split, kBatch, *sampler,
                        Augmenter(named, kInput), format, 1);
  const std::vector<int64_t> order = *batches.EpochOrder(0);
  int64_t epoch = 0;
  for (auto _ : state) {
    for (int64_t i = 0; i < batches.num_training(); ++i) {
      benchmark::DoNotOptimize(batches.Training(epoch, order, i)->pixels.data());
    }
    ++epoch;
  }
  state.SetItemsProcessed(state.iterations() * kImages);
}

void Register(const std::string& name, const Steps& more) {
  Steps steps = {{"crop", Json::object()}, {"flip", Json::object()}};
  steps.insert(steps.end(), more.begin(), more.end());
  benchmark::RegisterBenchmark(("BM_TrainingBatches/" + name).c_str(),
                               [steps](benchmark::State& state) { Measure(state, steps); })
      ->Unit(benchmark::kMillisecond);
}

void RegisterAll() {
  const Json always = {{"probability", 1.0}}, half = {{"probability", 0.5}};
  const Json jitter = {{"strength", 0.4}};
  const Steps colour = {{"brightness", jitter},
                        {"contrast", jitter},
                        {"hue", {{"angle_rad", 0.3}}},
                        {"saturation", jitter},
                        {"grey", {{"probability", 0.2}}}};
  const Json zoom = {{"min", 0.9}, {"max", 1.4}}, rotate = {{"angle_rad", 0.2}};
  Register("none", {});
  Register("colour", colour);
  for (const char* step : {"blur", "erase", "jpeg", "low_resolution"}) {
    Register(step, {{step, always}});
  }
  Register("zoom", {{"zoom", zoom}});
  Register("rotate", {{"rotate", rotate}});
  Steps all = {{"zoom", zoom}, {"rotate", rotate}};
  all.insert(all.end(), colour.begin(), colour.end());
  for (const char* step : {"blur", "jpeg", "low_resolution", "erase"}) all.push_back({step, half});
  Register("all", all);
}

}  // namespace
}  // namespace facet

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  facet::RegisterAll();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
