// Contact sheets of a ranking by purity: what lies lowest and about the cut, and, where the truth
// is known, what was decided wrongly.
#ifndef FACET_PLUGINS_CURATORS_PURITY_SHEETS_H_
#define FACET_PLUGINS_CURATORS_PURITY_SHEETS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/curator.h"
#include "plugins/curators/purity/report.h"
#include "plugins/curators/stage/run.h"

namespace facet {

// `images` are the manifest's ids of `faces`; those of identity g are begins[g] .. begins[g + 1] -
// 1. At most 48 cells each; a sheet without any is left out.
absl::StatusOr<std::vector<ContactSheet>> PuritySheets(const CurationRun& run,
                                                       const std::vector<int64_t>& images,
                                                       const std::vector<int64_t>& begins,
                                                       const std::vector<RankedFace>& faces,
                                                       bool truth_known, uint64_t seed);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_PURITY_SHEETS_H_
