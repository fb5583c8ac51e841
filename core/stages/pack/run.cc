#include "core/stages/pack/pack.h"

#include <utility>
#include <vector>

#include "core/base/json_lines.h"
#include "core/image/image_io.h"
#include "core/pipeline/sample_images.h"
#include "core/records/blob_file.h"
#include "core/records/crops.h"
#include "core/records/faces.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "core/stages/pack/settings.h"

namespace facet {
namespace {

struct Item {
  Sample sample;
  FrameRecord frame;
};

struct Packed {
  CropRecord record;
  std::string bytes;
};

absl::StatusOr<Packed> PackOne(const SampleImages& images, const PackSettings& settings,
                               const Item& item) {
  const absl::StatusOr<Image> image = images.Read(item.frame.sample, item.sample);
  if (!image.ok()) {
    return absl::DataLossError(absl::StrCat(item.sample.key, ": ", image.status().message(),
                                            "; earlier stages could read it"));
  }
  const Alignment& alignment = item.frame.alignment;
  const Image crop = RenderFrame(*image, alignment.frame_from_image.m, alignment.aspect,
                                 static_cast<int>(settings.size_px));
  Packed packed;
  packed.record.sample = item.frame.sample;
  packed.record.identity = item.sample.identity;
  packed.record.width = crop.width;
  packed.record.height = crop.height;
  packed.record.aligned = alignment.aligned;
  packed.record.confidence = alignment.confidence;
  packed.record.fold = item.sample.fold;
  if (settings.encoding == "raw") {
    packed.bytes.assign(reinterpret_cast<const char*>(crop.bgr.data()), crop.bgr.size());
  } else {
    FACET_ASSIGN_OR_RETURN(packed.bytes, EncodeJpeg(crop, static_cast<int>(settings.jpeg_quality)));
  }
  return packed;
}

// The next frame with its sample; frames have their samples' order.
class FrameStream {
 public:
  FrameStream(const std::string& samples_path, const std::string& frames_path)
      : samples_(samples_path, &SampleFromJson), frames_(frames_path, &FrameRecordFromJson) {}

  absl::StatusOr<std::optional<Item>> Next() {
    FACET_ASSIGN_OR_RETURN(std::optional<FrameRecord> frame, frames_.Next());
    if (!frame) return std::optional<Item>();
    while (true) {
      FACET_ASSIGN_OR_RETURN(std::optional<Sample> sample, samples_.Next());
      if (!sample) {
        return absl::DataLossError(
            absl::StrCat("frames.jsonl names sample ", frame->sample, " out of order or of range"));
      }
      if (index_++ == frame->sample) {
        return std::optional<Item>(Item{*std::move(sample), *std::move(frame)});
      }
    }
  }

 private:
  RecordReader<Sample> samples_;
  RecordReader<FrameRecord> frames_;
  int64_t index_ = 0;
};

}  // namespace

absl::Status RunPack(StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const PackSettings settings,
                         ReadOptions<PackSettings>(Dump(context.settings())));
  FACET_ASSIGN_OR_RETURN(const SampleImages images,
                         SampleImages::Open(context, settings.images.max_megapixels));
  FACET_ASSIGN_OR_RETURN(const std::string samples_path,
                         context.InputFile("samples", "samples.jsonl"));
  FACET_ASSIGN_OR_RETURN(const std::string frames_path,
                         context.InputFile("frames", "frames.jsonl"));
  FACET_ASSIGN_OR_RETURN(const int64_t total, CountLines(frames_path));
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<JsonLineWriter> records,
                         JsonLineWriter::Create(context.output_dir() + "/crops.jsonl"));
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<BlobWriter> blobs,
                         BlobWriter::Create(context.output_dir() + "/crops.mdb"));
  FrameStream frames(samples_path, frames_path);
  int64_t row = 0;
  const absl::Status done = ForEachImage<Item, absl::StatusOr<Packed>>(
      context, total, [&] { return frames.Next(); },
      [&](const Item& item, int) { return PackOne(images, settings, item); },
      [&](const Item&, const absl::StatusOr<Packed>& packed) -> absl::Status {
        FACET_RETURN_IF_ERROR(packed.status());
        FACET_RETURN_IF_ERROR(blobs->Append(row++, packed->bytes));
        return records->Write(ToJson(packed->record));
      });
  FACET_RETURN_IF_ERROR(done);
  context.Count("crops", row);
  FACET_RETURN_IF_ERROR(blobs->Finish());
  return records->Finish();
}

}  // namespace facet
