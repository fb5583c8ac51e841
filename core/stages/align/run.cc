#include <string>
#include <vector>

#include "core/api/aligner.h"
#include "core/base/json_lines.h"
#include "core/pipeline/bad_images.h"
#include "core/pipeline/sample_images.h"
#include "core/records/faces.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "core/stages/align/align.h"
#include "core/stages/align/settings.h"

namespace facet {
namespace {

struct Item {
  Sample sample;
  FaceRecord face;
};

struct Aligned {
  AlignmentRecord record;
  absl::Status failure;  // of the aligner, about this image: there is no record
};

absl::StatusOr<Aligned> AlignOne(const SampleImages& images, Aligner& aligner,
                                 const std::string& name, const std::string& unreadable,
                                 const Item& item) {
  const absl::StatusOr<Image> image = images.Read(item.face.sample, item.sample);
  if (!image.ok()) {
    return absl::DataLossError(absl::StrCat(item.sample.key, ": ", image.status().message(),
                                            "; the detect stage could read it"));
  }
  Aligned aligned;
  AlignmentRecord& record = aligned.record;
  record.sample = item.face.sample;
  record.pose = item.face.face.pose;
  absl::StatusOr<Alignment> alignment =
      Guard(name, [&] { return aligner.Align(*image, item.face.face); });
  if (!alignment.ok()) {
    FACET_RETURN_IF_ERROR(EndAfter(alignment.status(), item.sample.key, unreadable));
    aligned.failure = alignment.status();
    return aligned;
  }
  record.alignment = *std::move(alignment);
  FACET_RETURN_IF_ERROR(Annotate(
      CheckRecord(record),
      absl::StrCat("aligner \"", name, "\" gave no usable alignment for ", item.sample.key)));
  return aligned;
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

absl::StatusOr<std::vector<std::unique_ptr<Aligner>>> MakeAligners(StageContext& context) {
  FACET_ASSIGN_OR_RETURN(std::vector<std::unique_ptr<Aligner>> aligners,
                         CreatePerThread<Aligner>(context, "aligner"));
  if (!context.has_input("model")) return aligners;
  FACET_ASSIGN_OR_RETURN(const std::string model, context.InputFile("model", "model"));
  for (const std::unique_ptr<Aligner>& aligner : aligners) {
    FACET_RETURN_IF_ERROR(
        CallNamed(context.component_name("aligner"), [&] { return aligner->LoadModel(model); }));
  }
  return aligners;
}

absl::Status TellFailed(StageContext& context, const BadImages& failed, int64_t num_aligned) {
  if (failed.count() == 0) return absl::OkStatus();
  const std::string name = context.component_name("aligner");
  if (num_aligned == 0) {
    return absl::InvalidArgumentError(absl::StrCat("the aligner ", name, " fails on all ",
                                                   failed.count(), " faces", failed.List()));
  }
  context.Count("faces the aligner fails on", failed.count());
  context.Notice(absl::StrCat("the aligner ", name, " fails on ", failed.count(), " of ",
                              failed.count() + num_aligned, " faces, which are left out",
                              failed.List()));
  return absl::OkStatus();
}

}  // namespace

absl::Status RunAlign(StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const AlignSettings settings,
                         ReadOptions<AlignSettings>(Dump(context.settings())));
  FACET_ASSIGN_OR_RETURN(const SampleImages images,
                         SampleImages::Open(context, settings.images.max_megapixels));
  FACET_ASSIGN_OR_RETURN(const std::vector<std::unique_ptr<Aligner>> aligners,
                         MakeAligners(context));
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
  BadImages failed;
  const absl::Status done = ForEachImage<Item, absl::StatusOr<Aligned>>(
      context, total, [&] { return NextFace(samples, faces); },
      [&](const Item& item, int worker) {
        return AlignOne(images, *aligners[static_cast<size_t>(worker)], name, settings.unreadable,
                        item);
      },
      [&](const Item& item, const absl::StatusOr<Aligned>& aligned) -> absl::Status {
        FACET_RETURN_IF_ERROR(aligned.status());
        if (!aligned->failure.ok()) {
          failed.Add(item.sample.key, std::string(aligned->failure.message()));
          return absl::OkStatus();
        }
        ++num_faces;
        if (aligned->record.alignment.aligned) ++num_aligned;
        return writer->Write(aligned->record);
      });
  FACET_RETURN_IF_ERROR(done);
  FACET_RETURN_IF_ERROR(TellFailed(context, failed, num_faces));
  context.Count("faces", num_faces);
  context.Count("aligned by landmarks", num_aligned);
  context.Count("framed by the box alone", num_faces - num_aligned);
  return writer->Finish();
}

}  // namespace facet
