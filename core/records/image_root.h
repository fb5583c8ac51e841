// Where the files of a data set lie: root.json of a dataset artifact, {"option", "below"}.
//
// The folder is told by the option that names it and by what comes below, never as a path: an
// artifact must not depend on where the data lies.
#ifndef FACET_CORE_RECORDS_IMAGE_ROOT_H_
#define FACET_CORE_RECORDS_IMAGE_ROOT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/json.h"

namespace facet {

inline constexpr char kImageRootFile[] = "root.json";

// For a data set with this root() and these options; nothing is written for an empty root.
// Internal: the root does not lie in a folder that an option names.
absl::Status WriteImageRoot(const std::string& root, const std::string& dataset,
                            const Json& options, const std::string& output_dir);

// The folder, from root.json at `path` and the options of the data set as they are now.
absl::StatusOr<std::string> ReadImageRoot(const std::string& path, const std::string& dataset,
                                          const Json& options);

}  // namespace facet

#endif  // FACET_CORE_RECORDS_IMAGE_ROOT_H_
