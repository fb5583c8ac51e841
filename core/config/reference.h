// The file with the numbers that others published for the rows. It never enters a key.
//
//   schema = 1
//   title  = "Table 4"
//   source = "Parkhi, Vedaldi, Zisserman: Deep Face Recognition, BMVC 2015, Table 4"
//
//   [row.1]                                      # the id of a row
//   "100%-EER" = { value = 92.83, unit = "%" }   # the metric's name as the evaluator gives it
//   columns = { "Images" = "4M" }                # of a reported row: its cells of [[column]]s
//   roc = { far = [...], tar = [...] }           # a published curve, as shares; also: note
//
// A metric has `value` (required), `unit`, `note` and `tolerance` (in the unit of the value, at
// least 0). Metrics keep the order of the file.
#ifndef FACET_CORE_CONFIG_REFERENCE_H_
#define FACET_CORE_CONFIG_REFERENCE_H_

#include <string>
#include <vector>

#include "core/config/experiment.h"
#include "core/config/source.h"

namespace facet {

// `asked_by` is the place that names `path`. Problems: as ReadTomlFile and CheckValue; E0201,
// E0202, E0205 (no value), E0507 (warning: a row, or a column, that the experiment does not have).
Reference ReadReference(const std::string& path, const Place& asked_by,
                        const std::vector<std::string>& row_ids,
                        const std::vector<std::string>& columns, Problems* problems);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_REFERENCE_H_
