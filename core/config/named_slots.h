// Slots whose names a row gives (`*` in Slot::path), as they are in one tree.
#ifndef FACET_CORE_CONFIG_NAMED_SLOTS_H_
#define FACET_CORE_CONFIG_NAMED_SLOTS_H_

#include <map>
#include <string>
#include <vector>

#include "core/config/layout.h"
#include "core/config/node.h"

namespace facet {

// Letters, digits, _ and -; `use` names a component everywhere.
bool IsSlotName(const std::string& name);

// The slots of the layout with the names of the tree in place of `*`, in their order.
std::vector<Slot> SlotsOf(const ExperimentLayout& layout, const Node& tree);

// As Row::order, whatever optional groups the row has.
std::map<std::string, std::vector<std::string>> NamesOf(const ExperimentLayout& layout,
                                                        const Node& tree);

// Slot::default_use of all slots: what lies under [base].
Node DefaultTree(const ExperimentLayout& layout);

// Whether a row says enough to have this optional group of slots.
bool HasGroup(const ExperimentLayout& layout, const Node& slots, const std::string& group);

// Gives each component right below a name that says no `use` the name as such. To be called after
// every layer: a layer above that says another `use` then replaces the component.
void FillUses(const ExperimentLayout& layout, Node* tree);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_NAMED_SLOTS_H_
