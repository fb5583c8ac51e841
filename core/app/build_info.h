// What this facet is, for `version` and for the provenance of artifacts.
#ifndef FACET_CORE_APP_BUILD_INFO_H_
#define FACET_CORE_APP_BUILD_INFO_H_

#include <string>

#include "core/base/json.h"

namespace facet {

inline constexpr char kVersion[] = "0.1.0";  // CHANGELOG.md

// The first 12 digits of the SHA-256 of the host's program.
std::string HostBuildId();
std::string CpuModel();  // "Intel(R) Xeon(R) ..."
// {"version", "host", "interface", "fingerprint", "cpu", "machine"}
Json BuildInfo();

}  // namespace facet

#endif  // FACET_CORE_APP_BUILD_INFO_H_
