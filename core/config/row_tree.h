// Rows as trees: base, parent row, the row's own layers, --set, laid upon each other in this order.
#ifndef FACET_CORE_CONFIG_ROW_TREE_H_
#define FACET_CORE_CONFIG_ROW_TREE_H_

#include <map>
#include <string>
#include <vector>

#include "core/config/document.h"
#include "core/config/layout.h"
#include "core/config/node.h"
#include "core/config/overrides.h"
#include "core/config/source.h"

namespace facet {

struct RowTree {
  std::string id, label, skip, parent;
  bool reported = false;  // the file's word for the skip was `reported`
  Place place, skip_place;
  Node slots;  // what layout and file say of the row's slots; options' defaults not filled in
};

// The layout's defaults and base: what every row starts from.
Node BaseTree(const Document& document, const ExperimentLayout& layout, Problems* problems);

// In the order of the document. Problems: E0207 (unset names nothing), E0210
// (moved key in unset), E0301 (types of id, label, skip, reported, extends), E0209 (both skip and
// reported), E0501, E0502 (extends: no such row, circles).
std::vector<RowTree> BuildRowTrees(const Document& document,
                                   const std::vector<ParsedOverride>& overrides,
                                   const ExperimentLayout& layout, Problems* problems);

// E0501: `id` is not among `ids`; adds the nearest and the list.
void ReportUnknownRow(const std::string& id, const Place& place,
                      const std::vector<std::string>& ids, Problems* problems);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_ROW_TREE_H_
