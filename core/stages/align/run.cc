#include <string>
#include <vector>

#include "core/api/aligner.h"
#include "core/base/json_lines.h"
#include "core/pipeline/image_settings.h"
#include "core/pipeline/sample_images.h"
#include "core/records/faces.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "core/stages/align/align.h"

namespace facet {
namespace {

struct Item {
  Sample sample;
  FaceRecord face;
};

absl::StatusOr<AlignmentRecord> AlignOne(const SampleImages& images, Aligner& aligner,
                                         const std::string& name, const Item& item) {
  const absl::StatusOr<Image> image = images.Read(item.face.sample, item.sample);
  if (!image.ok()) {
    return absl::DataLossError(absl::StrCat(item.sample.key, ": ", image.status().message(),
                                            "; the detect stage could read it"));
  }
  AlignmentRecord record;
  record.sample = item.face.sample;
  record.pose = item.face.face.pose;
  absl::StatusOr<Alignment> alignment =
      Guard(name, [&] { return aligner.Align(*image, item.face.face); });
  if (!alignment.ok()) return Annotate(alignment.status(), item.sample.key);
  record.alignment = *std::move(alignment);
  FACET_RETURN_IF_ERROR(Annotate(CheckRecord(record), absl::StrCat("aligner \"", name,
                                                                   "\" gave no usable alignment "
                                                                   "for ",
                                                                   item.sample.key)));
  return record;
}

// The next sample that has a face.
absl::StatusOr<std::optional<Item>> NextFace(RecordReader<Sample>& samples,
                                             RecordReader<FaceRecord>& faces) {
  while (true) {
    FACET_ASSIGN_OR_RETURN(std::optional<Sample> sample, samples.Next());
    FACET_ASSIGN_OR_RETURN(std::optional<FaceRecord> face, faces.Next());
    if (sample.has_value() != face.has_value()) {
      return absl::DataLossError("samples.jsonl and faces.jsonl have different numbers of lines");
    }
    if (!face) return std::optional<Item>();
    if (face->state == FaceRecord::State::kFound || face->state == FaceRecord::State::kFallback) {
      return std::optional<Item>(Item{*std::move(sample), *std::move(face)});
    }
  }
}

}  // namespace

absl::Status RunAlign(StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const ImageSettings settings,
                         ReadOptions<ImageSettings>(Dump(context.settings())));
  FACET_ASSIGN_OR_RETURN(const SampleImages images,
                         SampleImages::Open(context, settings.max_megapixels));
  FACET_ASSIGN_OR_RETURN(const std::vector<std::unique_ptr<Aligner>> aligners,
                         CreatePerThread<Aligner>(context, "aligner"));
  if (context.has_input("model")) {
    FACET_ASSIGN_OR_RETURN(const std::string model, context.InputFile("model", "model"));
    for (const std::unique_ptr<Aligner>& aligner : aligners) {
      FACET_RETURN_IF_ERROR(
          CallNamed(context.component_name("aligner"), [&] { return aligner->LoadModel(model); }));
    }
  }
  FACET_ASSIGN_OR_RETURN(const std::string samples_path,
                         context.InputFile("samples", "samples.jsonl"));
  FACET_ASSIGN_OR_RETURN(const std::string faces_path, context.InputFile("faces", "faces.jsonl"));
  FACET_ASSIGN_OR_RETURN(const int64_t total, CountLines(faces_path));
  FACET_ASSIGN_OR_RETURN(
      const std::unique_ptr<RecordWriter<AlignmentRecord>> writer,
      RecordWriter<AlignmentRecord>::Create(context.output_dir() + "/alignments.jsonl"));
  RecordReader<Sample> samples(samples_path, &SampleFromJson);
  RecordReader<FaceRecord> faces(faces_path, &FaceRecordFromJson);
  const std::string name = context.component_name("aligner");
  int64_t num_aligned = 0, num_faces = 0;
  const absl::Status done = ForEachImage<Item, absl::StatusOr<AlignmentRecord>>(
      context, total, [&] { return NextFace(samples, faces); },
      [&](const Item& item, int worker) {
        return AlignOne(images, *aligners[static_cast<size_t>(worker)], name, item);
      },
      [&](const Item&, const absl::StatusOr<AlignmentRecord>& record) -> absl::Status {
        FACET_RETURN_IF_ERROR(record.status());
        ++num_faces;
        if (record->alignment.aligned) ++num_aligned;
        return writer->Write(*record);
      });
  FACET_RETURN_IF_ERROR(done);
  context.Count("faces", num_faces);
  context.Count("aligned by landmarks", num_aligned);
  context.Count("framed by the box alone", num_faces - num_aligned);
  return writer->Finish();
}

}  // namespace facet
