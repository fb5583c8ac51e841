#include "plugins/lists/folder_listing.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/file_patterns.h"

namespace facet {

namespace {

// Whether `folder` is `target`, or below it.
bool LiesIn(const std::string& folder, const std::filesystem::path& target) {
  std::error_code error;
  const std::filesystem::path relative = std::filesystem::relative(folder, target, error);
  return !error && !relative.empty() && *relative.begin() != "..";
}

}  // namespace

absl::StatusOr<FolderListing> ListFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error), end;
  FolderListing listing;
  const FilePatterns any({"*"});
  for (; !error && entry != end; entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (!any.Match(name)) continue;
    std::error_code ignored;
    if (entry->is_directory(ignored)) {
      if (entry->is_symlink(ignored) && LiesIn(folder, entry->path())) continue;
      listing.folders.push_back(std::move(name));
    } else if (entry->is_regular_file(ignored)) {
      listing.files.push_back(std::move(name));
    } else if (entry->is_symlink(ignored) && !entry->exists(ignored)) {
      listing.dead_links.push_back(std::move(name));
    }
  }
  if (error) {
    return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot list the folder ", folder));
  }
  std::sort(listing.files.begin(), listing.files.end());
  std::sort(listing.folders.begin(), listing.folders.end());
  std::sort(listing.dead_links.begin(), listing.dead_links.end());
  return listing;
}

std::string DeadLinksNotice(const Missing& links) {
  return absl::StrCat(Thousands(links.count()), links.count() == 1 ? " link leads" : " links lead",
                      " nowhere (", links.Names(), "): is a disk not mounted?");
}

}  // namespace facet
