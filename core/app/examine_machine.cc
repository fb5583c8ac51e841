// Processor, load, memory, clock.
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/app/build_info.h"
#include "core/app/finding.h"
#include "core/graph/memory_watch.h"
#include "core/pipeline/machine.h"
#include "core/pipeline/room.h"

namespace facet {
namespace {

constexpr int64_t kGibibyte = int64_t{1} << 30;

std::set<std::string> ProcessorFlags() {
  std::ifstream stream("/proc/cpuinfo");
  for (std::string line; std::getline(stream, line);) {
    const bool has_flags = absl::StartsWith(line, "flags") || absl::StartsWith(line, "Features");
    const size_t colon = line.find(':');
    if (!has_flags || colon == std::string::npos) continue;
    std::istringstream words(line.substr(colon + 1));
    return {std::istream_iterator<std::string>(words), {}};
  }
  return {};
}

// Of a control group; 0: it has none.
double CoresOfQuota() {
  std::ifstream stream("/sys/fs/cgroup/cpu.max");
  double quota_us = 0, period_us = 0;
  return stream >> quota_us >> period_us && period_us > 0 ? quota_us / period_us : 0.0;
}

Finding ExamineProcessor(const Machine& machine) {
  Finding finding;
  finding.section = "processor";
  const std::set<std::string> flags = ProcessorFlags();
  const InstructionSets sets = FindInstructionSets(flags);
  const auto online = static_cast<int64_t>(std::thread::hardware_concurrency());
  const int64_t all = std::max<int64_t>(::sysconf(_SC_NPROCESSORS_ONLN), online);
  finding.text = absl::StrCat(
      CpuModel(), ": ", machine.num_cores, machine.num_cores < all ? absl::StrCat(" of ", all) : "",
      machine.num_cores == 1 ? " core allowed" : " cores allowed", "; ",
      sets.has.empty() ? "none of its instruction sets is used" : absl::StrJoin(sets.has, ", "),
      sets.lacks.empty() ? "" : absl::StrCat("; no ", absl::StrJoin(sets.lacks, ", ")),
      "; precision auto is ", ResolvePrecision("auto", "cpu", machine));
  finding.facts = {{"model", CpuModel()},
                   {"cores_allowed", machine.num_cores},
                   {"cores", all},
                   {"has", sets.has},
                   {"amx_bf16_usable", machine.has_amx_bf16}};
#if defined(__x86_64__)
  if (flags.count("avx2") == 0 || flags.count("fma") == 0) {
    finding.level = Finding::Level::kWarning;
    finding.cure =
        "without AVX2 networks are several times slower: take another processor, or let "
        "the virtual machine show it";
  }
#endif
  if (const double quota = CoresOfQuota(); quota > 0.0) {
    finding.facts["cores_of_quota"] = quota;
    absl::StrAppend(&finding.text, absl::StrFormat("; a quota of %.1f cores", quota));
    if (quota < static_cast<double>(machine.num_cores)) {
      finding.level = Finding::Level::kWarning;
      finding.cure = absl::StrCat("more threads than the quota wait for each other: set threads = ",
                                  std::max(1, static_cast<int>(quota)), " in experiments");
    }
  }
  return finding;
}

Finding ExamineClock() {
  Finding finding;
  finding.section = "clock";
  const absl::Time now = absl::Now();
  finding.text = absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", now, absl::UTCTimeZone());
  struct stat own = {};
  const bool known = ::stat("/proc/self/exe", &own) == 0;
  finding.facts["utc"] = finding.text;
  if (known && now < absl::TimeFromTimespec(own.st_mtim) - absl::Hours(24)) {
    finding.level = Finding::Level::kWarning;
    absl::StrAppend(&finding.text, ", before this facet was built");
    finding.cure = "set the clock: runs are named and found by their time";
  }
  return finding;
}

}  // namespace

InstructionSets FindInstructionSets(const std::set<std::string>& flags) {
  struct Set {
    const char *flag, *name, *bf16_flag, *bf16_name;
  };
  constexpr std::array<Set, 4> kSets = {{{"avx2", "AVX2", nullptr, nullptr},
                                         {"fma", "FMA", nullptr, nullptr},
                                         {"avx512f", "AVX-512", "avx512_bf16", "AVX-512 BF16"},
                                         {"amx_tile", "AMX", "amx_bf16", "AMX BF16"}}};
  InstructionSets sets;
  for (const Set& set : kSets) {
    const bool is_there = flags.count(set.flag) > 0;
    (is_there ? sets.has : sets.lacks).push_back(set.name);
    if (!is_there || set.bf16_flag == nullptr) continue;
    (flags.count(set.bf16_flag) > 0 ? sets.has : sets.lacks).push_back(set.bf16_name);
  }
  return sets;
}

Finding CheckLoad(double load, int64_t num_cores) {
  Finding finding;
  finding.section = "processor";
  finding.text = absl::StrFormat("load %.2f in the last minute", load);
  finding.facts = {{"load", load}};
  const double others = load / static_cast<double>(num_cores);
  if (others > 1.0) {
    finding.level = Finding::Level::kWarning;
    absl::StrAppend(&finding.text, absl::StrFormat(": more than %d can serve", num_cores));
    finding.cure =
        "trainings slow down, and what is timed now is partly others': wait, or see who "
        "it is (top)";
  }
  return finding;
}

Finding CheckMemoryRoom(int64_t total_bytes, int64_t limit_bytes, int64_t available_bytes) {
  Finding finding;
  finding.section = "memory";
  const bool limited = limit_bytes > 0 && limit_bytes < total_bytes;
  finding.text = absl::StrCat(FormatBytes(total_bytes), " with swap");
  if (limited)
    absl::StrAppend(&finding.text, ", this container may have ", FormatBytes(limit_bytes));
  absl::StrAppend(&finding.text, ", ",
                  available_bytes < 0 ? "unknown" : FormatBytes(available_bytes), " free now");
  finding.facts = {{"total_bytes", total_bytes},
                   {"limit_bytes", limited ? Json(limit_bytes) : Json()},
                   {"available_bytes", available_bytes}};
  // A worker with LibTorch and a small network takes half of it.
  if (available_bytes >= 0 && available_bytes < kGibibyte) {
    finding.level = Finding::Level::kWarning;
    finding.cure =
        "a training needs 1 GiB and more: end other programs, or run fewer stages at "
        "once (-j)";
  }
  return finding;
}

Findings ExamineMachine() {
  const Machine machine = Machine::ThisOne();
  Findings findings = {ExamineProcessor(machine)};
  double load = 0.0;
  if (::getloadavg(&load, 1) == 1) findings.push_back(CheckLoad(load, machine.num_cores));
  struct sysinfo system = {};
  if (::sysinfo(&system) == 0) {
    const int64_t total =
        (static_cast<int64_t>(system.totalram) + static_cast<int64_t>(system.totalswap)) *
        static_cast<int64_t>(system.mem_unit);
    findings.push_back(CheckMemoryRoom(total, LargestMemory(), ReadMachineMemory().left));
  }
  findings.push_back(ExamineClock());
  return findings;
}

}  // namespace facet
