// The evaluate stage: what a row's last stages found, and the truth -> evaluation.json
// (core/records/results.h).
//
// With input "descriptors": a template's descriptor is pooled from its samples' as the evaluator
// asks (pooling.h). With a projection W' [F, L, D] (input "projection") it is divided by its l2
// norm and projected, x = W' phi / ||phi||, once for each of the F folds; x is not normalised again
// (paper, section 4.4). What the evaluator does with the descriptors is its own affair. Setting
// `identities`: the evaluator needs no pairs, so a data set without a protocol serves; each of its
// samples that has a descriptor is then a template.
// With input "curation": what the row's curator measured follows the evaluator's metrics; it is all
// that an evaluator of curations is given.
// With input "faces" instead: the detections of each sample; with "alignments" as well, its landmarks.
//
// Errors: FailedPrecondition for templates without any descriptor; DataLoss for artifacts that do
// not fit together; whatever the evaluator says.
#ifndef FACET_CORE_STAGES_EVALUATE_EVALUATE_H_
#define FACET_CORE_STAGES_EVALUATE_EVALUATE_H_

#include "absl/status/status.h"

namespace facet {

class StageContext;
struct StageType;

// Component "evaluator"; inputs, all optional: "curation", "samples" and either "descriptors" and,
// optional, "projection", or "faces" and, optional, "alignments". An input "leaks" is a condition
// (leak_check.h), not read.
absl::Status RunEvaluate(StageContext& context);

StageType EvaluateStage();

}  // namespace facet

#endif  // FACET_CORE_STAGES_EVALUATE_EVALUATE_H_
