// The context of a stage in a worker process, made from the host's job.
//
// For data sets whose images lie in files, the worker notes beside the samples which input option
// the images lie below (root.json: {"option": "root", "below": "images"}), so that later stages
// find them wherever the folder is now, without loading the data set's plugin.
#ifndef FACET_CORE_WORKER_WORKER_CONTEXT_H_
#define FACET_CORE_WORKER_WORKER_CONTEXT_H_

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/graph/job.h"
#include "core/pipeline/context.h"

namespace facet {

class WorkerContext final : public StageContext {
 public:
  // Progress events go to `progress_file`, at most ten a second; -1: nowhere.
  WorkerContext(Job job, int progress_file);

  // Reads where the inputs' images lie. Call it before the stage.
  absl::Status Prepare();
  // What the stage counted and noticed.
  JobResult TakeResult(const absl::Status& status);

  const Json& settings() const override { return job_.stage.settings; }
  uint64_t seed() const override { return job_.stage.seed; }
  int threads() const override { return static_cast<int>(job_.stage.worker_threads); }
  const std::string& device() const override { return job_.stage.device; }
  const std::string& precision() const override { return job_.stage.precision; }
  bool has_component(const std::string& role) const override;
  std::string component_name(const std::string& role) const override;
  Json component_options(const std::string& role) const override;
  absl::StatusOr<Traits> component_traits(const std::string& role) const override;
  std::map<std::string, std::vector<std::string>> component_files(
      const std::string& role) const override;
  bool has_input(const std::string& port) const override;
  absl::StatusOr<std::string> InputFile(const std::string& port,
                                        const std::string& file) const override;
  std::string root(const std::string& port) const override;
  SharedMemory shared(const std::string& port) const override;
  const std::string& kept_folder() const override { return job_.kept_folder; }
  const std::string& output_dir() const override { return job_.output_dir; }
  const std::string& checkpoint_dir() const override { return job_.checkpoint_dir; }
  void Progress(int64_t done, int64_t total, const std::string& unit,
                const std::string& note) override;
  void Ask(const std::string& sentence) override;
  void Count(const std::string& name, int64_t count) override;
  void Notice(const std::string& sentence) override;
  bool stop_requested() const override;

 protected:
  absl::StatusOr<std::unique_ptr<Component>> CreateComponent(const std::string& role,
                                                             const char* kind) override;

 private:
  void Send(const StageProgress& event);  // mutex_ is held

  Job job_;
  int progress_file_;
  std::map<std::string, std::string> roots_;  // by port
  absl::Mutex mutex_;
  std::chrono::steady_clock::time_point next_progress_;
  std::map<std::string, int64_t> counts_;
  std::vector<std::string> notices_;
};

// First SIGINT or SIGTERM: stop_requested() from now on. Call once, at the worker's start.
void CatchStopSignals();

}  // namespace facet

#endif  // FACET_CORE_WORKER_WORKER_CONTEXT_H_
