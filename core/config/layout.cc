#include "core/config/layout.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace facet {
namespace {

enum class Relation { kNone, kSame, kAbove };

// How a row's path stands to a slot's.
Relation Compare(const std::string& path, const std::string& slot_path) {
  const std::vector<std::string> names = absl::StrSplit(path, '.');
  const std::vector<std::string> pattern = absl::StrSplit(slot_path, '.');
  if (names.size() > pattern.size()) return Relation::kNone;
  for (size_t i = 0; i < names.size(); ++i) {
    if (pattern[i] != "*" && pattern[i] != names[i]) return Relation::kNone;
  }
  return names.size() == pattern.size() ? Relation::kSame : Relation::kAbove;
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
