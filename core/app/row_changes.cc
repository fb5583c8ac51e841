#include "core/app/row_changes.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace facet {
namespace {

// What differs in one slot: as a whole where it is absent on one side or holds another component,
// else option by option.
void CompareSlots(const std::string& slot, const Json* before, const Json* after,
                  std::vector<ReportChange>* changes) {
  const bool tables = before != nullptr && after != nullptr && before->is_object() &&
                      after->is_object() && ShownSlot(before) == ShownSlot(after);
  if (!tables) {
    changes->push_back({slot, ShownSlot(before), ShownSlot(after)});
    return;
  }
  Json options = *before;
  options.update(*after);
  for (const auto& [option, ignored] : options.items()) {
    const Json old_value = before->value(option, Json()), new_value = after->value(option, Json());
    if (old_value == new_value) continue;
    changes->push_back(
        {absl::StrCat(slot, ".", option), ShownSlot(&old_value), ShownSlot(&new_value)});
  }
}

}  // namespace

std::string ShownSlot(const Json* slot) {
  if (slot == nullptr) return "";
  if (slot->is_object()) return slot->value("use", "set");
  return slot->is_string() ? slot->get<std::string>() : Dump(*slot);
}

std::vector<ReportChange> ChangesAgainst(const Row& parent, const Row& row) {
  std::map<std::string, std::pair<const Json*, const Json*>> slots;
  for (const auto& [slot, value] : parent.slots) slots[slot].first = &value;
  for (const auto& [slot, value] : row.slots) slots[slot].second = &value;
  std::vector<ReportChange> changes;
  slots.erase("limits");  // which change no result
  for (const auto& [slot, values] : slots) {
    const auto& [before, after] = values;
    const bool equal = before != nullptr && after != nullptr && *before == *after;
    if (!equal) CompareSlots(slot, before, after, &changes);
  }
  // That a group is there is said by what is in it.
  for (auto change = changes.begin(); change != changes.end();) {
    const bool is_group = absl::StrCat(change->from, change->to) == "set";
    const bool is_said = is_group && absl::c_any_of(changes, [&](const ReportChange& other) {
                           return absl::StartsWith(other.path, change->path + ".");
                         });
    change = is_said ? changes.erase(change) : change + 1;
  }
  // Names that both rows give, in another order.
  for (const auto& [slot, names] : row.order) {
    const auto found = parent.order.find(slot);
    if (found == parent.order.end()) continue;
    std::vector<std::string> before = found->second, after = names;
    if (before == after ||
        !std::is_permutation(before.begin(), before.end(), after.begin(), after.end())) {
      continue;
    }
    changes.push_back(
        {absl::StrCat("order of ", slot), absl::StrJoin(before, ", "), absl::StrJoin(after, ", ")});
  }
  return changes;
}

}  // namespace facet
