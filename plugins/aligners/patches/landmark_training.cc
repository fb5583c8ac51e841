#include "plugins/aligners/patches/landmark_training.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/parallel_work.h"
#include "core/base/status.h"

namespace facet {

absl::Status NoModelError() {
  return absl::FailedPreconditionError(
      "no model: give `model` (a file) or a `landmarks` table (data to train on)");
}

absl::Status WrongModelError(const std::string& path, const std::string& name,
                             const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat(path, " is no model of the aligner ", name, ": ",
                                                 what,
                                                 "; give a file that its training wrote, or leave "
                                                 "`model` empty and train on `landmarks`"));
}

absl::Status TakeScheme(const Landmarks& landmarks, LandmarkScheme* scheme) {
  FACET_RETURN_IF_ERROR(ConvertLandmarks(landmarks, LandmarkScheme::kPoints9).status());
  if (*scheme == LandmarkScheme::kNone) *scheme = landmarks.scheme;
  if (*scheme == landmarks.scheme) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("examples with ", NumPoints(*scheme), " and with ",
                                                 NumPoints(landmarks.scheme), " landmarks"));
}

absl::Status ReportProgress(const TrainingContext& context, int64_t done, int64_t total,
                            const std::string& unit) {
  if (context.progress && !context.progress(done, total, unit)) {
    return absl::CancelledError("the training was stopped");
  }
  return absl::OkStatus();
}

absl::Status VisitExamples(const LandmarkExamples& examples, const TrainingContext& context,
                           int64_t max_examples,
                           const std::function<absl::Status(LandmarkExample)>& use) {
  const int64_t size = examples.size();
  const int64_t count = max_examples > 0 ? std::min(size, max_examples) : size;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t index = i * size / count;
    absl::StatusOr<LandmarkExample> example = examples.Get(index);
    if (!example.ok()) {
      return Annotate(example.status(), absl::StrCat("landmark example ", index));
    }
    FACET_RETURN_IF_ERROR(use(*std::move(example)));
    FACET_RETURN_IF_ERROR(ReportProgress(context, i + 1, count, "examples"));
  }
  return absl::OkStatus();
}

absl::Status ParallelWork(const TrainingContext& context, int64_t count, const std::string& unit,
                          const std::function<void(int64_t)>& work) {
  absl::Status reported;
  const absl::Status status = ParallelWork(
      count, context.threads,
      [&](int64_t index) {
        work(index);
        return absl::OkStatus();
      },
      [&](int64_t done) {
        reported = ReportProgress(context, done, count, unit);
        return reported.ok();
      });
  return reported.ok() ? status : reported;
}

}  // namespace facet
