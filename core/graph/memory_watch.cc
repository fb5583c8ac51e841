#include "core/graph/memory_watch.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "core/graph/machine_process.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr double kBytesPerSecond = 8.0 * (int64_t{1} << 30);  // the quickest that pages are filled
constexpr absl::Duration kShortest = absl::Milliseconds(5);
constexpr absl::Duration kLongest = absl::Milliseconds(100);
constexpr absl::Duration kChildrenInterval = absl::Seconds(2);
constexpr int64_t kLargestReserve = int64_t{512} << 20;

// Of a clock that nobody sets.
absl::Time MonotonicNow() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return absl::TimeFromTimespec(now);
}

// Adds up lines "Name:  123 kB" of a file of /proc, in bytes; negative: there is none of them.
int64_t SumOfLines(const std::string& path, std::initializer_list<std::string_view> names) {
  std::ifstream stream(path);
  int64_t sum = -1;
  for (std::string line; std::getline(stream, line);) {
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string_view name = std::string_view(line).substr(0, colon);
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    sum = std::max<int64_t>(sum, 0) + std::strtoll(line.c_str() + colon + 1, nullptr, 10) * 1024;
  }
  return sum;
}

pid_t GroupOf(pid_t pid) {
  const std::vector<std::string> fields = ProcessFields(pid);
  return fields.size() > 2 ? std::atoi(fields[2].c_str()) : -1;
}

// Members of a group but its leader.
std::vector<pid_t> OthersOf(pid_t group) {
  std::vector<pid_t> others;
  std::error_code error;
  fs::directory_iterator entry("/proc", error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    int pid = 0;
    if (!absl::SimpleAtoi(entry->path().filename().string(), &pid)) continue;
    if (pid != group && GroupOf(pid) == group) others.push_back(pid);
  }
  return others;
}

}  // namespace

MachineMemory ReadMachineMemory() {
  MachineMemory memory;
  memory.total = SumOfLines("/proc/meminfo", {"MemTotal", "SwapTotal"});
  memory.left = SumOfLines("/proc/meminfo", {"MemAvailable", "SwapFree"});
  // The limit of the control group that a container is; "max" is no number.
  int64_t limit = 0;
  if (std::ifstream("/sys/fs/cgroup/memory.max") >> limit && limit > 0 && memory.total > limit) {
    memory.total = limit;
  }
  return memory;
}

int64_t MemoryHeldBy(pid_t pid) {
  return std::max<int64_t>(
      0, SumOfLines(absl::StrCat("/proc/", pid, "/status"), {"RssAnon", "RssShmem", "VmSwap"}));
}

std::string MemoryText(int64_t bytes) {
  constexpr int64_t kKib = 1024, kMib = 1024 * kKib;
  if (bytes > 0 && bytes < kKib) return absl::StrCat(bytes, bytes == 1 ? " byte" : " bytes");
  if (bytes > 0 && bytes < kMib) return absl::StrFormat("%.4g KiB", bytes / double{kKib});
  const double mib = static_cast<double>(bytes) / kMib;
  return mib < 1024 ? absl::StrFormat("%.0f MiB", mib) : absl::StrFormat("%.4g GiB", mib / 1024);
}

MemoryWatch::MemoryWatch(pid_t group, int64_t limit_bytes, MachineMemory (*read_machine)())
    : group_(group),
      limit_bytes_(limit_bytes),
      read_machine_(read_machine),
      machine_(read_machine()),
      next_look_(MonotonicNow()),
      next_children_(next_look_ + kChildrenInterval) {}

int64_t MemoryWatch::Held() {
  if (const absl::Time now = MonotonicNow(); now >= next_children_) {
    children_ = OthersOf(group_);
    next_children_ = now + kChildrenInterval;
  }
  int64_t held = MemoryHeldBy(group_);
  for (const pid_t child : children_) held += MemoryHeldBy(child);
  return held;
}

std::string MemoryWatch::Look() {
  if (MonotonicNow() < next_look_) return "";
  const int64_t held = Held();
  if (limit_bytes_ > 0 && held > limit_bytes_) {
    return absl::StrCat("its limit of ", MemoryText(limit_bytes_),
                        " of memory (limits.memory_gib): it held ", MemoryText(held));
  }
  int64_t room = limit_bytes_ > 0 ? limit_bytes_ - held : INT64_MAX;
  if (machine_.total > 0) {
    const int64_t reserve = std::min(machine_.total / 50, kLargestReserve);
    const int64_t left = std::min(read_machine_().left, machine_.total - held);
    if (left < reserve && held > machine_.total / 4) {
      return absl::StrCat("what the machine has of memory: it held ", MemoryText(held), " of ",
                          MemoryText(machine_.total), ", and ",
                          MemoryText(std::max<int64_t>(left, 0)), " were left");
    }
    room = std::min(room, left - reserve);
  }
  const absl::Duration rest = absl::Seconds(static_cast<double>(room) / kBytesPerSecond);
  next_look_ = MonotonicNow() + std::clamp(rest, kShortest, kLongest);
  return "";
}

absl::Duration MemoryWatch::Rest() const {
  return std::max(next_look_ - MonotonicNow(), absl::ZeroDuration());
}

}  // namespace facet
