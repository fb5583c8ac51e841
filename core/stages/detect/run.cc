#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "core/api/detector.h"
#include "core/base/json_lines.h"
#include "core/image/image_remarks.h"
#include "core/pipeline/bad_images.h"
#include "core/pipeline/sample_images.h"
#include "core/records/faces.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "core/stages/detect/detect.h"
#include "core/stages/detect/outside_boxes.h"
#include "core/stages/detect/settings.h"

namespace facet {
namespace {

using State = FaceRecord::State;

// How much a face is preferred.
double Preference(const std::string& select, const Face& face, const Image& image) {
  if (select == "best") return face.score;
  if (select == "largest") return face.box.width * face.box.height;
  const Point centre = face.box.Centre();
  return -std::hypot(centre.x - (image.width - 1) / 2.0, centre.y - (image.height - 1) / 2.0);
}

Box CentralBox(const Image& image, double central_side) {
  const double side = central_side * std::min(image.width, image.height);
  return {(image.width - 1 - side) / 2, (image.height - 1 - side) / 2, side, side};
}

struct IndexedSample {
  int64_t index = 0;
  Sample sample;
};

class FaceSearch {
 public:
  FaceSearch(StageContext& context, FaceSettings settings, SampleImages images,
             std::vector<std::unique_ptr<Detector>> detectors)
      : context_(context),
        settings_(std::move(settings)),
        images_(std::move(images)),
        detectors_(std::move(detectors)),
        name_(context.component_name("detector")) {}

  // One image, in any thread.
  absl::StatusOr<FaceRecord> Detect(const IndexedSample& item, int worker) {
    FaceRecord record;
    record.sample = item.index;
    std::string remark;
    const absl::StatusOr<Image> image = images_.Read(item.index, item.sample, &remark);
    if (!remark.empty()) {
      const absl::MutexLock lock(&remarks_mutex_);
      remarks_.Add(remark, item.sample.key);
    }
    if (absl::IsUnavailable(image.status())) return Annotate(image.status(), item.sample.key);
    if (!image.ok()) {
      record.state = State::kUnreadable;
      record.reason = std::string(image.status().message());
      any_unreadable_ = true;
      return record;
    }
    record.width = image->width;
    record.height = image->height;
    // The stage will be refused: what is left is to name the other bad files.
    if (any_unreadable_ && settings_.unreadable == "refuse") {
      record.state = State::kDropped;
      return record;
    }
    Detector& detector = *detectors_[static_cast<size_t>(worker)];
    absl::StatusOr<std::vector<Face>> faces =
        Guard(name_, [&] { return detector.Detect(*image, item.sample); });
    if (!faces.ok()) {
      FACET_RETURN_IF_ERROR(EndAfter(faces.status(), item.sample.key, settings_.unreadable));
      record.state = State::kFailed;
      record.reason = std::string(faces.status().message());
      return record;
    }
    for (Face& face : *faces) face.box = ApplyConvention(detector.convention(), face.box);
    Choose(*image, *std::move(faces), &record);
    return record;
  }

  void Take(const IndexedSample& item, const FaceRecord& record) {
    ++num_by_state_[static_cast<int>(record.state)];
    if (record.num_found > 1) ++num_several_;
    if (record.state == State::kUnreadable) unreadable_.Add(item.sample.key, record.reason);
    if (record.state == State::kFailed) failed_.Add(item.sample.key, record.reason);
    if (record.state == State::kFound) outside_.Take(record, item.sample.key);
    const bool missed = record.state == State::kFallback || record.state == State::kDropped;
    if (missed && first_missed_.empty()) first_missed_ = item.sample.key;
  }

  // Counts and sentences for the report; the refusals.
  absl::Status Conclude(int64_t num_images) {
    FACET_RETURN_IF_ERROR(ConcludeBadImages(num_images));
    for (const std::string& notice : remarks_.Notices(num_images)) context_.Notice(notice);
    const int64_t missed = Number(State::kFallback) + Number(State::kDropped);
    if (missed > 0) {
      context_.Notice(absl::StrCat(
          name_, " finds no face in ", missed, " of ", num_images, " images; ",
          settings_.missing == "drop" ? "they are dropped" : "the central box is taken",
          " (first: ", first_missed_, ")"));
    }
    FACET_RETURN_IF_ERROR(outside_.Conclude(name_, Number(State::kFound), context_));
    context_.Count("images", num_images);
    context_.Count("unreadable images", unreadable_.count());
    if (failed_.count() > 0) context_.Count("images the detector fails on", failed_.count());
    context_.Count("faces found", Number(State::kFound));
    context_.Count("images with several faces", num_several_);
    context_.Count("no face found, central box", Number(State::kFallback));
    context_.Count("no face found, dropped", Number(State::kDropped));
    if (Number(State::kFound) + Number(State::kFallback) > 0) return absl::OkStatus();
    const std::string bad = unreadable_.count() > 0 ? unreadable_.First() : failed_.First();
    return absl::InvalidArgumentError(absl::StrCat(
        "no face in any of ", num_images, " images: ", unreadable_.count(), " cannot be read, ",
        failed_.count() > 0 ? absl::StrCat(name_, " fails on ", failed_.count(), ", ") : "", missed,
        " show none to the detector ", name_,
        bad.empty() ? "" : absl::StrCat("; first bad file: ", bad)));
  }

 private:
  absl::Status ConcludeBadImages(int64_t num_images) {
    if (unreadable_.count() > 0) {
      const std::string which =
          absl::StrCat(unreadable_.count(), " of ", num_images, " images cannot be read");
      if (settings_.unreadable == "refuse") {
        return absl::InvalidArgumentError(
            absl::StrCat(which, unreadable_.List(),
                         ". Replace or remove them, or leave them out with "
                         "faces.unreadable = \"skip\""));
      }
      context_.Notice(absl::StrCat(which, " and are left out", unreadable_.List()));
    }
    if (failed_.count() == 0) return absl::OkStatus();
    const int64_t readable = num_images - unreadable_.count();
    if (failed_.count() == readable) {
      return absl::InvalidArgumentError(absl::StrCat("the detector ", name_, " fails on all ",
                                                     readable, " images that can be read",
                                                     failed_.List()));
    }
    context_.Notice(absl::StrCat("the detector ", name_, " fails on ", failed_.count(), " of ",
                                 num_images, " images, which are left out", failed_.List()));
    return absl::OkStatus();
  }

  int64_t Number(State state) const { return num_by_state_[static_cast<int>(state)]; }

  void Choose(const Image& image, std::vector<Face> faces, FaceRecord* record) const {
    record->num_found = static_cast<int64_t>(faces.size());
    if (!faces.empty()) {
      // The first of equals, which the detector prefers.
      const auto best =
          std::max_element(faces.begin(), faces.end(), [&](const Face& a, const Face& b) {
            return Preference(settings_.select, a, image) < Preference(settings_.select, b, image);
          });
      record->face = *best;
      faces.erase(best);
      record->others = std::move(faces);
      return;
    }
    record->reason = name_ + " found no face";
    record->state = settings_.missing == "drop" ? State::kDropped : State::kFallback;
    if (record->state == State::kFallback) {
      record->face.box = CentralBox(image, settings_.central_side);
    }
  }

  StageContext& context_;
  const FaceSettings settings_;
  const SampleImages images_;
  const std::vector<std::unique_ptr<Detector>> detectors_;
  const std::string name_;
  std::atomic<bool> any_unreadable_{false};
  int64_t num_by_state_[5] = {};
  int64_t num_several_ = 0;
  BadImages unreadable_, failed_;
  absl::Mutex remarks_mutex_;
  ImageRemarks remarks_;
  std::string first_missed_;
  OutsideBoxes outside_;
};

}  // namespace

absl::Status RunDetect(StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const FaceSettings settings,
                         ReadOptions<FaceSettings>(Dump(context.settings())));
  FACET_ASSIGN_OR_RETURN(SampleImages images,
                         SampleImages::Open(context, settings.images.max_megapixels));
  FACET_ASSIGN_OR_RETURN(std::vector<std::unique_ptr<Detector>> detectors,
                         CreatePerThread<Detector>(context, "detector"));
  FACET_ASSIGN_OR_RETURN(const std::string path, context.InputFile("samples", "samples.jsonl"));
  FACET_ASSIGN_OR_RETURN(const int64_t total, CountLines(path));
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<RecordWriter<FaceRecord>> writer,
                         RecordWriter<FaceRecord>::Create(context.output_dir() + "/faces.jsonl"));
  const std::string name = context.component_name("detector");
  FaceSearch stage(context, settings, std::move(images), std::move(detectors));
  RecordReader<Sample> samples(path, &SampleFromJson);
  int64_t num_images = 0;
  const auto next = [&]() -> absl::StatusOr<std::optional<IndexedSample>> {
    FACET_ASSIGN_OR_RETURN(std::optional<Sample> sample, samples.Next());
    if (!sample) return std::optional<IndexedSample>();
    return std::optional<IndexedSample>(IndexedSample{num_images++, *std::move(sample)});
  };
  const absl::Status done = ForEachImage<IndexedSample, absl::StatusOr<FaceRecord>>(
      context, total, next,
      [&](const IndexedSample& item, int worker) { return stage.Detect(item, worker); },
      [&](const IndexedSample& item, const absl::StatusOr<FaceRecord>& record) -> absl::Status {
        FACET_RETURN_IF_ERROR(record.status());
        stage.Take(item, *record);
        return Annotate(writer->Write(*record),
                        absl::StrCat("detector \"", name, "\" on ", item.sample.key));
      });
  FACET_RETURN_IF_ERROR(done);
  FACET_RETURN_IF_ERROR(stage.Conclude(num_images));
  return writer->Finish();
}

}  // namespace facet
