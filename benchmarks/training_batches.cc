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
#include "core/base/random.h"
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

void Measure(benchmark::State& state, const AugmentSettings& augment) {
  static const CropSet* const crops = MakeCrops().release();
  cv::setNumThreads(1);
  Split split;
  for (int64_t i = 0; i < kImages; ++i) split.training.push_back(i);
  InputFormat format;
  format.size_px = kInput;
  format.mean_bgr = {93.6f, 104.8f, 129.2f};
  const Batches batches(*crops, std::vector<int64_t>(kImages, 0), split, kBatch, augment, format,
                        1);
  const std::vector<int64_t> order = batches.EpochOrder(0);
  int64_t epoch = 0;
  for (auto _ : state) {
    for (int64_t i = 0; i < batches.num_training(); ++i) {
      benchmark::DoNotOptimize(batches.Training(epoch, order, i)->pixels.data());
    }
    ++epoch;
  }
  state.SetItemsProcessed(state.iterations() * kImages);
}

void Register(const std::string& name, const AugmentSettings& augment) {
  benchmark::RegisterBenchmark(("BM_TrainingBatches/" + name).c_str(),
                               [augment](benchmark::State& state) { Measure(state, augment); })
      ->Unit(benchmark::kMillisecond);
}

void RegisterAll() {
  AugmentSettings colour, blur, erase, zoom, rotation, all;
  colour.brightness = colour.contrast = colour.saturation = 0.4;
  colour.hue_rad = 0.3;
  colour.grey = 0.2;
  blur.blur = 1;
  erase.erase = 1;
  zoom.zoom_min = 0.9;
  zoom.zoom_max = 1.4;
  rotation.rotation_rad = 0.2;
  all = colour;
  all.blur = all.erase = 0.5;
  all.zoom_min = 0.9;
  all.zoom_max = 1.4;
  all.rotation_rad = 0.2;
  Register("none", {});
  Register("colour", colour);
  Register("blur", blur);
  Register("erase", erase);
  Register("zoom", zoom);
  Register("rotation", rotation);
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
