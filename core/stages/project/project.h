// embed: learns the projection W' [L, D] on frozen descriptors (Parkhi et al. 2015, section 4.4).
//
//   x = W' phi / ||phi||_2,   x is not normalised again
//
// Inputs: port "descriptors" (descriptors.npy, rows.jsonl), port "samples" (samples.jsonl,
// protocol.json). Roles: loss, miner (scope epoch). Settings: ProjectSettings. Output:
// projection.npy [F, L, D] float32, embed.json: for each W' people, samples, what each epoch saw,
// and threshold_fold if there is one.
// on = "folds": F is the protocol's number of folds, and W'_f is learned on the samples of the
// other folds' people alone. A protocol with a single split has one W', learned on fold 0, the part
// that tunes. on = "train": F = 1, all samples.
// With test.evaluator.threshold_from = "held_out_fold" fold f + 1 (the first after the last) chooses
// the threshold of fold f, and W'_f learns from the people of neither: the threshold is then of
// people whom W' has not seen, at the price of a fold less to learn from. The paper's rule, all
// other folds, is the default.
//
// Numerics: float32 on the row's device whatever the row's precision; sums of principal directions
// are float64, their decomposition is the CPU's.
// Memory: descriptors.npy is mapped, and copied to the device up to 1 GiB (a GPU: 8 GiB); more is
// fetched and normalised where a step needs it, 4,096 rows at a time (of templates all are read).
// Beside that W' and its copy, embeddings up to 256 MiB (embedded_rows.h), [D, D] float64 a few times
// for initial = "pca", and what loss and miner hold.
// Checkpoints: every 180 s, and where the run is stopped, between any two steps: finished W' (once
// each), W' and the loss's tensors now and at the epoch's start, the epochs' log, the miner's place
// (learner.h), embeddings that the next step would take along. A run that goes on from one ends with the same bits. Of a miner whose draws rest on
// the draws before, an epoch may begin again; random_violating repeats no step, and is put into its
// place in 0.3 s of a CPU for 250,000 pairs. (LFW's view 2 has 95,391 to 240,385 for a W', at
// 4,096 -> 1,024 up to 3,757 steps an epoch, each of 4 to 30 * 10^9 operations by how far it must
// look for negatives. VGG-Face has 1.3 * 10^9 pairs.)
//
// FailedPrecondition: a person with images in two folds, fewer than two people to learn from,
// nobody with two images (templates), no such device. InvalidArgument: threshold folds where there
// are fewer than three. A W' whose miner found no tuple is said to be what it began with.
// OutOfRange: training diverged.
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
