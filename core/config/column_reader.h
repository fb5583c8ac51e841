// [[column]] of an experiment file -> SettingColumn (columns.h).
#ifndef FACET_CORE_CONFIG_COLUMN_READER_H_
#define FACET_CORE_CONFIG_COLUMN_READER_H_

#include <vector>

#include "core/config/experiment.h"
#include "core/config/node.h"
#include "core/config/source.h"
#include "core/plugin/catalogue.h"

namespace facet {

// `columns` is the value of `column`. Problems: E0202 (no list of tables), E0212 (two of one name),
// E0201 and E0302 (`of` is what no row can have), those of ReadDeclaredTable.
std::vector<SettingColumn> ReadColumns(const Node& columns, const ExperimentLayout& layout,
                                       const Catalogue& catalogue, Problems* problems);

// Of one [[column]] (json_schema.h).
Json ColumnSchema();

}  // namespace facet

#endif  // FACET_CORE_CONFIG_COLUMN_READER_H_
