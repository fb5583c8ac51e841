// --set: "path=value" for all rows, "ROW:path=value" for one. The value is typed by the option's
// schema when it is checked; a component's path alone names the component.
#ifndef FACET_CORE_CONFIG_OVERRIDES_H_
#define FACET_CORE_CONFIG_OVERRIDES_H_

#include <string>
#include <vector>

#include "core/config/experiment.h"
#include "core/config/layout.h"
#include "core/config/node.h"
#include "core/config/source.h"

namespace facet {

struct ParsedOverride {
  std::string row;   // empty: all rows
  std::string path;  // "train.loss.margin"
  Place place;       // of the path
  Node tree;         // the row's table with this one value in it
};

// Problems: E0206 (malformed), E0102 (a value in braces that is not TOML), E0501 (no such row).
std::vector<ParsedOverride> ParseOverrides(const std::vector<Override>& overrides,
                                           const ExperimentLayout& layout,
                                           const std::vector<std::string>& row_ids,
                                           Problems* problems);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_OVERRIDES_H_
