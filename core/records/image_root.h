// Where the files of a data set lie: root.json of a dataset artifact, {"option", "below"}.
//
// The folder is told by the option that names it and by what comes below, never as a path: an
// artifact must not depend on where the data lies.
#ifndef FACET_CORE_RECORDS_IMAGE_ROOT_H_
#define FACET_CORE_RECORDS_IMAGE_ROOT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/json.h"

namespace facet {

inline constexpr char kImageRootFile[] = "root.json";

struct ImageRoot {
  std::string option, below;  // below: "." where the option names the root itself
  // A sample's path, below the option's folder.
  std::string Below(const std::string& path) const;
};
// Of a data set with this root(), which is not empty, and these options, of which `folders` name
// folders that it reads; the nearest one. Internal: the root lies in none of them.
absl::StatusOr<ImageRoot> FindImageRoot(const std::string& root, const std::string& dataset,
                                        const Json& options,
                                        const std::vector<std::string>& folders);
absl::Status WriteImageRoot(const ImageRoot& root, const std::string& output_dir);

absl::StatusOr<ImageRoot> ParseImageRoot(const std::string& path);  // of root.json

// The folder, from root.json at `path` and the options of the data set as they are now.
absl::StatusOr<std::string> ReadImageRoot(const std::string& path, const std::string& dataset,
                                          const Json& options);

}  // namespace facet

#endif  // FACET_CORE_RECORDS_IMAGE_ROOT_H_
