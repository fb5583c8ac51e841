// Paths that people write into lists and options, below a folder.
#ifndef FACET_PLUGINS_LISTS_PATH_BELOW_H_
#define FACET_PLUGINS_LISTS_PATH_BELOW_H_

#include <string>

#include "absl/status/statusor.h"

namespace facet {

// `path` as file names are compared: without "./", doubled '/' and one at the end; "." is "".
// InvalidArgument for "..", which leads out, and for an absolute path. The message quotes the path
// and says what to do, not where it stands.
absl::StatusOr<std::string> PathBelow(const std::string& path);

}  // namespace facet

#endif  // FACET_PLUGINS_LISTS_PATH_BELOW_H_
