// The leak_check stage: is the test set in the training set? -> leaks.json
//
//   people   identities of both sets whose names are one person's (name_lists.h)
//   images   test images whose file is byte for byte a training image's ("exact"), or whose
//            perceptual hash differs in at most hash_bits of 64 bits ("near": DCT hash of the whole
//            image, OpenCV img_hash; it sees through other sizes and stronger compression, not
//            through crops or mirrors). Images without contrast are compared by their bytes alone.
//   faces    test samples whose descriptor's cosine to a training sample's is at least `embedding`:
//            sees crops too, but knows no better than the network what is the same picture
//
// Each test sample or person is listed once, with its nearest partner; the worst 100 of each kind
// are in leaks.json with the counts. More than is allowed fails the stage (on_leak "refuse") with
// the worst offenders and the cure, or becomes a notice ("report").
//
// Cost: the names are hashed; hashes are found by their equal parts (multi-index, near_hashes.h),
// so that 13 thousand test against 2.6 million training images take 2 s (hash_bits 4) once all are
// read, which is what takes the time; descriptors are compared in blocks of a matrix product.
#ifndef FACET_CORE_STAGES_LEAK_CHECK_LEAK_CHECK_H_
#define FACET_CORE_STAGES_LEAK_CHECK_LEAK_CHECK_H_

#include "absl/status/status.h"

namespace facet {

class StageContext;
struct StageType;

// Inputs "samples" and "train" (data sets) and, for faces, "descriptors" and "train_descriptors";
// settings: LeakSettings and max_megapixels.
absl::Status RunLeakCheck(StageContext& context);

StageType LeakCheckStage();

}  // namespace facet

#endif  // FACET_CORE_STAGES_LEAK_CHECK_LEAK_CHECK_H_
