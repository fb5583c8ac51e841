#include "plugins/curators/names/excluded_names.h"

#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "plugins/curators/stage/files.h"
#include "plugins/lists/folder_listing.h"
#include "plugins/lists/text_lines.h"

namespace facet {

absl::StatusOr<std::vector<ExcludedNames>> ReadExcludedNames(const std::string& file,
                                                             const std::string& folder,
                                                             const CurationContext& context) {
  std::vector<std::string> files;
  const std::string single = GivenOrFound(file, context, "exclude.txt");
  if (!single.empty()) files.push_back(single);
  if (!folder.empty()) {
    FACET_ASSIGN_OR_RETURN(const FolderListing listing, ListFolder(folder));
    for (const std::string& name : listing.files) {
      if (absl::EndsWithIgnoreCase(name, ".txt")) files.push_back(absl::StrCat(folder, "/", name));
    }
  }
  std::vector<ExcludedNames> lists;
  for (const std::string& path : files) {
    ExcludedNames excluded;
    FACET_ASSIGN_OR_RETURN(excluded.names, ReadNames(path));
    excluded.list = std::filesystem::path(path).stem().string();
    if (excluded.list == "exclude") excluded.list = "the benchmarks";
    lists.push_back(std::move(excluded));
  }
  return lists;
}

}  // namespace facet
