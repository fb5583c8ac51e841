// Files that facet itself wrote and reads again. In their place there may be anything by then, and
// opening a pipe waits for a writer who never comes.
#ifndef FACET_CORE_BASE_REGULAR_FILE_H_
#define FACET_CORE_BASE_REGULAR_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

// FailedPrecondition: there is something else ("a pipe"), which the message names. OK too where
// nothing is, or where what is there cannot be looked at: who opens it says why.
absl::Status CheckRegularFile(const std::string& path);
// ReadFile() (file.h) of a regular file.
absl::StatusOr<std::string> ReadRegularFile(const std::string& path);

}  // namespace facet

#endif  // FACET_CORE_BASE_REGULAR_FILE_H_
