#include "core/graph/stage_job.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/status.h"
#include "core/graph/stored_stage.h"

namespace facet {
namespace {

absl::Status CannotMake(const std::string& folder, const std::error_code& error) {
  return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot make ", folder));
}

}  // namespace

absl::StatusOr<Job> MakeJob(const StageSpec& stage, const std::string& key,
                            const std::string& work_folder, Store& store) {
  Job job;
  job.stage = stage;
  job.output_dir = work_folder + "/out";
  std::error_code error;
  if (stage.keeps_folder) {
    job.kept_folder = KeptFolder(stage, key, store);
    std::filesystem::create_directories(job.kept_folder, error);
    if (error) return CannotMake(job.kept_folder, error);
  }
  if (!std::filesystem::create_directory(job.output_dir, error)) {
    return CannotMake(job.output_dir, error);
  }
  job.result_path = work_folder + "/result.json";
  FACET_ASSIGN_OR_RETURN(job.checkpoint_dir, store.CheckpointFolder(key));
  return job;
}

bool IsResumed(const Job& job) {
  std::error_code error;
  return !std::filesystem::is_empty(job.checkpoint_dir, error) && !error;
}

Artifact ArtifactOf(const StageSpec& stage, const StageKey& key, JobResult result, bool is_resumed,
                    const Json& provenance) {
  Artifact artifact;
  artifact.key = key.digest;
  artifact.type = stage.type;
  artifact.name = stage.name;
  artifact.key_document = key.document;
  artifact.counts = std::move(result.counts);
  artifact.notices = std::move(result.notices);
  artifact.provenance = provenance;
  artifact.provenance["threads"] = stage.worker_threads;
  artifact.provenance["seconds"] = result.seconds;  // resumed: of the last part alone
  if (is_resumed) artifact.provenance["resumed"] = true;
  artifact.provenance["cpu_seconds"] = result.cpu_seconds;
  artifact.provenance["peak_rss_mib"] = result.peak_rss_mib;
  artifact.provenance["finished"] =
      absl::FormatTime(absl::RFC3339_sec, absl::Now(), absl::UTCTimeZone());
  return artifact;
}

}  // namespace facet
