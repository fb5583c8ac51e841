// What host and worker say to each other.
//
// The host writes a job (JSON file), starts `facet-worker run JOB`, and reads progress events (JSON
// lines) from the pipe that is the worker's descriptor 3. From 4 on come the locks under which it
// works, which are held until host and worker have ended, and then the memory that it shares. The worker's stdout and stderr are the
// stage's log. At its end the worker writes the result (JSON file) and exits with 0, with 75 after a
// stop that was asked for, and with 1 where the stage failed; without a result file it crashed.
#ifndef FACET_CORE_GRAPH_JOB_H_
#define FACET_CORE_GRAPH_JOB_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/json.h"
#include "core/graph/shared_memory.h"
#include "core/graph/stage.h"

namespace facet {

inline constexpr int kProgressDescriptor = 3;
inline constexpr int kFirstLockDescriptor = 4;
inline constexpr int kWorkerStopped = 75;

struct Job {
  StageSpec stage;
  std::string code;  // digest of the stage's code that is in the key
  std::map<std::string, std::map<std::string, std::string>> inputs;  // port -> file -> path
  std::map<std::string, std::string> folders;  // port -> the folder of StageSpec::folders
  std::string kept_folder;                     // where the stage keeps one
  std::string output_dir, checkpoint_dir, result_path;
  // The locks of the stage's key and of the folder that its user named, for the worker to hold too:
  // while either lives, nobody else writes there. Not in the file: the worker has them open as
  // kFirstLockDescriptor and what follows; how many says `num_locks`.
  std::vector<int> lock_files;
  int num_locks = 0;
  // What the stage shares with others, by port. In the file stand the descriptors that the worker
  // has them under, which follow the locks'.
  std::map<std::string, SharedMemory> shared;
};
Json ToJson(const Job& job);
absl::StatusOr<Job> JobFromJson(const Json& json);

// Whether the libraries of the stage's components are the ones that the key names. FailedPrecondition
// names the library that is another by now.
absl::Status CheckLibraries(const StageSpec& stage);

struct JobResult {
  absl::Status status;  // Cancelled: stopped because it was asked to
  std::map<std::string, int64_t> counts;
  std::vector<std::string> notices;
  // Measured by the host.
  double seconds = 0.0, cpu_seconds = 0.0, peak_rss_mib = 0.0;
};
Json ToJson(const JobResult& result);
absl::StatusOr<JobResult> JobResultFromJson(const Json& json);

struct StageProgress {
  int64_t done = 0, total = 0;
  std::string unit, note;
  std::string ask;  // what people must do now; if there is any, the event says nothing else
};
Json ToJson(const StageProgress& progress);
absl::StatusOr<StageProgress> StageProgressFromJson(const Json& json);

Json ToJson(const ComponentUse& use);
absl::StatusOr<ComponentUse> ComponentUseFromJson(const Json& json);

}  // namespace facet

#endif  // FACET_CORE_GRAPH_JOB_H_
