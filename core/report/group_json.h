// What results.json says of copies, effects and sweeps: derived from the rows, not read back.
#ifndef FACET_CORE_REPORT_GROUP_JSON_H_
#define FACET_CORE_REPORT_GROUP_JSON_H_

#include "core/base/json.h"
#include "core/report/report.h"

namespace facet {

// {"seeds": [...], "effects": [...], "sweeps": [...]}, those that there are:
//   seeds    a repeated row: "row", "asked", "done", "failed", "metrics" ("name", "unit", "mean",
//            "deviation", "seeds", "test_error"; null: unknown), "reference_difference", "verdict",
//            "against_parent" ("parent" and a difference)
//   effects  in the order of the table: "part", "alternative", "row", "against", "reading",
//            "p_holm" and a difference, or "why" there is none
//   sweeps   "row", "axes" (paths), "points" (ids), "highest" and "lowest" ("row", "value",
//            "not_separable")
// A difference is "difference", "interval_95", "p", "seeds", "unit", "method".
Json DerivedOfGroups(const Report& report);

}  // namespace facet

#endif  // FACET_CORE_REPORT_GROUP_JSON_H_
