// The part of a row's stages that a preview needs, with the preview stage at its end.
#ifndef FACET_CORE_APP_PREVIEW_PLAN_H_
#define FACET_CORE_APP_PREVIEW_PLAN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/graph/stage.h"

namespace facet {

struct PreviewRequest {
  std::string what = "detect";  // detect, align, crops, triplets
  std::string branch = "test";  // train, test; triplets are those of the embedding
  int64_t count = 40, seed = 1;
};

// `graph` holds the row's stages. InvalidArgument: the row has nothing of this kind (it trains
// nothing, or learns no embedding).
absl::StatusOr<StageGraph> PlanPreview(const StageGraph& graph, const std::string& row,
                                       const PreviewRequest& request);

}  // namespace facet

#endif  // FACET_CORE_APP_PREVIEW_PLAN_H_
