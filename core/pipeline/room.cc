#include "core/pipeline/room.h"

#include <sys/stat.h>
#include <sys/sysinfo.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace facet {

int64_t LargestMemory() {
  struct sysinfo machine = {};
  if (::sysinfo(&machine) != 0) return -1;
  int64_t bytes =
      (static_cast<int64_t>(machine.totalram) + static_cast<int64_t>(machine.totalswap)) *
      static_cast<int64_t>(machine.mem_unit);
  // The limit of the control group that a container is; "max" is no number.
  int64_t limit = 0;
  if (std::ifstream("/sys/fs/cgroup/memory.max") >> limit && limit > 0) {
    bytes = std::min(bytes, limit);
  }
  return bytes;
}

int64_t FreeDisk(const std::string& folder) {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(folder, error);
  return error ? -1 : static_cast<int64_t>(space.available);
}

std::string DiskOf(const std::string& folder) {
  std::error_code error;
  std::filesystem::path place = std::filesystem::absolute(folder, error);
  struct stat own = {}, above = {};
  if (error || ::stat(place.c_str(), &own) != 0) return folder;
  while (place.has_relative_path() && ::stat(place.parent_path().c_str(), &above) == 0 &&
         above.st_dev == own.st_dev) {
    place = place.parent_path();
  }
  return place.string();
}

absl::Status CheckDisk(const std::string& folder, int64_t bytes, const std::string& what) {
  const int64_t free = FreeDisk(folder);
  if (free < 0 || bytes <= free) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat(what, " need at least ", FormatBytes(bytes), "; the disk at ", DiskOf(folder),
                   " has ", FormatBytes(free),
                   " left: make room there, or name a store on a larger disk "
                   "(--store)"));
}

absl::Status CheckMemory(int64_t bytes, const std::string& what) {
  const int64_t largest = LargestMemory();
  if (largest < 0 || bytes <= largest) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat(what, " need at least ", FormatBytes(bytes), " of memory; this machine has ",
                   FormatBytes(largest),
                   ", swap included: take a smaller network or a larger "
                   "machine"));
}

std::string FormatBytes(int64_t bytes) {
  const char* unit = "KiB";
  double value = static_cast<double>(bytes) / 1024;
  for (const char* const larger : {"MiB", "GiB", "TiB"}) {
    if (value < 1024) break;
    value /= 1024;
    unit = larger;
  }
  return absl::StrFormat("%.1f %s", value, unit);
}

}  // namespace facet
