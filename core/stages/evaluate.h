// The evaluate stage: descriptors and a protocol -> evaluation.json (artifacts.h).
//
// A template's descriptor is the mean of its samples' descriptors. With a projection W' [F, L, D]
// (input "projection") it is divided by its l2 norm and projected, x = W' phi / ||phi||, once for
// each of the F folds; x is not normalised again (paper, section 4.4). What the evaluator does with
// the descriptors is its own affair. Results do not depend on the number of threads.
//
// Errors: FailedPrecondition for templates without any descriptor, with their number, one of their
// names and the cure; DataLoss for artifacts that do not fit together; whatever the evaluator says.
#ifndef FACET_CORE_STAGES_EVALUATE_H_
#define FACET_CORE_STAGES_EVALUATE_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/dataset.h"
#include "core/stages/artifacts.h"
#include "core/stages/context.h"

namespace facet {

// Component "evaluator"; inputs "descriptors", "samples" and, optional, "projection"; no settings.
absl::Status RunEvaluate(StageContext& context);

// [templates, D]: row t is the mean over the rows of `descriptors` whose sample is in template t.
absl::StatusOr<FloatArray> PoolTemplates(const DatasetContents& data, const FloatArray& descriptors,
                                         const std::vector<DescriptorRecord>& records);

// `pooled` [T, D], `projection` [F, L, D] -> F matrices [T, L]. InvalidArgument for a row of zeros
// or of values that are not finite (`data` has its name).
absl::StatusOr<std::vector<FloatArray>> Project(const DatasetContents& data,
                                                const FloatArray& pooled,
                                                const FloatArray& projection, int threads);

}  // namespace facet

#endif  // FACET_CORE_STAGES_EVALUATE_H_
