// What `show --layers` prints of layers.json (core/stages/layers/layers.h): the paper's Table 3 for
// the network of a row.
#ifndef FACET_CORE_APP_LAYER_TABLE_H_
#define FACET_CORE_APP_LAYER_TABLE_H_

#include <string>

#include "core/base/json.h"
#include "core/report/grid.h"

namespace facet {

// A line for each layer, and the total. A dash stands for what a layer does not have.
Grid LayerGrid(const Json& layers);

// With a line above it and notes below.
std::string LayerTable(const Json& layers, const TableStyle& style);

}  // namespace facet

#endif  // FACET_CORE_APP_LAYER_TABLE_H_
