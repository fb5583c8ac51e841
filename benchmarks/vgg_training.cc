#include "benchmarks/vgg_training.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "benchmarks/vgg_parts.h"
#include "core/base/random.h"
#include "core/image/image_io.h"
#include "core/plugin/library.h"
#include "core/records/blob_file.h"
#include "core/records/crops.h"
#include "core/records/record_lines.h"
#include "core/training/model.h"
#include "core/training/split.h"

namespace facet::bench {
namespace {

constexpr int kBatches = 8;  // different ones
constexpr int kJpegQuality = 90;

template <class Interface>
std::unique_ptr<Interface> Create(const std::string& library, const std::string& name,
                                  const Json& options) {
  absl::StatusOr<std::unique_ptr<Component>> made =
      CreateComponent(PluginPath(library), Interface::kKind, name, Dump(options));
  Require(made.status());
  return std::unique_ptr<Interface>(static_cast<Interface*>(made->release()));
}

// Noise: a JPEG of it takes longer to decode than one of a photograph.
Image MakeCrop(int64_t side, Random* random) {
  Image image;
  image.width = image.height = static_cast<int>(side);
  image.bgr.resize(static_cast<size_t>(side * side * 3));
  for (uint8_t& pixel : image.bgr) pixel = static_cast<uint8_t>(random->Index(256));
  return image;
}

// In files of their own.
std::unique_ptr<CropSet> MakeCrops(const VggCase& c, std::vector<int64_t>* labels) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / absl::StrCat("facet-vgg_training-", ::getpid());
  std::filesystem::create_directories(folder);
  const std::string blobs = folder / "crops.mdb", lines = folder / "crops.jsonl";
  auto writer = *BlobWriter::Create(blobs);
  std::vector<CropRecord> records;
  Random random(1);
  for (int64_t i = 0; i < kBatches * c.batch; ++i) {
    CropRecord record;
    record.sample = i;
    record.width = record.height = c.input_px + 8;
    const Image crop = MakeCrop(record.width, &random);
    if (c.jpeg) {
      const absl::StatusOr<std::string> encoded = EncodeJpeg(crop, kJpegQuality);
      Require(encoded.status());
      Require(writer->Append(i, *encoded));
    } else {
      Require(writer->Append(i, {reinterpret_cast<const char*>(crop.bgr.data()), crop.bgr.size()}));
    }
    labels->push_back(i % kIdentities);
    records.push_back(record);
  }
  Require(writer->Finish());
  Require(WriteRecords(lines, records));
  absl::StatusOr<std::unique_ptr<CropSet>> set =
      CropSet::Open(blobs, lines, NumThreads(), c.jpeg ? 0 : CropSet::kMemoryBytes);
  Require(set.status());
  std::filesystem::remove_all(folder);  // it stays in memory, or open
  return *std::move(set);
}

}  // namespace

VggTraining::VggTraining(const VggCase& c)
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
      numerics_(*PrepareTorch("cpu", c.precision, NumThreads())) {
  architecture_->Initialize(1);
  Require(loss_->Initialize(c.fc_size, kIdentities, 2));
  InputFormat format = InputFormatOf(architecture_->input());
  format.mean_bgr = {127.5f, 127.5f, 127.5f};
  batches_ = std::make_unique<Batches>(
      *crops_, labels_, SplitRows(labels_, 0.0, 1), c.batch, *sampler_,
      Augmenter({{"crop", crop_.get()}, {"flip", flip_.get()}}, c.input_px), format, 3);
}

std::vector<NamedTensor> VggTraining::Parameters() {
  std::vector<NamedTensor> parameters = architecture_->Parameters();
  for (NamedTensor& named : loss_->Parameters()) parameters.push_back(named);
  return parameters;
}

void VggTraining::Run(TrainerHooks hooks) {
  TrainerOptions options;
  options.optimizer = "sgd";
  options.loop.batch = case_.batch;
  TrainerPhase phase;
  phase.schedule = schedule_.get();
  phase.epochs = 1'000'000;
  options.phases = {phase};
  options.numerics = numerics_;
  options.loader_threads = std::max(1, NumThreads() / 2);
  Trainer trainer(parts(), *optimizer_, *batches_, options, std::move(hooks));
  const absl::Status status = trainer.Run();
  if (!absl::IsCancelled(status)) Require(status);
}

}  // namespace facet::bench
