#include "core/stages/describe.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/api/architecture.h"
#include "core/image/image_io.h"
#include "core/stages/artifacts.h"
#include "core/stages/settings.h"
#include "core/training/crop_store.h"
#include "core/training/input_transform.h"
#include "core/training/runtime.h"
#include "core/training/weights_file.h"

namespace facet {
namespace {

constexpr int64_t kViewsPerBatch = 320;

struct Network {
  std::string name;
  std::unique_ptr<Architecture> architecture;
  std::unique_ptr<InputTransform> transform;
  at::Device device = at::kCPU;
  at::ScalarType type = at::kFloat;
};

absl::Status CopyWeights(const StoredTensors& stored, std::vector<NamedTensor> tensors) {
  for (NamedTensor& tensor : tensors) {
    const auto found = stored.tensors.find("network." + tensor.name);
    if (found == stored.tensors.end() || at::IntArrayRef(found->second.shape) != tensor.tensor.sizes()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the model has no tensor network.", tensor.name, " of the architecture's shape"));
    }
    const at::Tensor values = at::from_blob(const_cast<float*>(found->second.values.data()),
                                            tensor.tensor.sizes(), at::kFloat);
    tensor.tensor.detach().copy_(values);
  }
  return absl::OkStatus();
}

absl::StatusOr<Network> LoadNetwork(StageContext& context) {
  Network network;
  network.name = context.component_name("architecture");
  FACET_ASSIGN_OR_RETURN(network.architecture, context.Create<Architecture>("architecture"));
  FACET_ASSIGN_OR_RETURN(network.device, DeviceOf(context.device()));
  network.architecture->Initialize(context.seed());
  StoredTensors stored;
  if (context.has_input("model")) {
    FACET_ASSIGN_OR_RETURN(const std::string path,
                           context.InputFile("model", "weights.safetensors"));
    FACET_ASSIGN_OR_RETURN(stored, ReadTensors(path));
    FACET_RETURN_IF_ERROR(CopyWeights(stored, network.architecture->Parameters()));
    FACET_RETURN_IF_ERROR(CopyWeights(stored, network.architecture->Buffers()));
  }
  const auto mean = stored.tensors.find(kMeanTensor);
  FACET_ASSIGN_OR_RETURN(InputTransform transform,
                         InputTransform::Create(network.architecture->input(),
                                                mean == stored.tensors.end() ? nullptr
                                                                             : &mean->second));
  network.transform = std::make_unique<InputTransform>(std::move(transform));
  // A network without parameters of its own (one that only infers) takes float32.
  std::vector<NamedTensor> parameters = network.architecture->Parameters();
  if (!parameters.empty()) network.type = TypeOf(context.precision());
  for (NamedTensor& parameter : parameters) {
    parameter.tensor.set_data(parameter.tensor.detach().to(network.device, network.type));
  }
  return network;
}

// The crop with its shorter side at `side` px.
Image Scaled(const Image& crop, int side) {
  const int shorter = std::min(crop.width, crop.height);
  if (shorter == side) return crop;
  const double scale = 1.0 / shorter;
  return RenderFrame(crop, {scale, 0, 0.5 * scale, 0, scale, 0.5 * scale},
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

void FillViews(const Image& crop, const TestCropSettings& settings, const InputTransform& transform,
               float* out) {
  for (const int64_t scale : settings.scales) {
    const Image image = Scaled(crop, static_cast<int>(scale));
    for (const auto& [x, y] :
         Corners(settings.kind, image.width, image.height, transform.size_px())) {
      transform.Apply(image, x, y, /*mirror=*/false, out);
      out += transform.num_values();
      if (settings.kind == "one") continue;
      transform.Apply(image, x, y, /*mirror=*/true, out);
      out += transform.num_values();
    }
  }
}

// Views of the rows [first, last) as [rows * views, 3, S, S]; the first error wins.
absl::StatusOr<at::Tensor> LoadViews(const CropStore& crops, int64_t first, int64_t last,
                                     const TestCropSettings& settings,
                                     const InputTransform& transform) {
  const int64_t views = NumViews(settings);
  const int64_t size = transform.size_px();
  at::Tensor batch = at::empty({(last - first) * views, 3, size, size});
  float* const values = batch.data_ptr<float>();
  std::mutex mutex;
  absl::Status status;
  at::parallel_for(first, last, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const absl::StatusOr<Image> crop = crops.Read(row);
      if (!crop.ok()) {
        const std::lock_guard<std::mutex> lock(mutex);
        status.Update(crop.status());
        continue;
      }
      FillViews(*crop, settings, transform, values + (row - first) * views * transform.num_values());
    }
  });
  if (!status.ok()) return status;
  return batch;
}

absl::StatusOr<at::Tensor> Describe(Network& network, const at::Tensor& views, int64_t num_views,
                                    const std::string& normalize) {
  return Guard(network.name, [&]() -> absl::StatusOr<at::Tensor> {
    const at::Tensor input = views.to(network.device, network.type)
                                 .contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor output =
        network.architecture->Forward(input, /*training=*/false).to(at::kCPU, at::kFloat);
    if (normalize == "each") output = output / output.norm(2, 1, true).clamp_min(1e-12);
    return output.view({-1, num_views, output.size(1)}).mean(1).contiguous();
  });
}

absl::Status CheckScales(const TestCropSettings& settings, int size_px) {
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

absl::Status WriteRows(const CropStore& crops, const std::string& path) {
  std::vector<DescriptorRecord> records;
  for (const CropRecord& crop : crops.records()) {
    records.push_back({crop.sample, crop.identity, crop.confidence, crop.fold});
  }
  return WriteRecords(path, records);
}

}  // namespace

absl::Status RunDescribe(StageContext& context) {
  const at::NoGradGuard no_gradient;
  PrepareTorch(context.threads(), context.seed());
  FACET_ASSIGN_OR_RETURN(const TestCropSettings settings,
                         ReadOptions<TestCropSettings>(Dump(context.settings())));
  FACET_ASSIGN_OR_RETURN(Network network, LoadNetwork(context));
  FACET_RETURN_IF_ERROR(CheckScales(settings, network.transform->size_px()));
  FACET_ASSIGN_OR_RETURN(const std::string records, context.InputFile("crops", "crops.jsonl"));
  FACET_ASSIGN_OR_RETURN(const std::string pixels, context.InputFile("crops", "crops.mdb"));
  FACET_ASSIGN_OR_RETURN(const CropStore crops, CropStore::Open(records, pixels));

  const int64_t views = NumViews(settings);
  const int64_t rows_per_batch = std::max<int64_t>(1, kViewsPerBatch / views);
  FloatArray descriptors;
  descriptors.shape = {crops.size(), network.architecture->dimension()};
  descriptors.values.reserve(static_cast<size_t>(crops.size() * descriptors.shape[1]));
  for (int64_t first = 0; first < crops.size(); first += rows_per_batch) {
    if (context.stop_requested()) return absl::CancelledError("stopped");
    const int64_t last = std::min(first + rows_per_batch, crops.size());
    FACET_ASSIGN_OR_RETURN(const at::Tensor batch,
                           LoadViews(crops, first, last, settings, *network.transform));
    FACET_ASSIGN_OR_RETURN(const at::Tensor output,
                           Describe(network, batch, views, settings.normalize));
    const float* values = output.data_ptr<float>();
    descriptors.values.insert(descriptors.values.end(), values, values + output.numel());
    context.Progress(last, crops.size(), "faces");
  }
  FACET_RETURN_IF_ERROR(WriteNpy(context.output_dir() + "/descriptors.npy", descriptors));
  return WriteRows(crops, context.output_dir() + "/rows.jsonl");
}

}  // namespace facet
