// The dataset stage: a data set component -> samples.jsonl, protocol.json and, where it renders its
// pixels, images.mdb (core/records).
//
// Rendered images are stored as JPEG of quality 95: what the later stages see is what a photograph
// of that quality would show, and a set of thousands stays small. They are rendered by
// context.threads() threads; the bytes do not depend on their number. One that the data set fails
// on is counted and not stored, so that it is unreadable to the stages after this one.
#ifndef FACET_CORE_STAGES_DATASET_DATASET_H_
#define FACET_CORE_STAGES_DATASET_DATASET_H_

#include "absl/status/status.h"
#include "core/api/dataset.h"

namespace facet {

class StageContext;
struct StageType;

inline constexpr int kRenderedJpegQuality = 95;

// Component "data"; no inputs; settings: {"holdout": HoldoutSettings} for training sets
// (holdout.h).
absl::Status RunDataset(StageContext& context);

// What every later stage relies on: at least one sample; unique, UTF-8 keys; a path below the root
// or a number to render; boxes, landmarks and folds that make sense; templates and pairs in range,
// no fold without pairs, none without templates. InvalidArgument names the first offender.
absl::Status CheckContents(const DatasetContents& contents);

StageType DatasetStage();

}  // namespace facet

#endif  // FACET_CORE_STAGES_DATASET_DATASET_H_
