#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "core/api/aligner.h"
#include "core/pipeline/image_settings.h"
#include "core/pipeline/sample_images.h"
#include "core/records/faces.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "core/stages/fit/fit.h"

namespace facet {
namespace {

struct Known {
  int64_t index = 0;  // of the sample
  Sample sample;
  Face face;
};

class StoredExamples final : public LandmarkExamples {
 public:
  StoredExamples(SampleImages images, std::vector<Known> known)
      : images_(std::move(images)), known_(std::move(known)) {}

  int64_t size() const override { return static_cast<int64_t>(known_.size()); }
  absl::StatusOr<LandmarkExample> Get(int64_t index) const override {
    const Known& known = known_[static_cast<size_t>(index)];
    absl::StatusOr<Image> image = images_.Read(known.index, known.sample);
    if (!image.ok()) return Annotate(image.status(), known.sample.key);
    return LandmarkExample{*std::move(image), known.face, known.sample.landmarks};
  }

 private:
  const SampleImages images_;
  const std::vector<Known> known_;
};

bool HoldsCentre(const Box& box, const Landmarks& landmarks) {
  Point centre;
  for (const Point& point : landmarks.points) {
    centre.x += point.x / static_cast<double>(landmarks.points.size());
    centre.y += point.y / static_cast<double>(landmarks.points.size());
  }
  return centre.x >= box.x && centre.x <= box.x + box.width && centre.y >= box.y &&
         centre.y <= box.y + box.height;
}

absl::StatusOr<std::vector<Known>> FindExamples(StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const std::string samples_path,
                         context.InputFile("samples", "samples.jsonl"));
  FACET_ASSIGN_OR_RETURN(const std::string faces_path, context.InputFile("faces", "faces.jsonl"));
  FACET_ASSIGN_OR_RETURN(std::vector<Sample> samples, ReadRecords(samples_path, &SampleFromJson));
  FACET_ASSIGN_OR_RETURN(std::vector<FaceRecord> faces,
                         ReadRecords(faces_path, &FaceRecordFromJson));
  if (samples.size() != faces.size()) {
    return absl::DataLossError("samples.jsonl and faces.jsonl have different numbers of lines");
  }
  std::vector<Known> known;
  int64_t without = 0, unfound = 0, elsewhere = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    if (samples[i].landmarks.scheme == LandmarkScheme::kNone) {
      ++without;
    } else if (faces[i].state != FaceRecord::State::kFound) {
      ++unfound;
    } else if (!HoldsCentre(faces[i].face.box, samples[i].landmarks)) {
      ++elsewhere;
    } else {
      known.push_back({static_cast<int64_t>(i), std::move(samples[i]), std::move(faces[i].face)});
    }
  }
  context.Count("faces to learn from", static_cast<int64_t>(known.size()));
  context.Count("samples without landmarks", without);
  context.Count("faces not found", unfound);
  context.Count("detections beside the landmarks", elsewhere);
  if (!known.empty()) return known;
  return absl::FailedPreconditionError(
      absl::StrCat("no face to learn from: of ", samples.size(), " samples ", without,
                   " have no landmarks (landmarks.data must name a data set that gives them), in ",
                   unfound, " the detector found no face, in ", elsewhere, " it found another"));
}

}  // namespace

absl::Status RunFit(StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const ImageSettings settings,
                         ReadOptions<ImageSettings>(Dump(context.settings())));
  FACET_ASSIGN_OR_RETURN(SampleImages images, SampleImages::Open(context, settings.max_megapixels));
  FACET_ASSIGN_OR_RETURN(std::vector<Known> known, FindExamples(context));
  const StoredExamples examples(std::move(images), std::move(known));
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Aligner> aligner,
                         context.Create<Aligner>("aligner"));
  TrainingContext training;
  training.seed = context.seed();
  training.threads = context.threads();
  training.progress = [&context](int64_t done, int64_t total, const std::string& unit) {
    context.Progress(done, total, unit);
    return !context.stop_requested();
  };
  UseOneOpenCvThread();
  const std::string name = context.component_name("aligner");
  const std::string path = context.output_dir() + "/model";
  FACET_RETURN_IF_ERROR(Guard(name, [&] { return aligner->Train(examples, training, path); }));
  std::error_code error;
  if (std::filesystem::file_size(path, error) > 0 && !error) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("aligner \"", name, "\" learned without an error, but wrote no model"));
}

}  // namespace facet
