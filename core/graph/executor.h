// Runs one stage in a worker process of its own.
//
// The worker leads a process group of its own, so that a Ctrl-C on the terminal reaches the host
// alone, which passes it on; it dies with the host (DieWithParent(), which the worker calls), and
// what it started dies with it. It holds the lock of its key as the host does: where the host was
// killed, the next one waits until the worker is gone too, and finds its folders at rest.
//
// A worker that is killed, crashes or exits without a result is a failed stage, told with the
// signal, the stage's components and the last lines of its log. So is one that goes beyond a limit
// (StageLimits): of memory, and it is killed; of time, and it is asked to stop, so that it can
// write its checkpoint, and killed where it does not within a minute (or once more its limit).
#ifndef FACET_CORE_GRAPH_EXECUTOR_H_
#define FACET_CORE_GRAPH_EXECUTOR_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "core/graph/job.h"

namespace facet {

class StageRunner {
 public:
  using ProgressFunction = std::function<void(const StageProgress&)>;
  // The number of the signal that asked to stop; 0: none did. Any thread.
  using StopFunction = std::function<int()>;

  virtual ~StageRunner();
  // Blocks until the stage is over. A status that is not OK, here or in the result: it failed.
  // `work_folder` holds the job's files; the log is appended to. May be called from several
  // threads.
  virtual absl::StatusOr<JobResult> Run(const Job& job, const std::string& work_folder,
                                        const std::string& log_path,
                                        const ProgressFunction& progress,
                                        const StopFunction& stop) = 0;
};

class WorkerProcesses final : public StageRunner {
 public:
  explicit WorkerProcesses(std::string worker_path) : worker_path_(std::move(worker_path)) {}
  absl::StatusOr<JobResult> Run(const Job& job, const std::string& work_folder,
                                const std::string& log_path, const ProgressFunction& progress,
                                const StopFunction& stop) override;

 private:
  std::string worker_path_;
};

// The last lines of a log, at most `num_lines`.
std::string LogTail(const std::string& path, int num_lines);

}  // namespace facet

#endif  // FACET_CORE_GRAPH_EXECUTOR_H_
