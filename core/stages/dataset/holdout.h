// `train.holdout`: people who may not be in the training set, by the lists of the test sets.
//
// The paper leaves out of its training set the people of LFW and YouTube Faces (section 3); whoever
// trains on other data and reports on LFW must do the same, or say so. Names are compared by their
// keys (name_lists.h).
#ifndef FACET_CORE_STAGES_DATASET_HOLDOUT_H_
#define FACET_CORE_STAGES_DATASET_HOLDOUT_H_

#include "absl/status/status.h"
#include "core/api/dataset.h"
#include "core/pipeline/context.h"

namespace facet {

// `settings`: HoldoutSettings of which only the lists that are given are there. Removes the samples
// of the lists' people; where any goes, the protocol goes too (a training set needs none). Adds the
// counts "held-out people" and "held-out images" and a notice, which says it too where nobody was
// found. FailedPrecondition if nobody is left; a list's errors.
absl::Status ApplyHoldout(const Json& settings, DatasetContents* contents);

}  // namespace facet

#endif  // FACET_CORE_STAGES_DATASET_HOLDOUT_H_
