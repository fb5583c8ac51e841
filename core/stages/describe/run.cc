#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "core/api/architecture.h"
#include "core/api/unit_rows.h"
#include "core/image/image_io.h"
#include "core/pipeline/context.h"
#include "core/pipeline/room.h"
#include "core/records/crops.h"
#include "core/records/descriptors.h"
#include "core/records/npy.h"
#include "core/records/record_lines.h"
#include "core/stages/describe/describe.h"
#include "core/stages/describe/settings.h"
#include "core/training/crop_set.h"
#include "core/training/input_writer.h"
#include "core/training/model.h"
#include "core/training/tensors.h"
#include "core/training/weight_source.h"

namespace facet {
namespace {

constexpr int64_t kViewsPerBatch = 320;
// That a network takes at a time: at 224 px the largest layers of network B hold 0.4 GB. Always as many:
// kernels differ by the size of a batch, and a descriptor shall not depend on how many faces there are.
constexpr int64_t kViewsPerPart = 32;
constexpr int64_t kKeepNone = 0;  // each crop is looked at once

struct Network {
  std::string name;
  std::unique_ptr<Architecture> architecture;
  InputFormat format;
  Numerics numerics;
};

// train.weights of a row that trains nothing.
absl::Status UseWeights(StageContext& context, Network* network) {
  FACET_ASSIGN_OR_RETURN(const WeightSettings settings,
                         ReadOptions<WeightSettings>(Dump(context.settings().at("weights"))));
  FACET_ASSIGN_OR_RETURN(const StoredTensors stored, ReadForeignWeights(settings));
  FACET_ASSIGN_OR_RETURN(const std::vector<std::string> unused,
                         LoadForeignWeights(stored, settings.file, *network->architecture));
  FACET_ASSIGN_OR_RETURN(ForeignInput foreign, ForeignInputOf(settings, stored, network->format));
  network->format = std::move(foreign.format);
  if (!unused.empty()) {
    context.Notice(
        absl::StrCat("Tensors of the weights file not used: ", absl::StrJoin(unused, ", "), "."));
  }
  return absl::OkStatus();
}

absl::StatusOr<Network> LoadNetwork(StageContext& context) {
  Network network;
  network.name = context.component_name("architecture");
  FACET_ASSIGN_OR_RETURN(network.architecture, context.Create<Architecture>("architecture"));
  FACET_ASSIGN_OR_RETURN(network.numerics,
                         PrepareTorch(context.device(), context.precision(), context.threads()));
  Architecture& architecture = *network.architecture;
  architecture.Initialize(context.seed());
  network.format = InputFormatOf(architecture.input());
  if (context.has_input("model")) {
    FACET_ASSIGN_OR_RETURN(const std::string description, context.InputFile("model", "model.json"));
    FACET_ASSIGN_OR_RETURN(const std::string weights,
                           context.InputFile("model", "weights.safetensors"));
    FACET_ASSIGN_OR_RETURN(const Model model, ReadModel(description, weights));
    FACET_RETURN_IF_ERROR(LoadWeights(model.weights, architecture));
    network.format = model.input;
  }
  if (context.settings().contains("weights")) FACET_RETURN_IF_ERROR(UseWeights(context, &network));
  // A network without parameters of its own (one that only infers) takes float32 on the CPU.
  if (architecture.Parameters().empty()) network.numerics = {};
  MoveTo(architecture.Parameters(), network.numerics);
  MoveTo(architecture.Buffers(), {network.numerics.device, at::kFloat});
  return network;
}

// The crop with its shorter side at `side` px.
Image Scaled(const Image& crop, int side) {
  const int shorter = std::min(crop.width, crop.height);
  if (shorter == side) return crop;
  const double scale = 1.0 / shorter;
  return RenderCrop(crop, {scale, 0, 0.5 * scale, 0, scale, 0.5 * scale},
                    static_cast<double>(crop.width) / crop.height, side);
}

std::vector<std::array<int, 2>> Corners(const std::string& kind, int width, int height, int size) {
  const int right = width - size, bottom = height - size;
  if (kind != "ten") return {{right / 2, bottom / 2}};
  return {{0, 0}, {right, 0}, {0, bottom}, {right, bottom}, {right / 2, bottom / 2}};
}

int64_t NumViews(const TestCropSettings& settings) {
  const int64_t per_scale = settings.kind == "ten" ? 10 : settings.kind == "two" ? 2 : 1;
  return per_scale * static_cast<int64_t>(settings.scales.size());
}

void FillViews(const Image& crop, const TestCropSettings& settings, const InputFormat& format,
               float* out) {
  for (const int64_t scale : settings.scales) {
    const Image image = Scaled(crop, static_cast<int>(scale));
    for (const auto& [x, y] :
         Corners(settings.kind, image.width, image.height, static_cast<int>(format.size_px))) {
      WriteInput(format, image, {x, y, /*mirror=*/false}, out);
      out += format.num_values();
      if (settings.kind == "one") continue;
      WriteInput(format, image, {x, y, /*mirror=*/true}, out);
      out += format.num_values();
    }
  }
}

int64_t RowsPerPart(const TestCropSettings& settings) {
  return std::max<int64_t>(1, kViewsPerPart / NumViews(settings));
}

// Views of the rows [first, last) as [views, 3, S, S], then black ones until the last part is whole;
// the first error wins.
absl::StatusOr<at::Tensor> LoadViews(const CropSet& crops, int64_t first, int64_t last,
                                     const TestCropSettings& settings, const InputFormat& format) {
  const int64_t views = NumViews(settings), rows_per_part = RowsPerPart(settings);
  const int64_t size = format.size_px;
  const int64_t num_parts = (last - first + rows_per_part - 1) / rows_per_part;
  at::Tensor batch = at::empty({num_parts * rows_per_part * views, 3, size, size},
                               at::TensorOptions(at::kFloat), at::MemoryFormat::ChannelsLast);
  batch.slice(0, (last - first) * views).zero_();
  float* const values = batch.data_ptr<float>();
  std::mutex mutex;
  absl::Status status;
  at::parallel_for(first, last, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      Image scratch;
      const absl::StatusOr<const Image*> crop = crops.Get(row, &scratch);
      if (!crop.ok()) {
        const std::lock_guard<std::mutex> lock(mutex);
        status.Update(crop.status());
        continue;
      }
      FillViews(**crop, settings, format, values + (row - first) * views * format.num_values());
    }
  });
  if (!status.ok()) return status;
  return batch;
}

// [views, D], float32.
absl::StatusOr<at::Tensor> DescribeViews(Network& network, const at::Tensor& views) {
  return Guard(network.name, [&]() -> absl::StatusOr<at::Tensor> {
    const at::Tensor input = views.to(network.numerics.device, network.numerics.type);
    const at::Tensor output =
        network.architecture->Forward(input, /*training=*/false).to(at::kCPU, at::kFloat);
    const int64_t dimension = network.architecture->dimension();
    if (output.dim() != 2 || output.size(0) != views.size(0) || output.size(1) != dimension) {
      return absl::InternalError(absl::StrCat(
          network.name, ": gives descriptors of the shape [", absl::StrJoin(output.sizes(), ", "),
          "] for ", views.size(0), " views, says ", dimension, " values each"));
    }
    return output;
  });
}

// Of the first `rows` faces in the batch: [rows, D].
absl::StatusOr<at::Tensor> Describe(Network& network, const at::Tensor& batch, int64_t rows,
                                    const TestCropSettings& settings) {
  const int64_t views = NumViews(settings), part = RowsPerPart(settings) * views;
  std::vector<at::Tensor> descriptors;
  for (int64_t first = 0; first < batch.size(0); first += part) {
    FACET_ASSIGN_OR_RETURN(at::Tensor output, DescribeViews(network, batch.narrow(0, first, part)));
    if (settings.normalize == "each") output = UnitRows(output);
    descriptors.push_back(output.reshape({-1, views, output.size(1)}).mean(1));
  }
  return at::cat(descriptors).slice(0, 0, rows).contiguous();
}

absl::Status CheckScales(const TestCropSettings& settings, int64_t size_px) {
  for (const int64_t scale : settings.scales) {
    if (scale < size_px) {
      return absl::InvalidArgumentError(
          absl::StrCat("crops.scales: ", scale, " px is smaller than the network's input of ",
                       size_px, " px; give scales of at least ", size_px));
    }
  }
  return settings.scales.empty()
             ? absl::InvalidArgumentError("crops.scales is empty; give at least one size in px")
             : absl::OkStatus();
}

absl::Status WriteRows(const CropSet& crops, const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<RecordWriter<DescriptorRecord>> writer,
                         RecordWriter<DescriptorRecord>::Create(path));
  for (const CropRecord& crop : crops.records()) {
    FACET_RETURN_IF_ERROR(writer->Write({crop.sample, crop.identity, crop.confidence, crop.fold}));
  }
  return writer->Finish();
}

}  // namespace

absl::Status RunDescribe(StageContext& context) {
  const at::NoGradGuard no_gradient;
  Json crop_settings = context.settings();
  crop_settings.erase("weights");
  FACET_ASSIGN_OR_RETURN(const TestCropSettings settings,
                         ReadOptions<TestCropSettings>(Dump(crop_settings)));
  FACET_ASSIGN_OR_RETURN(Network network, LoadNetwork(context));
  FACET_RETURN_IF_ERROR(CheckScales(settings, network.format.size_px));
  FACET_ASSIGN_OR_RETURN(const std::string records, context.InputFile("crops", "crops.jsonl"));
  FACET_ASSIGN_OR_RETURN(const std::string pixels, context.InputFile("crops", "crops.mdb"));
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<CropSet> crop_set,
                         CropSet::Open(pixels, records, context.threads(), kKeepNone));
  const CropSet& crops = *crop_set;

  const int64_t rows_per_part = RowsPerPart(settings);
  const int64_t parts = kViewsPerBatch / (rows_per_part * NumViews(settings));
  const int64_t rows_per_batch = rows_per_part * std::max<int64_t>(1, parts);
  const int64_t dimension = network.architecture->dimension();
  FACET_RETURN_IF_ERROR(
      CheckDisk(context.output_dir(), crops.size() * dimension * int64_t{sizeof(float)},
                absl::StrCat(crops.size(), " descriptors of ", dimension, " values")));
  FACET_ASSIGN_OR_RETURN(
      const std::unique_ptr<NpyWriter> descriptors,
      NpyWriter::Create(context.output_dir() + "/descriptors.npy", {crops.size(), dimension}));
  for (int64_t first = 0; first < crops.size(); first += rows_per_batch) {
    if (context.stop_requested()) return absl::CancelledError("stopped");
    const int64_t last = std::min(first + rows_per_batch, crops.size());
    FACET_ASSIGN_OR_RETURN(const at::Tensor batch,
                           LoadViews(crops, first, last, settings, network.format));
    FACET_ASSIGN_OR_RETURN(const at::Tensor output,
                           Describe(network, batch, last - first, settings));
    FACET_RETURN_IF_ERROR(Annotate(
        descriptors->Append(output.data_ptr<float>(), output.numel()),
        absl::StrCat("architecture \"", network.name, "\" gives a descriptor that is not finite")));
    context.Progress(last, crops.size(), "faces");
  }
  FACET_RETURN_IF_ERROR(descriptors->Finish());
  return WriteRows(crops, context.output_dir() + "/rows.jsonl");
}

}  // namespace facet
