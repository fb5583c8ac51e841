#include "core/app/run_host.h"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/base/file.h"
#include "core/base/regular_file.h"
#include "core/base/status.h"
#include "core/graph/machine_process.h"

namespace facet {
namespace {

constexpr char kHostFile[] = "/host.json";

// One for each start of a kernel, the same in all its containers.
std::string BootId() {
  const absl::StatusOr<std::string> id = ReadFile("/proc/sys/kernel/random/boot_id");
  return id.ok() ? std::string(absl::StripAsciiWhitespace(*id)) : MachineName();
}

std::string UserName(uid_t uid) {
  const passwd* const entry = ::getpwuid(uid);
  return entry == nullptr ? absl::StrCat(uid) : entry->pw_name;
}

// Negative: there is no such process.
int64_t StartTicks(pid_t pid) {
  constexpr size_t kStartTime = 22 - 3;  // proc(5) counts from 1; the state is the third
  const std::vector<std::string> fields = ProcessFields(pid);
  int64_t ticks = -1;
  if (fields.size() <= kStartTime || fields[0] == "Z" || fields[0] == "X") return -1;
  return absl::SimpleAtoi(fields[kStartTime], &ticks) ? ticks : -1;
}

bool IsProcess(const RunHost& host) { return StartTicks(host.pid) == host.start_ticks; }

absl::Status SignalStatus(const RunHost& host) {
  if (errno == EPERM) {
    return absl::PermissionDeniedError(absl::StrCat(host.Describe(), " is ", host.user, "'s"));
  }
  return absl::FailedPreconditionError(absl::StrCat(host.Describe(), " does not run any more"));
}

}  // namespace

RunHost RunHost::ThisOne() {
  RunHost host;
  host.machine = MachineName();
  host.boot = BootId();
  host.pid = ::getpid();
  host.start_ticks = StartTicks(host.pid);
  host.uid = ::geteuid();
  host.user = UserName(host.uid);
  std::error_code error;
  host.folder = std::filesystem::current_path(error).string();
  host.since = absl::Now();
  return host;
}

bool RunHost::IsHere() const { return boot == BootId(); }

std::string RunHost::Describe() const { return absl::StrCat("process ", pid, " on ", machine); }

Json ToJson(const RunHost& host) {
  return {{"schema", 1},
          {"machine", host.machine},
          {"boot", host.boot},
          {"pid", host.pid},
          {"start_ticks", host.start_ticks},
          {"uid", host.uid},
          {"user", host.user},
          {"command", host.command},
          {"folder", host.folder},
          {"file", host.file},
          {"since", absl::FormatTime(absl::RFC3339_sec, host.since, absl::UTCTimeZone())},
          {"locked", host.locked}};
}

std::optional<RunHost> ReadRunHost(const std::string& run_folder) {
  if (!CheckRegularFile(run_folder + kHostFile).ok()) return std::nullopt;
  const absl::StatusOr<Json> json = ReadJsonFile(run_folder + kHostFile);
  if (!json.ok()) return std::nullopt;
  try {
    RunHost host;
    json->at("machine").get_to(host.machine);
    json->at("boot").get_to(host.boot);
    json->at("pid").get_to(host.pid);
    json->at("start_ticks").get_to(host.start_ticks);
    json->at("uid").get_to(host.uid);
    json->at("user").get_to(host.user);
    json->at("command").get_to(host.command);
    json->at("folder").get_to(host.folder);
    json->at("file").get_to(host.file);
    json->at("locked").get_to(host.locked);
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, json->at("since").get<std::string>(), &host.since,
                         &error) ||
        host.pid <= 0) {
      return std::nullopt;
    }
    return host;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

absl::StatusOr<std::unique_ptr<RunHold>> RunHold::Take(const std::string& run_folder,
                                                       RunHost host) {
  // Locked before it has its name: nobody finds one that is not.
  const std::string path = run_folder + kHostFile, made = path + ".new";
  const int file = ::open(made.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path));
  std::unique_ptr<RunHold> hold(new RunHold(file));
  host.locked = ::flock(file, LOCK_EX | LOCK_NB) == 0;
  const std::string text = DumpPretty(ToJson(host));
  if (::write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      std::rename(made.c_str(), path.c_str()) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path));
  }
  return hold;
}

RunHold::~RunHold() { ::close(file_); }

HostLife LifeOf(const std::string& run_folder, const std::optional<RunHost>& host) {
  if (!host.has_value()) return HostLife::kUnknown;
  if (!host->IsHere()) return HostLife::kElsewhere;
  if (!host->locked) return IsProcess(*host) ? HostLife::kLives : HostLife::kGone;
  const int file = ::open((run_folder + kHostFile).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return IsProcess(*host) ? HostLife::kLives : HostLife::kGone;
  const bool is_held = ::flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(file);
  return is_held ? HostLife::kLives : HostLife::kGone;
}

absl::Status SignalHost(const RunHost& host, int signal) {
  if (!host.IsHere()) {
    return absl::FailedPreconditionError(absl::StrCat("it runs on ", host.machine));
  }
  // A descriptor stays with its process; the number may be another's by the time of the signal.
  const int process = static_cast<int>(::syscall(SYS_pidfd_open, host.pid, 0));
  const bool has_descriptors = process >= 0 || errno != ENOSYS;
  if (has_descriptors && process < 0) return SignalStatus(host);
  absl::Status status;
  if (!IsProcess(host)) {
    errno = ESRCH;
    status = SignalStatus(host);
  } else if ((has_descriptors ? ::syscall(SYS_pidfd_send_signal, process, signal, nullptr, 0)
                              : ::kill(host.pid, signal)) != 0) {
    status = SignalStatus(host);
  }
  if (process >= 0) ::close(process);
  return status;
}

}  // namespace facet
