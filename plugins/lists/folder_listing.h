// What a folder holds, in an order that does not depend on the file system.
#ifndef FACET_PLUGINS_LISTS_FOLDER_LISTING_H_
#define FACET_PLUGINS_LISTS_FOLDER_LISTING_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace facet {

// Names in `folder` in byte order, without those that begin with a dot and without `lost+found`,
// as FilePatterns (core/base) have it. Links are followed, except to a folder that they lie in.
struct FolderListing {
  std::vector<std::string> files, folders;
};
absl::StatusOr<FolderListing> ListFolder(const std::string& folder);

}  // namespace facet

#endif  // FACET_PLUGINS_LISTS_FOLDER_LISTING_H_
