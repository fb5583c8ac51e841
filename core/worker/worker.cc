#include "core/worker/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/api/guard.h"
#include "core/base/child_process.h"
#include "core/base/file.h"
#include "core/worker/worker_context.h"

namespace facet {
namespace {

absl::Status RunStage(const StageFunctions& stages, const std::map<std::string, std::string>& code,
                      const Job& job, WorkerContext& context) {
  const auto stage = stages.find(job.stage.type);
  const auto digest = code.find(job.stage.type);
  if (stage == stages.end() || digest == code.end()) {
    return absl::InternalError(absl::StrCat("the worker knows no stage \"", job.stage.type, "\""));
  }
  if (digest->second != job.code) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the worker program is of another build than the one that planned the stage \"",
        job.stage.type, "\": facet was rebuilt; start the run again"));
  }
  FACET_RETURN_IF_ERROR(CheckLibraries(job.stage));
  FACET_RETURN_IF_ERROR(context.Prepare());
  return Guard(absl::StrCat("stage ", job.stage.name), [&] { return stage->second(context); });
}

// A host that ended before DieWithParent() was called: nobody reads the pipe.
bool HostIsGone() {
  pollfd progress = {kProgressDescriptor, POLLOUT, 0};
  return ::poll(&progress, 1, 0) == 1 && (progress.revents & POLLERR) != 0;
}

// Where the machine runs out of memory all the same, the kernel takes the worker rather than the
// host or whatever else its user has open. A wish: it is no error where it cannot be uttered.
void GoFirstWithoutMemory() { std::ofstream("/proc/self/oom_score_adj") << 500; }

// What the stage starts is not to hold the locks, nor the host's end of a pipe.
void KeepToItself(int file) { (void)::fcntl(file, F_SETFD, FD_CLOEXEC); }

// A component that ends the process: the destructors of what it leaves could wait for ever.
void TellOfExit(int code, void*) {
  std::fprintf(stderr, "exit(%d) was called by a component of the stage or a library under it\n",
               code);
  std::fflush(nullptr);
  ::_exit(code);
}

}  // namespace

int RunJob(const std::string& job_path, const StageFunctions& stages,
           const std::map<std::string, std::string>& code, const std::string& other) {
  DieWithParent();
  if (HostIsGone()) return 1;
  GoFirstWithoutMemory();
  ::signal(SIGPIPE, SIG_IGN);  // a host that is gone is noticed by the write
  CatchStopSignals();
  const absl::StatusOr<Json> json = ReadJsonFile(job_path);
  const absl::StatusOr<Job> job = json.ok() ? JobFromJson(*json) : json.status();
  if (!job.ok()) {
    std::fprintf(stderr, "%s\n", std::string(job.status().message()).c_str());
    return 2;
  }
  if (!other.empty() && stages.count(job->stage.type) == 0) {
    std::fprintf(stderr, "%s\n",
                 std::string(BecomeProgram({other, "run", job_path}).message()).c_str());
    return 1;
  }
  KeepToItself(kProgressDescriptor);
  for (int i = 0; i < job->num_locks; ++i) KeepToItself(kFirstLockDescriptor + i);
  for (const auto& [port, memory] : job->shared) KeepToItself(memory.file);
  ::on_exit(&TellOfExit, nullptr);
  WorkerContext context(*job, kProgressDescriptor);
  const absl::Status status = RunStage(stages, code, *job, context);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  const absl::Status written =
      WriteFileAtomically(job->result_path, DumpPretty(ToJson(context.TakeResult(status))));
  if (!written.ok()) {
    std::fprintf(stderr, "%s\n", std::string(written.message()).c_str());
  }
  std::fflush(nullptr);
  // Without the destructors of LibTorch and the plugins: all that counts is on disk.
  if (!written.ok()) ::_exit(1);
  ::_exit(status.ok() ? 0 : absl::IsCancelled(status) ? kWorkerStopped : 1);
}

}  // namespace facet
