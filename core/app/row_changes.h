// What a report says that a row changes of its parent.
#ifndef FACET_CORE_APP_ROW_CHANGES_H_
#define FACET_CORE_APP_ROW_CHANGES_H_

#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/config/experiment.h"
#include "core/report/report.h"

namespace facet {

// A slot in a word: a component's name, a single value; "set" for a table of settings, nothing for
// none.
std::string ShownSlot(const Json* slot);

// By slot; of a group that one row lacks what is in it. `limits` change no result and are no change.
std::vector<ReportChange> ChangesAgainst(const Row& parent, const Row& row);

}  // namespace facet

#endif  // FACET_CORE_APP_ROW_CHANGES_H_
