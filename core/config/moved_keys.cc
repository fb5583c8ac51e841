#include "core/config/moved_keys.h"

#include <iterator>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace facet {

bool ReportMovedKey(const ExperimentLayout& layout, const std::string& path, const Place& place,
                    Problems* problems) {
  const auto moved =
      absl::c_find_if(layout.moved, [&](const MovedKey& key) { return key.from == path; });
  if (moved == layout.moved.end()) return false;
  Diagnostic& problem =
      problems->Error("E0210", place, absl::StrCat("`", moved->from, "` is now `", moved->to, "`"));
  problem.caret_note = absl::StrCat("write `", moved->to, "`");
  problem.help = moved->help;
  return true;
}

std::vector<MovedKey> MovedKeysBelow(const ExperimentLayout& layout, const std::string& path) {
  std::vector<MovedKey> keys;
  absl::c_copy_if(layout.moved, std::back_inserter(keys), [&](const MovedKey& key) {
    return absl::StartsWith(key.from, absl::StrCat(path, "."));
  });
  return keys;
}

}  // namespace facet
