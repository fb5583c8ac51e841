// The stage that tests each person's distances for one mode: what the curator `unimodal`, whose
// manual says what it does, is made of.
#ifndef FACET_PLUGINS_CURATORS_PURITY_UNIMODAL_STAGE_H_
#define FACET_PLUGINS_CURATORS_PURITY_UNIMODAL_STAGE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/api/curator.h"
#include "plugins/curators/purity/described_faces.h"
#include "plugins/curators/purity/unimodality.h"

namespace facet {

struct UnimodalStageOptions : FaceDescriptionOptions {
  int64_t images = 200, min_faces = 20;
  std::string distances = "faces";
  int64_t discriminants = 20;  // of the names (name_discriminants.h); 0: none
  UnimodalityRule rule;
  int64_t draws = 2000;
  double min_purity = 0.9;
  std::string snapshot = "unimodal";
};

absl::StatusOr<CurationResult> RemoveMultimodal(const CurationContext& context,
                                                const UnimodalStageOptions& options);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_PURITY_UNIMODAL_STAGE_H_
