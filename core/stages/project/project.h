// embed: learns the projection W' [L, D] on frozen descriptors (Parkhi et al. 2015, section 4.4).
//
//   x = W' phi / ||phi||_2,   x is not normalised again
//
// Inputs: port "descriptors" (descriptors.npy, rows.jsonl), port "samples" (samples.jsonl,
// protocol.json). Roles: loss, miner (scope epoch). Settings: EmbedSettings. Output: projection.npy
// [F, L, D] float32, embed.json (what each epoch saw).
// on = "folds": F is the protocol's number of folds, and W'_f is learned on the samples of the
// other folds' people alone. A protocol with a single split has one W', learned on fold 0, the part
// that tunes. on = "train": F = 1, all samples.
// FailedPrecondition: a person with images in two folds, fewer than two people to learn from, or
// nobody with two images (templates). A W' whose miner found no tuple is said to be what it began
// with. OutOfRange: training diverged.
#ifndef FACET_CORE_STAGES_PROJECT_PROJECT_H_
#define FACET_CORE_STAGES_PROJECT_PROJECT_H_

#include "absl/status/status.h"

namespace facet {

class StageContext;
struct StageType;

absl::Status RunProject(StageContext& context);
// The same with another time between checkpoints.
absl::Status LearnProjections(StageContext& context, double checkpoint_seconds);

StageType ProjectStage();

}  // namespace facet

#endif  // FACET_CORE_STAGES_PROJECT_PROJECT_H_
