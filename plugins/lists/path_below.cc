#include "plugins/lists/path_below.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace facet {

absl::StatusOr<std::string> PathBelow(const std::string& path) {
  std::vector<absl::string_view> names;
  bool leads_out = !path.empty() && path[0] == '/';
  for (const absl::string_view name : absl::StrSplit(path, '/')) {
    leads_out = leads_out || name == "..";
    if (!name.empty() && name != ".") names.push_back(name);
  }
  if (!leads_out) return absl::StrJoin(names, "/");
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", path,
      "\" does not lie below the root: write it relative to that folder, without \"..\""));
}

}  // namespace facet
