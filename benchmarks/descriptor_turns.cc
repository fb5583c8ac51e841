// facet's sides of peers/descriptors.py: faces described by network B, by turns (turns.h).
//
//   descriptor_turns SIDE PRECISION WIDTH FC_SIZE TURNS
//
// SIDE: "facet", the stage as a row's defaults have it: crops are JPEG files of 512 px, ten views at each
// of three scales; "convolutions", those of as many views alone. A turn is the ten faces that the stage
// takes at a time, and there are TURNS of them, the first for warming up. Weights and crops are formulas,
// so that the peer's can be the same; `norm` is the mean length of the descriptors of one view.
#include <ATen/ATen.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/process_memory.h"
#include "benchmarks/taken_steps.h"
#include "benchmarks/turns.h"
#include "benchmarks/vgg_parts.h"
#include "core/base/check.h"
#include "core/image/image_io.h"
#include "core/pipeline/context_testing.h"
#include "core/records/blob_file.h"
#include "core/records/crops.h"
#include "core/records/record_lines.h"
#include "core/stages/describe/describe.h"

namespace facet::bench {
namespace {

constexpr int64_t kInputPx = 224, kFaces = 10, kViews = 30, kPart = 30;
constexpr int kCropPx = 512, kJpegQuality = 95;

struct Case {
  std::string precision = "float32";
  double width = 1.0;
  int64_t fc_size = 4096, turns = 10;
};

// Waves, which any good way to shrink an image keeps as they are.
Image MakeCrop(int64_t face) {
  Image crop(kCropPx, kCropPx);
  for (int y = 0; y < kCropPx; ++y) {
    for (int x = 0; x < kCropPx; ++x) {
      for (int c = 0; c < 3; ++c) {
        const auto k = static_cast<double>(face % kFaces + 1);
        const double wave = std::sin(0.02 * k * x + c) + std::cos(0.015 * k * y - c);
        crop.Pixel(x, y)[c] = static_cast<uint8_t>(std::lround(127.5 + 50 * wave));
      }
    }
  }
  return crop;
}

void WriteCrops(const std::string& folder, int64_t turns) {
  auto writer = *BlobWriter::Create(folder + "/crops.mdb");
  std::vector<CropRecord> records;
  std::vector<std::string> encoded;
  for (int64_t face = 0; face < kFaces; ++face) {
    encoded.push_back(*EncodeJpeg(MakeCrop(face), kJpegQuality));
  }
  for (int64_t i = 0; i < turns * kFaces; ++i) {
    CropRecord record;
    record.sample = i;
    record.identity = "somebody";
    record.width = record.height = kCropPx;
    records.push_back(record);
    Require(writer->Append(i, encoded[static_cast<size_t>(i % kFaces)]));
  }
  Require(writer->Finish());
  Require(WriteRecords(folder + "/crops.jsonl", records));
}

// How long descriptors of one view are.
struct Norms {
  double sum = 0;
  int64_t parts = 0;

  double TakeMean() {
    const double mean = sum / static_cast<double>(parts);
    *this = {};
    return mean;
  }
};

// Network B with the formula's weights; counts its descriptors.
class Watched final : public Architecture {
 public:
  Watched(const Case& c, Norms* norms) : norms_(norms) {
    absl::StatusOr<std::unique_ptr<Component>> made = CreateComponent(
        PluginPath("architectures/libvgg.so"), Architecture::kKind, "vgg",
        Dump({{"config", "B"}, {"width", c.width}, {"fc_size", c.fc_size}, {"init", "kaiming"}}));
    Require(made.status());
    network_.reset(static_cast<Architecture*>(made->release()));
  }
  NetworkInput input() const override {
    NetworkInput input = network_->input();
    input.mean_bgr = {127.5, 127.5, 127.5};
    return input;
  }
  int64_t dimension() const override { return network_->dimension(); }
  void Initialize(uint64_t seed) override {
    network_->Initialize(seed);
    SetWeights(network_->Parameters());
  }
  at::Tensor Forward(const at::Tensor& images, bool training) override {
    at::Tensor descriptors = network_->Forward(images, training);
    norms_->sum += descriptors.to(at::kFloat).norm(2, 1).mean().item<double>();
    ++norms_->parts;
    return descriptors;
  }
  std::vector<NamedTensor> Parameters() override { return network_->Parameters(); }
  std::vector<NamedTensor> Buffers() override { return network_->Buffers(); }

 private:
  std::unique_ptr<Architecture> network_;
  Norms* const norms_;
};

class SteppedContext : public FakeContext {
 public:
  SteppedContext(const std::string& folder, const Case& c, TakenSteps& steps, Norms* norms)
      : FakeContext(folder,
                    {{"architecture",
                      {"", "architecture", "vgg", Json::object(),
                       [c, norms] { return std::make_unique<Watched>(c, norms); }}}},
                    Json::object()),
        taken_(steps) {
    inputs_["crops"] = folder;
    precision_ = c.precision;
    threads_ = NumThreads();
  }
  void Progress(int64_t, int64_t, const std::string&, const std::string&) override {
    taken_.Done();
  }
  bool stop_requested() const override { return taken_.Stops(); }

 private:
  TakenSteps& taken_;
};

int Describe(const Case& c, double idle_mib) {
  const std::string folder =
      (std::filesystem::temp_directory_path() / absl::StrCat("facet-descriptor_turns-", ::getpid()))
          .string();
  std::filesystem::create_directories(folder);
  WriteCrops(folder, c.turns + 1);
  Norms norms;
  TakenSteps steps;
  const auto loop = [&] {
    SteppedContext context(folder, c, steps, &norms);
    const absl::Status status = RunDescribe(context);
    if (!absl::IsCancelled(status)) Require(status);
  };
  const auto answer = [&] {
    return TakeTurns(idle_mib, [&]() -> Findings {
      const int64_t faults = PageFaults();
      FACET_CHECK(steps.Take(1));
      return {{"norm", norms.TakeMean()},
              {"page_faults", static_cast<double>(PageFaults() - faults)}};
    });
  };
  const int code = steps.Run(loop, answer);
  std::filesystem::remove_all(folder);
  return code;
}

int Convolve(const Case& c, double idle_mib) {
  const VggConvolutions convolutions(kNetworkB, kInputPx, c.width, kPart,
                                     *PrepareTorch("cpu", c.precision, NumThreads()));
  return TakeTurns(idle_mib, [&]() -> Findings {
    for (int64_t view = 0; view < kFaces * kViews; view += kPart) convolutions.Forward();
    return {};
  });
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: descriptor_turns SIDE PRECISION WIDTH FC_SIZE TURNS\n");
    return 2;
  }
  facet::bench::Case c;
  c.precision = argv[2];
  c.width = std::atof(argv[3]);
  c.fc_size = std::atoll(argv[4]);
  c.turns = std::atoll(argv[5]);
  const double idle_mib = facet::MemoryMib("VmRSS");
  const std::string side = argv[1];
  FACET_CHECK(side == "facet" || side == "convolutions");
  return side == "facet" ? facet::bench::Describe(c, idle_mib)
                         : facet::bench::Convolve(c, idle_mib);
}
