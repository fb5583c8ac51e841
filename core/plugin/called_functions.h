// What a plugin takes from libfacet.so, which computes for it and is no part of its file.
#ifndef FACET_CORE_PLUGIN_CALLED_FUNCTIONS_H_
#define FACET_CORE_PLUGIN_CALLED_FUNCTIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace facet {

// Symbols of namespace facet that the shared library at `path` needs and does not define, sorted.
// FailedPrecondition: no 64-bit little-endian ELF file, or one that is cut off.
absl::StatusOr<std::vector<std::string>> CalledFunctions(const std::string& path);

}  // namespace facet

#endif  // FACET_CORE_PLUGIN_CALLED_FUNCTIONS_H_
