// `seeds`: rows that are computed again with other seeds. "4" becomes "4@1", "4@2", ..., by the
// seeds; what they take from other rows, they take from the copy with their own seed.
#ifndef FACET_CORE_CONFIG_SEEDS_H_
#define FACET_CORE_CONFIG_SEEDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/config/layout.h"
#include "core/config/node.h"
#include "core/config/source.h"

namespace facet {

struct RowTree;

struct Seeds {
  int64_t count = 1;            // the row's own seed and those after it; 1: the row itself
  std::vector<int64_t> values;  // in place of that, where it is not empty
  Place place;
};

// A count or a list; `what` is what messages call it. Problems: E0301, E0302.
std::optional<Seeds> ReadSeeds(const Node& node, Problems* problems);

// Each row that is computed and has seeds, as its copies. Problems: E0513 (more than kMaxRows),
// E0516 (a row takes something from another that is not computed with its seed).
std::vector<RowTree> RepeatRows(std::vector<RowTree> rows, const ExperimentLayout& layout,
                                Problems* problems);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_SEEDS_H_
