#include "core/app/watch.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/app/exit_code.h"
#include "core/base/child_process.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kTick = absl::Milliseconds(200);
constexpr size_t kMaxNamed = 3;
constexpr char kWatcher[] = "FACET_WATCHER";  // the watching process, for FollowWatcher()

absl::Time Now() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return absl::TimeFromTimespec(now);
}

// The program and the files that it runs on.
class Watcher {
 public:
  explicit Watcher(const WatchedProgram& program) : program_(program) {}

  int Run() {
    while (true) {
      // Looked at before the program reads them: what changes meanwhile is a change.
      FileWatch watch(program_.paths());
      child_ = Start();
      if (child_ == nullptr) return kExitBackend;
      const std::vector<FileChange> changes = WaitForChanges(&watch);
      if (changes.empty()) return End();
      if (child_ != nullptr) {
        program_.say(
            absl::StrCat(ChangesText(changes), ": what runs stops at its next checkpoint"));
        Signal(SIGINT);
        WaitForChild(true);
        if (program_.stop_signal() != 0) return exit_code_;
      }
      program_.say(absl::StrCat(ChangesText(changes), ": running again"));
    }
  }

 private:
  std::unique_ptr<ChildProcess> Start() {
    ChildOptions options;
    options.command = program_.command;
    options.environment = EnvironmentWith({{kWatcher, absl::StrCat(::getpid())}});
    // A Ctrl-C on the terminal comes to this process alone: a second signal would end it at once.
    options.own_group = true;
    absl::StatusOr<std::unique_ptr<ChildProcess>> child = ChildProcess::Start(options);
    if (child.ok()) return *std::move(child);
    program_.say(absl::StrCat("error: ", child.status().message()));
    return nullptr;
  }

  // To the program alone, which tells its workers.
  void Signal(int signal) const { ::kill(child_->id(), signal); }

  // Empty: a signal says to stop.
  std::vector<FileChange> WaitForChanges(FileWatch* watch) {
    while (program_.stop_signal() == 0) {
      if (child_ != nullptr && WaitForChild(false)) {
        program_.say("waiting for a change; Ctrl-C ends");
      }
      if (std::vector<FileChange> changes = watch->Settled(Now()); !changes.empty()) return changes;
      absl::SleepFor(kTick);
    }
    return {};
  }

  // Whether it has ended.
  bool WaitForChild(bool to_the_end) {
    while (true) {
      if (const std::optional<ChildExit> exit = child_->Wait(absl::ZeroDuration())) {
        exit_code_ = exit->signal() != 0 ? 128 + exit->signal() : exit->code();
        child_ = nullptr;
        return true;
      }
      if (!to_the_end) return false;
      absl::SleepFor(kTick);
    }
  }

  int End() {
    const int signal = program_.stop_signal();
    if (child_ == nullptr) return 128 + signal;
    Signal(signal);
    WaitForChild(true);
    return exit_code_;
  }

  const WatchedProgram& program_;
  std::unique_ptr<ChildProcess> child_;  // null: it has ended
  int exit_code_ = kExitDone;
};

}  // namespace

std::string ChangesText(const std::vector<FileChange>& changes) {
  std::string text;
  for (size_t i = 0; i < std::min(changes.size(), kMaxNamed); ++i) {
    const FileChange& change = changes[i];
    absl::StrAppend(&text, i == 0 ? "" : ", ", fs::path(change.path).filename().string(),
                    change.kind == FileChange::Kind::kNew    ? " is new"
                    : change.kind == FileChange::Kind::kGone ? " is gone"
                                                             : " changed");
  }
  if (changes.size() > kMaxNamed) {
    absl::StrAppend(&text, " and ", changes.size() - kMaxNamed, " others");
  }
  return text;
}

FileWatch::FileWatch(WatchedPaths paths)
    : paths_(std::move(paths)), first_(Look()), last_(first_) {}

FileWatch::States FileWatch::Look() const {
  States states;
  const auto look = [&states](const std::string& path) {
    struct stat status;
    if (::stat(path.c_str(), &status) != 0) return;
    states[path] = {status.st_size, absl::ToUnixNanos(absl::TimeFromTimespec(status.st_mtim)),
                    status.st_ino};
  };
  for (const std::string& path : paths_.files) look(path);
  for (const std::string& folder : paths_.plugin_folders) {
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    while (!error && entry != fs::directory_iterator()) {
      const std::string name = entry->path().filename().string();
      if (absl::StartsWith(name, "lib") && absl::EndsWith(name, ".so")) look(entry->path());
      entry.increment(error);
    }
  }
  return states;
}

std::vector<FileChange> FileWatch::Settled(absl::Time now) {
  States states = Look();
  if (states != last_) {
    last_ = std::move(states);
    still_since_ = now;
    return {};
  }
  if (last_ == first_) return {};
  std::vector<FileChange> changes;
  bool gone = false;
  for (const auto& [path, state] : first_) {
    const auto found = last_.find(path);
    if (found == last_.end()) {
      changes.push_back({path, FileChange::Kind::kGone});
      gone = true;
    } else if (found->second != state) {
      changes.push_back({path, FileChange::Kind::kChanged});
    }
  }
  for (const auto& [path, state] : last_) {
    if (first_.count(path) == 0) changes.push_back({path, FileChange::Kind::kNew});
  }
  if (now - still_since_ < (gone ? kComesBack : kStill)) return {};
  std::sort(changes.begin(), changes.end(),
            [](const FileChange& a, const FileChange& b) { return a.path < b.path; });
  return changes;
}

int RunWatched(const WatchedProgram& program) { return Watcher(program).Run(); }

bool FollowWatcher() {
  const char* const watcher = std::getenv(kWatcher);
  if (watcher == nullptr || watcher != absl::StrCat(::getppid())) return false;
  DieWithParent();
  return true;
}

}  // namespace facet
