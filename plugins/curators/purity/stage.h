// The stage that ranks the images of each name and keeps the best: what the curator `purify`, whose
// manual says what it does, is made of.
#ifndef FACET_PLUGINS_CURATORS_PURITY_STAGE_H_
#define FACET_PLUGINS_CURATORS_PURITY_STAGE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/api/curator.h"
#include "plugins/curators/purity/described_faces.h"
#include "plugins/curators/purity/ranking.h"
#include "plugins/curators/purity/report.h"

namespace facet {

inline constexpr char kPurifyStage[] = "purify";
inline constexpr char kNoFaceFound[] = "no face found";
inline constexpr char kLowScore[] = "low score";

struct PurityStageOptions : FaceDescriptionOptions {
  std::string source;
  std::string loss = "hinge";
  PurityOptions ranking;
  PurityCut cut{1000, 1.0, 0.05};
  std::string snapshot = "full";
};

// What context.progress is told, one after the other: "vocabulary", "components" (reduced form),
// "descriptors", "ranking".
absl::StatusOr<CurationResult> Purify(const CurationContext& context,
                                      const PurityStageOptions& options);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_PURITY_STAGE_H_
