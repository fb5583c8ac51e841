// Columns of the table that are made from what the rows say, [[column]] in an experiment file.
//
//   [[column]]
//   name = "Train align."           # required: its head
//   of = "train.aligner"            # required: a slot, an option, or count/STAGE/WHAT
//   values = { none = "no" }        # value -> what the cell shows
//   otherwise = "yes"               # any value that is not in `values`; without it: the value
//   absent = "no"                   # where the row has no such value; without it: a dash
//
// Of a component that is its name, of a table of settings "set". count/train.pack/crops is what the
// row's stage train.pack counted as "crops" (results.json lists the counts of each stage). Columns
// never enter a key. A file's columns replace those of the file that it extends.
#ifndef FACET_CORE_CONFIG_COLUMNS_H_
#define FACET_CORE_CONFIG_COLUMNS_H_

#include <string>
#include <utility>

#include "core/config/experiment.h"

namespace facet {

// The stage and the count of "count/train.pack/crops"; empty for a column of the rows' settings.
std::pair<std::string, std::string> CountOfColumn(const SettingColumn& column);

// What a value is shown as; `absent` for an empty one.
std::string ShownValue(const SettingColumn& column, const std::string& value);
// The cell of a column of the rows' settings.
std::string CellOf(const SettingColumn& column, const Row& row);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_COLUMNS_H_
