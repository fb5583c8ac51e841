// Releases of LibTorch, OpenCV and BLAS, which enter cache keys.
//
// The worker knows them, but loading LibTorch to ask takes half a second: its answer is kept, for
// as long as the worker and every shared library that it loaded are the same files.
#ifndef FACET_CORE_APP_LIBRARY_RELEASES_H_
#define FACET_CORE_APP_LIBRARY_RELEASES_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace facet {

// By name ("torch"). The answer is kept in `cache_path`, where that can be written. Unavailable if the
// worker cannot be run.
absl::StatusOr<std::map<std::string, std::string>> LibraryReleases(const std::string& worker_path,
                                                                   const std::string& cache_path);

}  // namespace facet

#endif  // FACET_CORE_APP_LIBRARY_RELEASES_H_
