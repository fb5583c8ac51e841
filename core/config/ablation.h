// [ablate]: rows that each change one part of another. experiments/README.md has the format.
#ifndef FACET_CORE_CONFIG_ABLATION_H_
#define FACET_CORE_CONFIG_ABLATION_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/config/axes.h"
#include "core/config/layout.h"
#include "core/config/node.h"
#include "core/config/source.h"

namespace facet {

// One row that an ablation makes.
struct Ablated {
  std::string row;    // which it changes, and is compared with
  std::string part;   // "train.aligner"; of an alternative "train.loss=arcface"
  std::string label;  // of the row; empty: made of the part's name
  Place place;        // of the part
  // Of one_at_a_time: the alternative. Its id is that of a point with this value.
  Settings alternative;
  // Of leave_one_out, in this order: what a row would say, what another row has there.
  std::vector<Node> layers;
  std::vector<std::string> baseline_paths;  // of `baseline`
  std::string baseline;                     // a row
  bool found = false;  // by comparing rows: of no interest where nothing comes of it
};

// What each table of [ablate] may say, by the table's name.
const std::map<std::string, std::vector<std::string>>& AblationKeys();

// A row of the file; null: there is none.
using RowSlots = std::function<const Node*(const std::string& id)>;

// Problems: E0201, E0202, E0205, E0301 (keys), E0501 (no such row), E0511 (alternatives), E0514
// (parts and baselines that do not fit each other).
std::vector<Ablated> ReadAblations(const Node& ablate, const std::vector<std::string>& row_ids,
                                   const RowSlots& slots, const ExperimentLayout& layout,
                                   Problems* problems);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_ABLATION_H_
