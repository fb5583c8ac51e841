#include "core/worker/worker_context.h"

#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/check.h"
#include "core/base/file.h"
#include "core/plugin/library.h"
#include "core/records/image_root.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr auto kProgressInterval = std::chrono::milliseconds(100);

volatile sig_atomic_t stop_signal = 0;

void NoteStop(int signal) { stop_signal = signal; }

}  // namespace

WorkerContext::WorkerContext(Job job, int progress_file)
    : job_(std::move(job)), progress_file_(progress_file) {}

absl::Status WorkerContext::Prepare() {
  for (const auto& [port, use] : job_.stage.sources) {
    const absl::StatusOr<std::string> path = InputFile(port, kImageRootFile);
    if (!path.ok()) continue;  // rendered: no files
    FACET_ASSIGN_OR_RETURN(roots_[port], ReadImageRoot(*path, use.name, use.options));
  }
  for (const auto& [port, folder] : job_.folders) roots_[port] = folder;
  return absl::OkStatus();
}

JobResult WorkerContext::TakeResult(const absl::Status& status) {
  const absl::MutexLock lock(&mutex_);
  JobResult result;
  result.status = status;
  result.counts = std::move(counts_);
  result.notices = std::move(notices_);
  return result;
}

bool WorkerContext::has_component(const std::string& role) const {
  return job_.stage.components.count(role) > 0;
}

std::string WorkerContext::component_name(const std::string& role) const {
  const auto found = job_.stage.components.find(role);
  return found == job_.stage.components.end() ? "" : found->second.name;
}

Json WorkerContext::component_options(const std::string& role) const {
  const auto found = job_.stage.components.find(role);
  return found == job_.stage.components.end() ? Json::object() : found->second.options;
}

absl::StatusOr<Traits> WorkerContext::component_traits(const std::string& role) const {
  const auto found = job_.stage.components.find(role);
  if (found == job_.stage.components.end()) return Traits();
  const ComponentUse& use = found->second;
  return TraitsOfComponent(use.library_path, use.kind, use.name);
}

std::map<std::string, std::vector<std::string>> WorkerContext::component_files(
    const std::string& role) const {
  const auto found = job_.stage.components.find(role);
  if (found == job_.stage.components.end()) return {};
  return found->second.files;
}

bool WorkerContext::has_input(const std::string& port) const { return job_.inputs.count(port) > 0; }

absl::StatusOr<std::string> WorkerContext::InputFile(const std::string& port,
                                                     const std::string& file) const {
  const auto input = job_.inputs.find(port);
  if (input == job_.inputs.end()) {
    return absl::NotFoundError(
        absl::StrCat("stage ", job_.stage.name, " has no input \"", port, "\""));
  }
  const auto found = input->second.find(file);
  if (found != input->second.end()) return found->second;
  const auto name = [](std::string* out, const auto& entry) { out->append(entry.first); };
  return absl::NotFoundError(absl::StrCat("input \"", port, "\" of stage ", job_.stage.name,
                                          " has no file \"", file,
                                          "\"; files: ", absl::StrJoin(input->second, ", ", name)));
}

std::string WorkerContext::root(const std::string& port) const {
  const auto found = roots_.find(port);
  return found == roots_.end() ? "" : found->second;
}

SharedMemory WorkerContext::shared(const std::string& port) const {
  const auto found = job_.shared.find(port);
  return found == job_.shared.end() ? SharedMemory() : found->second;
}

void WorkerContext::Progress(int64_t done, int64_t total, const std::string& unit,
                             const std::string& note) {
  const absl::MutexLock lock(&mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (progress_file_ < 0 || (now < next_progress_ && done != total)) return;
  next_progress_ = now + kProgressInterval;
  Send({done, total, unit, note, ""});
}

void WorkerContext::Ask(const std::string& sentence) {
  const absl::MutexLock lock(&mutex_);
  if (progress_file_ >= 0) Send({0, 0, "", "", sentence});
}

void WorkerContext::Send(const StageProgress& event) {
  const std::string line = Dump(ToJson(event)) + "\n";
  // The host reads all the time; when it is gone so are we.
  if (::write(progress_file_, line.data(), line.size()) < 0) progress_file_ = -1;
}

void WorkerContext::Count(const std::string& name, int64_t count) {
  const absl::MutexLock lock(&mutex_);
  counts_[name] += count;
}

void WorkerContext::Notice(const std::string& sentence) {
  const absl::MutexLock lock(&mutex_);
  notices_.push_back(sentence);
}

bool WorkerContext::stop_requested() const { return stop_signal != 0; }

absl::StatusOr<std::unique_ptr<Component>> WorkerContext::CreateComponent(const std::string& role,
                                                                          const char* kind) {
  const auto found = job_.stage.components.find(role);
  if (found == job_.stage.components.end()) {
    return absl::NotFoundError(
        absl::StrCat("stage ", job_.stage.name, " has no component \"", role, "\""));
  }
  const ComponentUse& use = found->second;
  FACET_CHECK(use.kind == kind);
  return facet::CreateComponent(use.library_path, use.kind, use.name, Dump(use.options));
}

void CatchStopSignals() {
  struct sigaction action = {};
  action.sa_handler = &NoteStop;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace facet
