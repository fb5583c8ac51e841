// Rows as trees: base, parent row, the row's own layers, --set, laid upon each other in this order.
#ifndef FACET_CORE_CONFIG_ROW_TREE_H_
#define FACET_CORE_CONFIG_ROW_TREE_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/config/document.h"
#include "core/config/layout.h"
#include "core/config/node.h"
#include "core/config/overrides.h"
#include "core/config/seeds.h"
#include "core/config/source.h"

namespace facet {

struct RowTree {
  std::string id, label, skip, parent;
  bool reported = false;  // the file's word for the skip was `reported`
  // As in Row.
  std::string repeats, compared_with, part, swept;
  std::vector<std::pair<std::string, std::string>> axes;
  bool part_is_found = false;        // by comparing two rows, not said
  std::vector<std::string> sources;  // rows that it was made of: a --set for one holds here too
  Seeds seeds;
  Place place, skip_place;
  Place point_place;  // of a value of its axes
  Node slots;  // what layout and file say of the row's slots; options' defaults not filled in
};

// The layout's defaults and base: what every row starts from.
Node BaseTree(const Document& document, const ExperimentLayout& layout, Problems* problems);

// In the order of the document, with the rows that its [ablate], [sweep] and seeds make
// (made_rows.h, seeds.h: their problems). Problems: E0206 (--set of what it cannot change), E0207
// (unset names nothing), E0210 (moved key in unset), E0301 (types of id, label, skip, reported,
// extends), E0209 (both skip and reported), E0501, E0502 (extends: no such row, circles).
std::vector<RowTree> BuildRowTrees(const Document& document, const ParsedOverrides& overrides,
                                   const ExperimentLayout& layout, Problems* problems);

// Lays what a row says of itself on its tree, after taking away what that unsets; `own_keys` are no
// slots.
void LayRow(Node layer, const std::vector<std::string>& own_keys, const ExperimentLayout& layout,
            Node* tree, Problems* problems);

// The slots that name a row.
std::vector<std::string> RowSlotsOf(const ExperimentLayout& layout);

// E0501: `id` is not among `ids`; adds the nearest and the list.
void ReportUnknownRow(const std::string& id, const Place& place,
                      const std::vector<std::string>& ids, Problems* problems);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_ROW_TREE_H_
