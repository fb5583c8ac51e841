// What a folder holds, in an order that does not depend on the file system.
#ifndef FACET_PLUGINS_LISTS_FOLDER_LISTING_H_
#define FACET_PLUGINS_LISTS_FOLDER_LISTING_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "plugins/lists/words.h"

namespace facet {

// Names in `folder` in byte order: those that '*' stands for (core/base/file_patterns.h), so none
// that begins with a dot, and no Thumbs.db, @eaDir, ... Links are followed, except to a folder that
// they lie in. Links that lead nowhere stand apart.
struct FolderListing {
  std::vector<std::string> files, folders, dead_links;
};
absl::StatusOr<FolderListing> ListFolder(const std::string& folder);

// "2 links lead nowhere (B/2.jpg, C): is a disk not mounted?"
std::string DeadLinksNotice(const Missing& links);

}  // namespace facet

#endif  // FACET_PLUGINS_LISTS_FOLDER_LISTING_H_
