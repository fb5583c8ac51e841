// --set: "path=value" for all rows, "ROW:path=value" for one. The value is typed by the option's
// schema when it is checked; a component's path alone names the component. --axis and --seeds are
// read here too.
#ifndef FACET_CORE_CONFIG_OVERRIDES_H_
#define FACET_CORE_CONFIG_OVERRIDES_H_

#include <optional>
#include <string>
#include <vector>

#include "core/config/axes.h"
#include "core/config/experiment.h"
#include "core/config/layout.h"
#include "core/config/node.h"
#include "core/config/seeds.h"
#include "core/config/source.h"

namespace facet {

struct ParsedOverride {
  std::string row;  // empty: all rows
  Place row_place;
  std::string path;  // "train.loss.margin"
  Place place;       // of the path
  Node tree;         // the row's table with this one value in it
};

// --axis: "path=value,value", for all rows or one.
struct ParsedAxis {
  std::string row;
  Place row_place;
  Axis axis;
};

struct ParsedOverrides {
  std::vector<ParsedOverride> sets;
  std::vector<ParsedAxis> axes;
  std::optional<Seeds> seeds;  // --seeds: the last
};

// Problems: E0206 (malformed), E0102 (a value in braces that is not TOML), those of ReadAxis() and
// ReadSeeds(). Whether there is such a row is for others to say.
ParsedOverrides ParseOverrides(const std::vector<Override>& overrides,
                               const ExperimentLayout& layout, Problems* problems);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_OVERRIDES_H_
