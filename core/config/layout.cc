#include "core/config/layout.h"

#include <algorithm>
#include <string_view>

#include "absl/algorithm/container.h"
#include "absl/strings/str_replace.h"

namespace facet {
namespace {

enum class Relation { kNone, kSame, kAbove };

// Takes the first name off a path.
std::string_view TakeName(std::string_view* path) {
  const std::string_view name = path->substr(0, path->find('.'));
  path->remove_prefix(std::min(path->size(), name.size() + 1));
  return name;
}

// How a row's path stands to a slot's. Asked for each value of each row and each slot. An empty name,
// as in "train..batch" and "train.", is none of a slot.
Relation Compare(std::string_view path, std::string_view slot_path) {
  if (!path.empty() && path.back() == '.') return Relation::kNone;
  do {
    const std::string_view pattern = TakeName(&slot_path), name = TakeName(&path);
    if (name.empty() || (pattern != "*" && pattern != name)) return Relation::kNone;
  } while (!path.empty() && !slot_path.empty());
  if (!path.empty()) return Relation::kNone;
  return slot_path.empty() ? Relation::kSame : Relation::kAbove;
}

}  // namespace

bool Fits(const std::string& path, const std::string& slot_path) {
  return Compare(path, slot_path) == Relation::kSame;
}

bool LeadsTo(const std::string& path, const std::string& slot_path) {
  return path.empty() || Compare(path, slot_path) == Relation::kAbove;
}

std::string ShownPath(const std::string& slot_path) {
  return absl::StrReplaceAll(slot_path, {{"*", "<name>"}});
}

const Slot* ExperimentLayout::Find(const std::string& path) const {
  const auto found = absl::c_find_if(slots, [&](const Slot& slot) { return slot.path == path; });
  if (found != slots.end()) return &*found;
  const auto fitting =
      absl::c_find_if(slots, [&](const Slot& slot) { return Fits(path, slot.path); });
  return fitting == slots.end() ? nullptr : &*fitting;
}

}  // namespace facet
