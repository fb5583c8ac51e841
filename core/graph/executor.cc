#include "core/graph/executor.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "core/base/child_process.h"
#include "core/base/file.h"
#include "core/base/status.h"

namespace facet {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kStopGrace = std::chrono::seconds(60);  // for a checkpoint, before SIGKILL
constexpr int kLogLinesShown = 12;
constexpr absl::Duration kLook = absl::Milliseconds(2);

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
    "ALL_PROXY",   "ASAN_",    "CUBLAS_",  "CUDA_",   "CUDNN_",      "CURL_",      "DISPLAY",
    "DNNL_",       "FACET_",   "GOMP_",    "HOME",    "HTTPS_PROXY", "HTTP_PROXY", "KMP_",
    "LANG",        "LANGUAGE", "LC_",      "LD_",     "LOGNAME",     "LSAN_",      "MALLOC_",
    "MKL_",        "NCCL_",    "NO_PROXY", "NVIDIA_", "OMP_",        "ONEDNN_",    "OPENBLAS_",
    "OPENCV_",     "PATH",     "PYTORCH_", "SSL_",    "TERM",        "TMPDIR",     "TORCH_",
    "TSAN_",       "TZ",       "UBSAN_",   "USER",    "XDG_",        "all_proxy",  "http_proxy",
    "https_proxy", "no_proxy"};

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

// Follows a worker until it is over; passes a stop on.
ChildExit Follow(ChildProcess& worker, const StageRunner::ProgressFunction& progress,
                 const StageRunner::StopFunction& stop) {
  std::string buffer;
  bool open = true, told = false, killed = false;
  Clock::time_point deadline;
  std::optional<ChildExit> exit;
  while (!(exit = worker.Wait(open ? absl::ZeroDuration() : kLook)).has_value()) {
    if (open) open = worker.Read(kProgressDescriptor, absl::Milliseconds(100), &buffer);
    DeliverProgress(&buffer, progress);
    if (!told && stop && stop() != 0) {
      told = true;
      deadline = Clock::now() + kStopGrace;
      worker.Signal(SIGTERM);
    }
    if (told && !killed && Clock::now() > deadline) {
      killed = true;
      worker.Signal(SIGKILL);
    }
  }
  for (size_t size = 0; open;) {
    size = buffer.size();
    open = worker.Read(kProgressDescriptor, absl::ZeroDuration(), &buffer);
    if (buffer.size() == size) break;
  }
  DeliverProgress(&buffer, progress);
  return *exit;
}

std::string DescribeExit(const ChildExit& exit) {
  const int signal = exit.signal();
  if (signal == 0) {
    return absl::StrCat("the worker exited with code ", exit.code(), " and no result");
  }
  return absl::StrCat("the worker was killed by signal ", signal, " (", ::strsignal(signal), ")",
                      signal == SIGKILL ? "; out of memory?" : "");
}

absl::Status CrashStatus(const ChildExit& exit, const std::string& log_path) {
  const std::string tail = LogTail(log_path, kLogLinesShown);
  return absl::InternalError(
      absl::StrCat(DescribeExit(exit),
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
  ChildOptions options;
  options.command = {worker_path_, "run", job_path};
  options.environment = WorkerEnvironment(job.stage);
  options.streams = {{STDIN_FILENO, ChildStream::Null()},
                     {STDOUT_FILENO, ChildStream::File(log_path)},
                     {STDERR_FILENO, ChildStream::File(log_path)},
                     {kProgressDescriptor, ChildStream::PipeOut()}};
  options.own_group = true;

  const Clock::time_point start = Clock::now();
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<ChildProcess> worker, ChildProcess::Start(options));
  const ChildExit exit = Follow(*worker, progress, stop);

  const absl::StatusOr<Json> json = ReadJsonFile(job.result_path);
  if (!json.ok() && stop && stop() != 0) return absl::CancelledError("stopped");
  if (!json.ok()) return CrashStatus(exit, log_path);
  FACET_ASSIGN_OR_RETURN(JobResult result, JobResultFromJson(*json));
  // A result that says "fine" counts only if the worker also came to a good end.
  if (result.status.ok() && exit.status != 0) return CrashStatus(exit, log_path);
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
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
