#include "core/stages/project/checkpoints.h"

#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace facet {
namespace {

constexpr char kProjection[] = "projection";
constexpr char kLog[] = "project.log";
constexpr char kIndex[] = "project.index";  // of the W' whose state it is
constexpr char kCount[] = "project.count";  // of states saved, its own with them

double SecondsNow() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// -1: it says none.
int64_t NumberIn(const StoredTensors& stored, const char* name) {
  const auto found = stored.metadata.find(name);
  int64_t number = -1;
  if (found == stored.metadata.end() || !absl::SimpleAtoi(found->second, &number)) return -1;
  return number;
}

}  // namespace

ProjectCheckpoints::ProjectCheckpoints(std::string folder, double seconds)
    : folder_(std::move(folder)), seconds_(seconds), current_(folder_), last_(SecondsNow()) {}

std::string ProjectCheckpoints::FinishedFolder(size_t index) const {
  return absl::StrCat(folder_, "/finished.", index);
}

std::vector<LearnedProjection> ProjectCheckpoints::LoadFinished() {
  std::vector<LearnedProjection> finished;
  while (true) {
    std::optional<StoredTensors> stored = CheckpointStore(FinishedFolder(finished.size())).Load();
    if (!stored.has_value()) break;
    absl::StatusOr<Json> log = ParseJson(stored->metadata[kLog], "checkpoint");
    const auto found = stored->tensors.find(kProjection);
    if (!log.ok() || found == stored->tensors.end()) break;
    finished.push_back({std::move(found->second), *std::move(log)});
  }
  num_finished_ = finished.size();
  return finished;
}

std::optional<StoredTensors> ProjectCheckpoints::LoadCurrent(int64_t index) {
  std::optional<StoredTensors> stored = current_.Load();
  if (!stored.has_value()) return std::nullopt;
  num_saved_ = NumberIn(*stored, kCount);
  if (NumberIn(*stored, kIndex) != index) return std::nullopt;  // of one that is finished
  return stored;
}

bool ProjectCheckpoints::IsDue() const { return SecondsNow() - last_ >= seconds_; }

absl::Status ProjectCheckpoints::SaveFinished(const std::vector<LearnedProjection>& finished) {
  for (; num_finished_ < finished.size(); ++num_finished_) {
    const LearnedProjection& learned = finished[num_finished_];
    const std::string folder = FinishedFolder(num_finished_);
    std::error_code error;
    std::filesystem::create_directories(folder, error);  // else saving says what is wrong
    StoredTensors stored;
    stored.metadata[kLog] = Dump(learned.log);
    stored.tensors[kProjection] = learned.projection;
    FACET_RETURN_IF_ERROR(CheckpointStore(folder).Save(1, SourcesOf(stored)));
  }
  last_ = SecondsNow();
  return absl::OkStatus();
}

absl::Status ProjectCheckpoints::Save(const std::vector<LearnedProjection>& finished,
                                      TensorSources state) {
  FACET_RETURN_IF_ERROR(SaveFinished(finished));
  state.metadata[kIndex] = absl::StrCat(finished.size());
  state.metadata[kCount] = absl::StrCat(++num_saved_);
  FACET_RETURN_IF_ERROR(current_.Save(num_saved_, std::move(state)));
  last_ = SecondsNow();
  return absl::OkStatus();
}

}  // namespace facet
