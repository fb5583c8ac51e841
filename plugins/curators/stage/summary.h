// What all curators say of the stage that they have finished, and the truth to measure it against.
//
// Where the truth is known (a synthetic web, noise mixed into clean images), a run of the stage
// `truth` flags images with the reasons below; images without a flag show the person whose name
// they go by and repeat no other one. Curators never read it, except to measure themselves.
#ifndef FACET_PLUGINS_CURATORS_STAGE_SUMMARY_H_
#define FACET_PLUGINS_CURATORS_STAGE_SUMMARY_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/evaluator.h"
#include "plugins/manifest/manifest.h"

namespace facet {

inline constexpr char kTruthStage[] = "truth";
// Reasons of its flags. The detail says more: who it is, how the duplicate was made.
inline constexpr char kTruthWrongPerson[] = "wrong person";
inline constexpr char kTruthNoFace[] = "no face";
inline constexpr char kTruthExactDuplicate[] = "exact duplicate";  // `other`: the original
inline constexpr char kTruthNearDuplicate[] = "near duplicate";    // `other`: the original

struct ImageTruth {
  bool right = true;           // shows the person of its identity
  int64_t original = -1;       // of a duplicate: the image that it repeats
  bool exact = false;          // duplicates: byte for byte
  std::string reason, detail;  // of the flag; empty: none
};
// By image, those with a flag; nullopt: the manifest has no truth.
absl::StatusOr<std::optional<std::unordered_map<int64_t, ImageTruth>>> ReadTruth(
    const Manifest& manifest);

// Of a finished run, with all runs before it in force:
//   "persons"            with at least one image left; all who are left of a manifest without images
//   "images per person"  mean
//   "images"             left
//   "effort"             of people in this run [h]; 0: none
// and where the truth is known [%]:
//   "precision"          of the images left: those that show their person
//   "recall"             of the pictures that show their person and that the stage was given: those
//                        left; an image and its duplicates are one picture
// Images are given to a run if no earlier one removes them or their identity. A mean or share of
// nothing is left out. NotFound; FailedPrecondition: the run is not finished.
absl::StatusOr<std::vector<Metric>> SummariseRun(const Manifest& manifest, int64_t run);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_STAGE_SUMMARY_H_
