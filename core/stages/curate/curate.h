// curate: a curator and the manifest of the stage before -> the next manifest, and what it
// measured.
//
// Role: curator. Inputs, all optional (planner.h): "curation", the stage before (manifest.sqlite);
// "samples" and "crops", the faces of its images; "scores" and "scored", how probable the images'
// identities are and the samples that this was asked of. root("curation") is where the images of
// the manifest before lie; kept_folder() is where a curator with Trait::kMakesImages puts its own.
//
// Output: manifest.sqlite; curation.json and sheet_NN.jpg, the contact sheets
// (core/records/results.h). InternalError: a curator that broke its contract.
#ifndef FACET_CORE_STAGES_CURATE_CURATE_H_
#define FACET_CORE_STAGES_CURATE_CURATE_H_

#include "absl/status/status.h"

namespace facet {

class StageContext;
struct StageType;

absl::Status RunCurate(StageContext& context);

StageType CurateStage();

}  // namespace facet

#endif  // FACET_CORE_STAGES_CURATE_CURATE_H_
