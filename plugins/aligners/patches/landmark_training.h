// What aligners that learn share: going through the examples, and the words for a missing model.
#ifndef FACET_PLUGINS_ALIGNERS_PATCHES_LANDMARK_TRAINING_H_
#define FACET_PLUGINS_ALIGNERS_PATCHES_LANDMARK_TRAINING_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "core/api/aligner.h"

namespace facet {

// FailedPrecondition: Align was called before there was a model.
absl::Status NoModelError();

// InvalidArgument "<path>: <what>; ...": the file is no model of the aligner `name`.
absl::Status WrongModelError(const std::string& path, const std::string& name,
                             const std::string& what);

// Calls `use` with the examples in order, or with `max_examples` of them at equal steps where there
// are more (0: no limit). Stops with the first error of reading (the example's index in front) or
// of `use`; absl::CancelledError where the context's progress says so.
absl::Status VisitExamples(const LandmarkExamples& examples, const TrainingContext& context,
                           int64_t max_examples,
                           const std::function<absl::Status(LandmarkExample)>& use);

// `scheme`, if it is none yet, becomes that of the landmarks. InvalidArgument: it is another one,
// or they have less than points9.
absl::Status TakeScheme(const Landmarks& landmarks, LandmarkScheme* scheme);

// Tells the context where the training is; absl::CancelledError if it is to stop.
absl::Status ReportProgress(const TrainingContext& context, int64_t done, int64_t total,
                            const std::string& unit);

// core/base/parallel_work.h on the context's threads, with its progress and its stop: work(0) ..
// work(count - 1), which share nothing that is written.
absl::Status ParallelWork(const TrainingContext& context, int64_t count, const std::string& unit,
                          const std::function<void(int64_t)>& work);

}  // namespace facet

#endif  // FACET_PLUGINS_ALIGNERS_PATCHES_LANDMARK_TRAINING_H_
