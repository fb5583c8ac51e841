#include "plugins/datasets/curated_list.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "plugins/lists/path_below.h"
#include "plugins/lists/text_lines.h"
#include "plugins/lists/words.h"

namespace facet {

absl::StatusOr<CuratedList> CuratedList::Read(const std::string& path,
                                              const std::set<std::string>& excluded) {
  CuratedList list;
  list.path_ = path;
  FACET_ASSIGN_OR_RETURN(const std::vector<std::string> names, ReadNames(path));
  for (const std::string& name : names) {
    absl::StatusOr<std::string> below = PathBelow(name);
    if (!below.ok()) return Annotate(below.status(), path);
    list.listed_.insert(*std::move(below));
  }
  if (list.listed_.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, " names no image"));
  }
  list.num_excluded_ =
      std::count_if(list.listed_.begin(), list.listed_.end(), [&](const std::string& image) {
        return excluded.count(image.substr(0, image.find('/'))) > 0;
      });
  return list;
}

bool CuratedList::Take(const std::string& image) {
  if (listed_.empty()) return true;
  const bool listed = listed_.count(image) > 0;
  if (listed) ++num_found_;
  return listed;
}

std::string CuratedList::MissingNotice() const {
  return absl::StrCat(Thousands(missing()), " of ", Thousands(static_cast<int64_t>(listed_.size())),
                      " images that ", path_, " names are missing.");
}

std::string CuratedList::Found() const {
  std::string text = absl::StrCat("of the ", Thousands(static_cast<int64_t>(listed_.size())),
                                  " paths in ", path_, ", ");
  if (num_excluded_ > 0) {
    absl::StrAppend(&text, Thousands(num_excluded_),
                    num_excluded_ == 1 ? " is of an identity" : " are of identities",
                    " that `exclude` names; of the others, ");
  }
  return absl::StrCat(text, Thousands(num_found_), " are there (they are relative to root)");
}

}  // namespace facet
