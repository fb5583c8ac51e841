#include "core/graph/executor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/base/file.h"
#include "core/base/status.h"

namespace facet {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kStopGrace = std::chrono::seconds(60);  // for a checkpoint, before SIGKILL
constexpr int kLogLinesShown = 12;

class Descriptor {
 public:
  explicit Descriptor(int file = -1) : file_(file) {}
  ~Descriptor() { Close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return file_; }
  void Set(int file) { Close(), file_ = file; }
  void Close() {
    if (file_ >= 0) ::close(file_);
    file_ = -1;
  }

 private:
  int file_;
};

absl::Status MakePipe(Descriptor* read_end, Descriptor* write_end) {
  int files[2];
  if (::pipe2(files, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "cannot make a pipe");
  read_end->Set(files[0]);
  write_end->Set(files[1]);
  return absl::OkStatus();
}

// The kernels of OpenBLAS that run well here. A release older than the processor takes it for the
// oldest it knows (0.3.21 of Debian 12: SSE3, several times slower).
const char* OpenBlasKernels() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")) {
    return "SKYLAKEX";
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "HASWELL";
#endif
  return nullptr;
}

// The caller's environment, with the thread counts of the numeric libraries set.
std::vector<std::string> WorkerEnvironment(int64_t threads) {
  std::vector<std::string> environment;
  bool has_kernels = false;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string name(*entry, std::strcspn(*entry, "="));
    if (name == "OMP_NUM_THREADS" || name == "OPENBLAS_NUM_THREADS" || name == "MKL_NUM_THREADS") {
      continue;
    }
    has_kernels = has_kernels || name == "OPENBLAS_CORETYPE";
    environment.push_back(*entry);
  }
  for (const char* variable : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) {
    environment.push_back(absl::StrCat(variable, "=", threads));
  }
  const char* const kernels = OpenBlasKernels();
  if (!has_kernels && kernels != nullptr) {
    environment.push_back(absl::StrCat("OPENBLAS_CORETYPE=", kernels));
  }
  return environment;
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

struct Redirection {
  int from, to;
};

// Starts a program in a process group of its own, with default signals and these descriptors.
absl::StatusOr<pid_t> Spawn(const std::vector<std::string>& command,
                            const std::vector<std::string>& environment,
                            const std::vector<Redirection>& redirections) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  for (const Redirection& redirection : redirections) {
    posix_spawn_file_actions_adddup2(&actions, redirection.from, redirection.to);
  }
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, command[0].c_str(), &actions, &attributes,
                                  Pointers(command).data(), Pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot start ", command[0], ": ", std::strerror(error)));
  }
  return pid;
}

struct Exit {
  int status = 0;
  rusage usage = {};
};

bool HasExited(pid_t pid, bool wait, Exit* exit) {
  while (true) {
    const pid_t result = ::wait4(pid, &exit->status, wait ? 0 : WNOHANG, &exit->usage);
    if (result < 0 && errno == EINTR) continue;
    return result == pid;
  }
}

// Reads what is there; false at the end of the stream.
bool ReadAvailable(int file, int timeout_ms, std::string* buffer) {
  pollfd poll_file = {file, POLLIN, 0};
  if (::poll(&poll_file, 1, timeout_ms) <= 0) return true;  // nothing yet, or interrupted
  char bytes[4096];
  const ssize_t size = ::read(file, bytes, sizeof(bytes));
  if (size > 0) buffer->append(bytes, static_cast<size_t>(size));
  return size > 0 || (size < 0 && (errno == EINTR || errno == EAGAIN));
}

// Hands on the whole lines of `buffer` and keeps the rest.
void DeliverProgress(std::string* buffer, const StageRunner::ProgressFunction& progress) {
  size_t end = 0;
  while ((end = buffer->find('\n')) != std::string::npos) {
    const absl::StatusOr<Json> json = ParseJson(buffer->substr(0, end), "progress");
    buffer->erase(0, end + 1);
    if (!json.ok()) continue;
    const absl::StatusOr<StageProgress> event = StageProgressFromJson(*json);
    if (event.ok() && progress) progress(*event);
  }
}

// Follows a worker until it is over; passes a stop on.
Exit Follow(pid_t pid, int progress_file, const StageRunner::ProgressFunction& progress,
            const StageRunner::StopFunction& stop) {
  Exit exit;
  std::string buffer;
  bool open = true, told = false, killed = false;
  Clock::time_point deadline;
  while (!HasExited(pid, false, &exit)) {
    if (open) {
      open = ReadAvailable(progress_file, 100, &buffer);
    } else {
      ::usleep(2000);
    }
    DeliverProgress(&buffer, progress);
    if (!told && stop && stop() != 0) {
      told = true;
      deadline = Clock::now() + kStopGrace;
      ::kill(-pid, SIGTERM);
    }
    if (told && !killed && Clock::now() > deadline) {
      killed = true;
      ::kill(-pid, SIGKILL);
    }
  }
  for (size_t size = 0; open && (size = buffer.size(), ReadAvailable(progress_file, 0, &buffer));) {
    if (buffer.size() == size) break;
  }
  DeliverProgress(&buffer, progress);
  return exit;
}

std::string DescribeExit(int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return absl::StrCat("the worker was killed by signal ", signal, " (", ::strsignal(signal), ")",
                        signal == SIGKILL ? "; out of memory?" : "");
  }
  return absl::StrCat("the worker exited with code ", WEXITSTATUS(status), " and no result");
}

absl::Status CrashStatus(int status, const std::string& log_path) {
  const std::string tail = LogTail(log_path, kLogLinesShown);
  return absl::InternalError(
      absl::StrCat(DescribeExit(status),
                   tail.empty() ? "; its log is empty" : "; last lines of its log:\n", tail));
}

}  // namespace

StageRunner::~StageRunner() = default;

absl::StatusOr<JobResult> WorkerProcesses::Run(const Job& job, const std::string& work_folder,
                                               const std::string& log_path,
                                               const ProgressFunction& progress,
                                               const StopFunction& stop) {
  const std::string job_path = work_folder + "/job.json";
  FACET_RETURN_IF_ERROR(WriteFileAtomically(job_path, DumpPretty(ToJson(job))));
  const Descriptor log(::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (log.get() < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", log_path));
  Descriptor read_end, write_end;
  FACET_RETURN_IF_ERROR(MakePipe(&read_end, &write_end));

  const Clock::time_point start = Clock::now();
  FACET_ASSIGN_OR_RETURN(const pid_t pid, Spawn({worker_path_, "run", job_path},
                                                WorkerEnvironment(job.stage.worker_threads),
                                                {{log.get(), STDOUT_FILENO},
                                                 {log.get(), STDERR_FILENO},
                                                 {write_end.get(), kProgressDescriptor}}));
  write_end.Close();
  const Exit exit = Follow(pid, read_end.get(), progress, stop);

  const absl::StatusOr<Json> json = ReadJsonFile(job.result_path);
  if (!json.ok() && stop && stop() != 0) return absl::CancelledError("stopped");
  if (!json.ok()) return CrashStatus(exit.status, log_path);
  FACET_ASSIGN_OR_RETURN(JobResult result, JobResultFromJson(*json));
  // A result that says "fine" counts only if the worker also came to a good end.
  if (result.status.ok() && exit.status != 0) return CrashStatus(exit.status, log_path);
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  result.cpu_seconds = seconds(exit.usage.ru_utime) + seconds(exit.usage.ru_stime);
  result.peak_rss_mib = static_cast<double>(exit.usage.ru_maxrss) / 1024.0;
  return result;
}

absl::StatusOr<std::string> CaptureOutput(const std::vector<std::string>& command) {
  Descriptor out_read, out_write, error_read, error_write;
  FACET_RETURN_IF_ERROR(MakePipe(&out_read, &out_write));
  FACET_RETURN_IF_ERROR(MakePipe(&error_read, &error_write));
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.push_back(*entry);
  FACET_ASSIGN_OR_RETURN(const pid_t pid, Spawn(command, environment,
                                                {{out_write.get(), STDOUT_FILENO},
                                                 {error_write.get(), STDERR_FILENO}}));
  out_write.Close();
  error_write.Close();
  std::string output, errors;
  bool out_open = true, error_open = true;
  while (out_open || error_open) {
    if (out_open) out_open = ReadAvailable(out_read.get(), error_open ? 10 : 1000, &output);
    if (error_open) error_open = ReadAvailable(error_read.get(), out_open ? 10 : 1000, &errors);
  }
  Exit exit;
  HasExited(pid, true, &exit);
  if (exit.status == 0) return output;
  const std::string said(absl::StripAsciiWhitespace(errors));
  if (WIFEXITED(exit.status) && !said.empty()) return absl::FailedPreconditionError(said);
  return absl::FailedPreconditionError(absl::StrCat(
      absl::StrJoin(command, " "), ": ",
      WIFSIGNALED(exit.status) ? absl::StrCat("killed by signal ", WTERMSIG(exit.status))
                               : absl::StrCat("exit code ", WEXITSTATUS(exit.status)),
      said.empty() ? "" : ": ", said));
}

std::string LogTail(const std::string& path, int num_lines) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return "";
  const std::vector<std::string> lines =
      absl::StrSplit(std::string(absl::StripTrailingAsciiWhitespace(*text)), '\n');
  const size_t count = std::min(lines.size(), static_cast<size_t>(num_lines));
  return absl::StrJoin(lines.end() - static_cast<std::ptrdiff_t>(count), lines.end(), "\n");
}

}  // namespace facet
