#include "core/app/build_info.h"

#include <sys/utsname.h>

#include <fstream>

#include "core/api/component.h"
#include "core/base/hash.h"

namespace facet {

std::string HostBuildId() {
  const absl::StatusOr<std::string> digest = Sha256File("/proc/self/exe");
  return digest.ok() ? digest->substr(0, 12) : "unknown";
}

std::string CpuModel() {
  std::ifstream stream("/proc/cpuinfo");
  for (std::string line; std::getline(stream, line);) {
    const size_t colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos)
      return line.substr(colon + 2);
  }
  return "unknown";
}

Json BuildInfo() {
  utsname system = {};
  ::uname(&system);
  return {{"version", kVersion},
          {"host", HostBuildId()},
          {"interface", kInterfaceVersion},
          {"fingerprint", TensorFingerprint()},
          {"cpu", CpuModel()},
          {"machine", system.machine}};
}

}  // namespace facet
