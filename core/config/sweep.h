// [sweep]: which points a file makes of which rows. experiments/README.md has the format.
#ifndef FACET_CORE_CONFIG_SWEEP_H_
#define FACET_CORE_CONFIG_SWEEP_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/config/axes.h"
#include "core/config/layout.h"
#include "core/config/node.h"
#include "core/config/overrides.h"
#include "core/config/source.h"

namespace facet {

// Above it a table is a mistake: rows are resolved and planned all at once.
constexpr int64_t kMaxRows = 10'000;

struct Sweep {
  Place place;
  bool all_rows = true;                             // that are computed
  std::vector<std::pair<std::string, Place>> rows;  // otherwise
  std::vector<Settings> points;
};

// What a [sweep] may say.
const std::vector<std::string>& SweepKeys();

// Each [[sweep]], in order. Problems: E0201, E0202, E0301 (its keys), E0501 (no such row), E0511
// (axes), E0512 (include and exclude), E0513 (more than kMaxRows points). `row_ids`: all that there
// are before.
std::vector<Sweep> ReadSweeps(const Node& sweeps, const std::vector<std::string>& row_ids,
                              const ExperimentLayout& layout, Problems* problems);

// The points with one more axis; where they have it, with these values in place of theirs.
std::vector<Settings> WithAxis(const std::vector<Settings>& points, const Axis& axis);

// A table, or a list of them; E0202 where it is neither.
std::vector<const Node*> TablesOf(const Node& node, const std::string& what, Problems* problems);
// E0201 for each key of the table that is not known.
void CheckKeys(const Node& table, const std::string& what, const std::vector<std::string>& known,
               Problems* problems);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_SWEEP_H_
