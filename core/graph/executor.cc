#include "core/graph/executor.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "core/base/child_process.h"
#include "core/base/file.h"
#include "core/base/status.h"
#include "core/graph/cpu_share.h"
#include "core/graph/memory_watch.h"

namespace facet {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr Seconds kStopGrace(60);  // for a checkpoint, before SIGKILL
constexpr int kLogLinesShown = 12;
constexpr absl::Duration kLook = absl::Milliseconds(2);
constexpr absl::Duration kPause = absl::Milliseconds(100);

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

// What plugins and the libraries under them read. The rest, tokens and passwords among it, is not
// theirs. A name that ends in '_' stands for all that begin with it.
constexpr const char* kHandedOn[] = {
    "ALL_PROXY",  "ASAN_",       "CUBLAS_",  "CUDA_",    "CUDNN_",  "CURL_",       "DISPLAY",
    "DNNL_",      "FACET_",      "GLIBC_",   "GOMP_",    "HOME",    "HTTPS_PROXY", "HTTP_PROXY",
    "KMP_",       "LANG",        "LANGUAGE", "LC_",      "LD_",     "LOGNAME",     "LSAN_",
    "MALLOC_",    "MKL_",        "NCCL_",    "NO_PROXY", "NVIDIA_", "OMP_",        "ONEDNN_",
    "OPENBLAS_",  "OPENCV_",     "PATH",     "PYTORCH_", "SSL_",    "TERM",        "TMPDIR",
    "TORCH_",     "TSAN_",       "TZ",       "UBSAN_",   "USER",    "XDG_",        "all_proxy",
    "http_proxy", "https_proxy", "no_proxy"};

bool IsHandedOn(std::string_view name) {
  for (const std::string_view known : kHandedOn) {
    if (known.back() == '_' ? name.substr(0, known.size()) == known : name == known) return true;
  }
  return false;
}

// The caller's environment as far as it is handed on, with the thread counts of the numeric libraries
// set, and what makes them repeatable.
std::vector<std::string> WorkerEnvironment(const StageSpec& stage) {
  std::map<std::string, std::optional<std::string>> changes;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string name(*entry, std::strcspn(*entry, "="));
    if (!IsHandedOn(name)) changes[name] = std::nullopt;
  }
  // cuBLAS is deterministic with a workspace of its own alone; LibTorch refuses to compute without.
  if (stage.device == "cuda" && std::getenv("CUBLAS_WORKSPACE_CONFIG") == nullptr) {
    changes["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8";
  }
  for (const char* variable : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) {
    changes[variable] = absl::StrCat(stage.worker_threads);
  }
  // cpu_share.h says why they wait asleep. At once asleep costs 9 % of an idle machine's rate (network
  // A, 64 px, two cores of a Xeon with AMX), after so many turns 2 %; beside others it is the same.
  const auto is_set = [](const char* variable) { return std::getenv(variable) != nullptr; };
  if (!is_set("OMP_WAIT_POLICY") && !is_set("GOMP_SPINCOUNT") && !is_set("KMP_BLOCKTIME")) {
    changes["OMP_WAIT_POLICY"] = "passive";
    changes["GOMP_SPINCOUNT"] = "10000";
  }
  const char* const kernels = OpenBlasKernels();
  if (kernels != nullptr && std::getenv("OPENBLAS_CORETYPE") == nullptr) {
    changes["OPENBLAS_CORETYPE"] = kernels;
  }
  return EnvironmentWith(changes);
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

// "2 h", "1.5 h", "20 min", "2 s"
std::string TimeText(double seconds) {
  if (seconds >= 3600) return absl::StrFormat("%.4g h", seconds / 3600);
  return seconds >= 60 ? absl::StrFormat("%.4g min", seconds / 60)
                       : absl::StrFormat("%.4g s", seconds);
}

// Follows a worker until it is over, passes a stop on, and holds it to the stage's limits.
class Follower {
 public:
  Follower(ChildProcess& worker, const StageSpec& stage)
      : worker_(worker),
        limits_(stage.limits),
        memory_(worker.id(), limits_.memory_bytes),
        // Threads that are not in the key take pieces of work, each by itself.
        share_(worker.id(), stage.threads > 0 ? static_cast<int>(stage.worker_threads) : 1) {}

  ChildExit Follow(const StageRunner::ProgressFunction& progress,
                   const StageRunner::StopFunction& stop) {
    bool open = true;
    std::optional<ChildExit> exit;
    while (!(exit = worker_.Wait(open ? absl::ZeroDuration() : kLook)).has_value()) {
      if (open) {
        const absl::Duration pause = std::min(kPause, memory_.Rest());
        open = worker_.Read(kProgressDescriptor, pause, &buffer_);
      }
      DeliverProgress(&buffer_, progress);
      if (stop && stop() != 0) AskToStop(kStopGrace);
      CheckLimits();
      share_.Look();
      if (asked_ && !killed_ && Clock::now() > deadline_) Kill();
    }
    for (size_t size = 0; open;) {
      size = buffer_.size();
      open = worker_.Read(kProgressDescriptor, absl::ZeroDuration(), &buffer_);
      if (buffer_.size() == size) break;
    }
    DeliverProgress(&buffer_, progress);
    return *exit;
  }

  // What it went beyond ("its limit of 2 h (limits.hours)"); empty: nothing.
  const std::string& beyond() const { return beyond_; }
  bool was_killed() const { return killed_; }
  bool of_memory() const { return of_memory_; }

 private:
  void AskToStop(Seconds grace) {
    if (asked_) return;
    asked_ = true;
    deadline_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(grace);
    worker_.Signal(SIGTERM);
  }

  void Kill() {
    killed_ = true;
    worker_.Signal(SIGKILL);
  }

  void CheckLimits() {
    if (killed_ || of_memory_) return;
    if (std::string beyond = memory_.Look(); !beyond.empty()) {
      beyond_ = std::move(beyond);
      of_memory_ = true;
      Kill();
    } else if (limits_.seconds > 0 && !asked_ && Clock::now() - start_ > Seconds(limits_.seconds)) {
      beyond_ = absl::StrCat("its limit of ", TimeText(limits_.seconds), " (limits.hours)");
      AskToStop(std::min(kStopGrace, Seconds(limits_.seconds)));
    }
  }

  ChildProcess& worker_;
  const StageLimits limits_;
  MemoryWatch memory_;
  CpuShare share_;
  const Clock::time_point start_ = Clock::now();
  std::string buffer_, beyond_;
  bool asked_ = false, killed_ = false, of_memory_ = false;
  Clock::time_point deadline_;
};

// How often the kernel has ended a process for want of memory, on the machine and in this
// container.
int64_t OutOfMemoryKills() {
  int64_t kills = 0;
  for (const char* const path : {"/proc/vmstat", "/sys/fs/cgroup/memory.events"}) {
    std::ifstream stream(path);
    std::string name;
    for (int64_t count = 0; stream >> name >> count;) kills += name == "oom_kill" ? count : 0;
  }
  return kills;
}

std::string DescribeExit(const ChildExit& exit, bool out_of_memory) {
  const int signal = exit.signal();
  if (signal == 0) {
    return absl::StrCat("the worker exited with code ", exit.code(), " and no result");
  }
  return absl::StrCat("the worker was killed by signal ", signal, " (", ::strsignal(signal), ")",
                      signal != SIGKILL ? ""
                      : out_of_memory   ? "; the machine ran out of memory"
                                        : "; out of memory?");
}

// "aligner "five_point" of /usr/lib/facet/plugins/libfive_point.so"
std::string ComponentsText(const StageSpec& stage) {
  std::vector<std::string> parts;
  for (const auto& [role, use] : stage.components) {
    parts.push_back(absl::StrCat(role, " \"", use.name, "\" of ", use.library_path));
  }
  return parts.empty() ? "none" : absl::StrJoin(parts, ", ");
}

// What happened, what the log says, whose doing it may be, and what to do.
absl::Status CrashStatus(absl::StatusCode code, const std::string& what, const StageSpec& stage,
                         const std::string& log_path, const std::string& help) {
  const std::string tail = LogTail(log_path, kLogLinesShown);
  std::string text =
      absl::StrCat(what, tail.empty() ? "; its log is empty" : "; last lines of its log:\n", tail);
  absl::StrAppend(&text, "\ncomponents of the stage: ", ComponentsText(stage),
                  "\nwhat to do: ", help);
  return absl::Status(code, text);
}

absl::Status StatusOf(const ChildExit& exit, bool out_of_memory, const StageSpec& stage,
                      const std::string& log_path) {
  const std::string what = DescribeExit(exit, out_of_memory);
  if (exit.signal() == SIGKILL) {
    return CrashStatus(
        absl::StatusCode::kInternal, what, stage, log_path,
        "unless somebody else killed it: fewer stages at once (-j), smaller batches, "
        "or a limit of its own (limits.memory_gib), which ends it earlier");
  }
  if (stage.components.empty()) {
    return CrashStatus(absl::StatusCode::kInternal, what, stage, log_path,
                       "run it again; if it happens again, report it with the log");
  }
  const std::string library =
      stage.components.size() > 1 ? "LIBRARY" : stage.components.begin()->second.library_path;
  return CrashStatus(
      absl::StatusCode::kInternal, what, stage, log_path,
      absl::StrCat("`facet plugins check ", library,
                   "` tries what a component does by itself; the same command runs the "
                   "stage again"));
}

absl::Status LimitStatus(const Follower& follower, bool has_checkpoint, const StageSpec& stage,
                         const std::string& log_path) {
  const std::string what = absl::StrCat("the stage went beyond ", follower.beyond());
  if (follower.of_memory()) {
    return CrashStatus(
        absl::StatusCode::kResourceExhausted, what + "; the worker was killed", stage, log_path,
        stage.limits.memory_bytes > 0
            ? "allow more (--set limits.memory_gib=N), or let it take less: smaller batches"
            : "smaller batches, fewer stages at once (-j), or a larger machine");
  }
  return CrashStatus(
      absl::StatusCode::kDeadlineExceeded,
      absl::StrCat(what, follower.was_killed() ? "; the worker did not stop and was killed"
                                               : "; the worker was stopped"),
      stage, log_path,
      absl::StrCat("allow more (--set limits.hours=N)",
                   has_checkpoint ? "; the same command goes on from the checkpoint" : ""));
}

bool HasCheckpoint(const Job& job) {
  std::error_code error;
  return !job.checkpoint_dir.empty() && !std::filesystem::is_empty(job.checkpoint_dir, error) &&
         !error;
}

}  // namespace

StageRunner::~StageRunner() = default;

absl::StatusOr<JobResult> WorkerProcesses::Run(const Job& job, const std::string& work_folder,
                                               const std::string& log_path,
                                               const ProgressFunction& progress,
                                               const StopFunction& stop) {
  const std::string job_path = work_folder + "/job.json";
  FACET_RETURN_IF_ERROR(WriteFileAtomically(job_path, DumpPretty(ToJson(job))));
  ChildOptions options;
  options.command = {worker_path_, "run", job_path};
  options.environment = WorkerEnvironment(job.stage);
  options.streams = {{STDIN_FILENO, ChildStream::Null()},
                     {STDOUT_FILENO, ChildStream::File(log_path)},
                     {STDERR_FILENO, ChildStream::File(log_path)},
                     {kProgressDescriptor, ChildStream::PipeOut()}};
  for (size_t i = 0; i < job.lock_files.size(); ++i) {
    options.streams[kFirstLockDescriptor + static_cast<int>(i)] =
        ChildStream::Open(job.lock_files[i]);
  }
  int descriptor = kFirstLockDescriptor + static_cast<int>(job.lock_files.size());
  for (const auto& [port, memory] : job.shared) {
    options.streams[descriptor++] = ChildStream::Open(memory.file);
  }
  options.own_group = true;
  options.group_ends_with_it = true;

  const Clock::time_point start = Clock::now();
  const int64_t kills = OutOfMemoryKills();
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<ChildProcess> worker, ChildProcess::Start(options));
  Follower follower(*worker, job.stage);
  const ChildExit exit = follower.Follow(progress, stop);

  const absl::StatusOr<Json> json = ReadJsonFile(job.result_path);
  absl::StatusOr<JobResult> read = json.ok() ? JobResultFromJson(*json) : json.status();
  // A result that says "fine" counts only if the worker also came to a good end, whatever the time.
  const bool is_fine = read.ok() && read->status.ok() && exit.status == 0;
  if (!is_fine && !follower.beyond().empty()) {
    return LimitStatus(follower, HasCheckpoint(job), job.stage, log_path);
  }
  if (!json.ok() && stop && stop() != 0) return absl::CancelledError("stopped");
  if (!json.ok() || (read.ok() && read->status.ok() && !is_fine)) {
    return StatusOf(exit, OutOfMemoryKills() > kills, job.stage, log_path);
  }
  FACET_ASSIGN_OR_RETURN(JobResult result, std::move(read));
  result.seconds = Seconds(Clock::now() - start).count();
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  result.cpu_seconds = seconds(exit.usage.ru_utime) + seconds(exit.usage.ru_stime);
  result.peak_rss_mib = static_cast<double>(exit.usage.ru_maxrss) / 1024.0;
  return result;
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
