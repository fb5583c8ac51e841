// Slots that name another row: it must exist, be computed, and not need this one in turn.
#ifndef FACET_CORE_CONFIG_ROW_LINKS_H_
#define FACET_CORE_CONFIG_ROW_LINKS_H_

#include <map>
#include <string>
#include <vector>

#include "core/config/experiment.h"
#include "core/config/row_tree.h"
#include "core/config/source.h"

namespace facet {

// Problems: E0501 (no such row), E0502 (circle), E0506 (the row is left out).
void CheckRowLinks(const ExperimentLayout& layout, const std::vector<RowTree>& trees,
                   const std::vector<Row>& rows, Problems* problems);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_ROW_LINKS_H_
