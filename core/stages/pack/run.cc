#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/json_lines.h"
#include "core/image/image_io.h"
#include "core/pipeline/room.h"
#include "core/pipeline/sample_images.h"
#include "core/records/blob_file.h"
#include "core/records/crops.h"
#include "core/records/faces.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "core/stages/pack/pack.h"
#include "core/stages/pack/settings.h"

namespace facet {
namespace {

constexpr int64_t kMeasuredCrops = 100;

struct Item {
  Sample sample;
  AlignmentRecord alignment;
};

struct Packed {
  CropRecord record;
  std::string bytes;
};

absl::StatusOr<Packed> PackOne(const SampleImages& images, const PackSettings& settings,
                               const Item& item) {
  const absl::StatusOr<Image> image = images.Read(item.alignment.sample, item.sample);
  if (!image.ok()) {
    return absl::DataLossError(absl::StrCat(item.sample.key, ": ", image.status().message(),
                                            "; earlier stages could read it"));
  }
  const Alignment& alignment = item.alignment.alignment;
  const Image crop = RenderCrop(*image, alignment.crop_from_image.m, alignment.aspect,
                                static_cast<int>(settings.size_px));
  Packed packed;
  packed.record.sample = item.alignment.sample;
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

// The next alignment with its sample; alignments have their samples' order.
class AlignmentStream {
 public:
  AlignmentStream(const std::string& samples_path, const std::string& alignments_path)
      : samples_(samples_path, &SampleFromJson),
        alignments_(alignments_path, &AlignmentRecordFromJson) {}

  absl::StatusOr<std::optional<Item>> Next() {
    FACET_ASSIGN_OR_RETURN(std::optional<AlignmentRecord> alignment, alignments_.Next());
    if (!alignment) return std::optional<Item>();
    while (true) {
      FACET_ASSIGN_OR_RETURN(std::optional<Sample> sample, samples_.Next());
      if (!sample) {
        return absl::DataLossError(absl::StrCat("alignments.jsonl names sample ", alignment->sample,
                                                " out of order or of range"));
      }
      if (index_++ == alignment->sample) {
        return std::optional<Item>(Item{*std::move(sample), *std::move(alignment)});
      }
    }
  }

 private:
  RecordReader<Sample> samples_;
  RecordReader<AlignmentRecord> alignments_;
  int64_t index_ = 0;
};

// What the first crops take tells of all, not for certain: who runs it may still make room.
void WarnOfFullDisk(StageContext& context, int64_t bytes_of_first, int64_t total) {
  const int64_t left = FreeDisk(context.output_dir());
  const auto rest = static_cast<int64_t>(static_cast<double>(bytes_of_first) / kMeasuredCrops *
                                         static_cast<double>(total - kMeasuredCrops));
  if (left < 0 || rest <= left) return;
  context.Ask(absl::StrCat("the disk at ", DiskOf(context.output_dir()),
                           " will be full: by the first ", kMeasuredCrops, " of ", total,
                           " crops the others take about ", FormatBytes(rest), ", and ",
                           FormatBytes(left), " are left"));
}

}  // namespace

absl::Status RunPack(StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const PackSettings settings,
                         ReadOptions<PackSettings>(Dump(context.settings())));
  FACET_ASSIGN_OR_RETURN(const SampleImages images,
                         SampleImages::Open(context, settings.images.max_megapixels));
  FACET_ASSIGN_OR_RETURN(const std::string samples_path,
                         context.InputFile("samples", "samples.jsonl"));
  FACET_ASSIGN_OR_RETURN(const std::string alignments_path,
                         context.InputFile("alignments", "alignments.jsonl"));
  FACET_ASSIGN_OR_RETURN(const int64_t total, CountLines(alignments_path));
  if (settings.encoding == "raw") {
    // A crop is at least a square of its shorter side; how well a JPEG compresses is not known yet.
    FACET_RETURN_IF_ERROR(CheckDisk(
        context.output_dir(), total * settings.size_px * settings.size_px * 3,
        absl::StrCat(total, " raw crops of ", settings.size_px, " x ", settings.size_px, " px")));
  }
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<RecordWriter<CropRecord>> records,
                         RecordWriter<CropRecord>::Create(context.output_dir() + "/crops.jsonl"));
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<BlobWriter> blobs,
                         BlobWriter::Create(context.output_dir() + "/crops.mdb"));
  AlignmentStream alignments(samples_path, alignments_path);
  int64_t row = 0, bytes = 0;
  const absl::Status done = ForEachImage<Item, absl::StatusOr<Packed>>(
      context, total, [&] { return alignments.Next(); },
      [&](const Item& item, int) { return PackOne(images, settings, item); },
      [&](const Item&, const absl::StatusOr<Packed>& packed) -> absl::Status {
        FACET_RETURN_IF_ERROR(packed.status());
        FACET_RETURN_IF_ERROR(blobs->Append(row++, packed->bytes));
        bytes += static_cast<int64_t>(packed->bytes.size());
        if (row == kMeasuredCrops) WarnOfFullDisk(context, bytes, total);
        return records->Write(packed->record);
      });
  FACET_RETURN_IF_ERROR(done);
  context.Count("crops", row);
  FACET_RETURN_IF_ERROR(blobs->Finish());
  return records->Finish();
}

}  // namespace facet
