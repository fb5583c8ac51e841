#include "core/base/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "core/base/check.h"
#include "core/base/status.h"

namespace facet {
namespace {

constexpr size_t kReadBytes = size_t{1} << 16;
constexpr absl::Duration kLook = absl::Milliseconds(2);

// Of a clock that nobody sets.
absl::Time Now() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return absl::TimeFromTimespec(now);
}

// For poll(), rounded up so that a short rest is slept and not spun.
int Milliseconds(absl::Duration duration) {
  constexpr absl::Duration kLongest = absl::Hours(1);
  const absl::Duration bounded = std::clamp(duration, absl::ZeroDuration(), kLongest);
  return static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(bounded, absl::Milliseconds(1))));
}

class Descriptor {
 public:
  explicit Descriptor(int file = -1) : file_(file) {}
  Descriptor(Descriptor&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (file_ >= 0) ::close(file_);
  }
  int get() const { return file_; }
  int Release() { return std::exchange(file_, -1); }

 private:
  int file_;
};

// What the child gets, and for a pipe what the caller keeps.
struct Ends {
  Descriptor child, ours;
};

absl::StatusOr<Ends> Open(const ChildStream& stream) {
  if (stream.kind == ChildStream::Kind::kPipeOut || stream.kind == ChildStream::Kind::kPipeIn) {
    std::array<int, 2> files;
    if (::pipe2(files.data(), O_CLOEXEC) != 0) {
      return absl::ErrnoToStatus(errno, "cannot make a pipe");
    }
    Descriptor read(files[0]), write(files[1]);
    if (stream.kind == ChildStream::Kind::kPipeIn) return Ends{std::move(read), std::move(write)};
    return Ends{std::move(write), std::move(read)};
  }
  if (stream.kind == ChildStream::Kind::kOpen) {
    Descriptor copy(::fcntl(stream.file, F_DUPFD_CLOEXEC, 0));
    if (copy.get() < 0) return absl::ErrnoToStatus(errno, "cannot hand on a descriptor");
    return Ends{std::move(copy), Descriptor()};
  }
  const bool is_file = stream.kind == ChildStream::Kind::kFile;
  const std::string path = is_file ? stream.path : "/dev/null";
  const int flags = is_file ? O_WRONLY | O_CREAT | O_APPEND : O_RDWR;
  Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0644));
  if (file.get() < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path));
  return Ends{std::move(file), Descriptor()};
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

class SpawnSettings {
 public:
  explicit SpawnSettings(const ChildOptions& options) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    const int group = options.own_group ? POSIX_SPAWN_SETPGROUP : 0;
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group);
    if (!options.folder.empty()) {
      posix_spawn_file_actions_addchdir_np(&actions_, options.folder.c_str());
    }
  }
  ~SpawnSettings() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  void Give(int file, int number) { posix_spawn_file_actions_adddup2(&actions_, file, number); }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// Kills what a child that has ended left of its group; false: it still runs. It is not reaped yet:
// until then no other process has its number, nor its group's.
bool EndGroupOf(pid_t pid, bool wait) {
  siginfo_t ended = {};
  const int options = WEXITED | WNOWAIT | (wait ? 0 : WNOHANG);
  int result = -1;
  do result = ::waitid(P_PID, static_cast<id_t>(pid), &ended, options);
  while (result < 0 && errno == EINTR);
  if (result == 0 && ended.si_pid != pid) return false;
  if (result == 0) ::kill(-pid, SIGKILL);
  return true;
}

}  // namespace

std::vector<std::string> EnvironmentWith(
    const std::map<std::string, std::optional<std::string>>& changes) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (changes.count(std::string(*entry, std::strcspn(*entry, "="))) == 0) {
      environment.push_back(*entry);
    }
  }
  for (const auto& [name, value] : changes) {
    if (value.has_value()) environment.push_back(absl::StrCat(name, "=", *value));
  }
  return environment;
}

ChildStreams CapturedStreams() {
  return {{STDIN_FILENO, ChildStream::Null()},
          {STDOUT_FILENO, ChildStream::PipeOut()},
          {STDERR_FILENO, ChildStream::PipeOut()}};
}

int ChildExit::signal() const { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

int ChildExit::code() const { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }

std::string ChildExit::Describe() const {
  return signal() != 0 ? absl::StrCat("signal ", signal()) : absl::StrCat("exit code ", code());
}

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(const ChildOptions& options) {
  FACET_CHECK(!options.command.empty());
  std::unique_ptr<ChildProcess> child(
      new ChildProcess(options.own_group, options.group_ends_with_it));
  SpawnSettings settings(options);
  // Above all numbers that the child uses: none is overwritten before it is copied.
  const int lowest = options.streams.empty() ? 0 : options.streams.rbegin()->first + 1;
  std::vector<Descriptor> given;  // closed here once the child has its copies
  for (const auto& [number, stream] : options.streams) {
    FACET_ASSIGN_OR_RETURN(Ends ends, Open(stream));
    if (ends.ours.get() >= 0) child->pipes_[number] = ends.ours.Release();
    given.emplace_back(::fcntl(ends.child.get(), F_DUPFD_CLOEXEC, lowest));
    if (given.back().get() < 0) return absl::ErrnoToStatus(errno, "cannot copy a descriptor");
    settings.Give(given.back().get(), number);
  }
  const std::vector<char*> words = Pointers(options.command);
  std::vector<char*> variables;
  if (options.environment.has_value()) variables = Pointers(*options.environment);
  pid_t pid = -1;
  const int error =
      ::posix_spawnp(&pid, words[0], settings.actions(), settings.attributes(), words.data(),
                     options.environment.has_value() ? variables.data() : environ);
  if (error != 0) {
    return absl::ErrnoToStatus(error, absl::StrCat("cannot start ", options.command[0]));
  }
  child->pid_ = pid;
  return child;
}

ChildProcess::~ChildProcess() {
  while (!pipes_.empty()) ClosePipe(pipes_.begin()->first);
  if (pid_ < 0 || exit_.has_value()) return;
  Signal(SIGKILL);
  Wait();
}

void ChildProcess::ClosePipe(int number) {
  const auto pipe = pipes_.find(number);
  if (pipe == pipes_.end()) return;
  ::close(pipe->second);
  pipes_.erase(pipe);
}

bool ChildProcess::Read(int number, absl::Duration timeout, std::string* text) {
  const int file = pipe(number);
  pollfd polled = {file, POLLIN, 0};
  if (::poll(&polled, 1, Milliseconds(timeout)) <= 0) return true;  // nothing yet, or interrupted
  std::array<char, kReadBytes> bytes;
  const ssize_t size = ::read(file, bytes.data(), bytes.size());
  if (size > 0) text->append(bytes.data(), static_cast<size_t>(size));
  return size > 0 || (size < 0 && (errno == EINTR || errno == EAGAIN));
}

void ChildProcess::Signal(int signal) {
  if (!exit_.has_value()) ::kill(own_group_ ? -pid_ : pid_, signal);
}

std::optional<ChildExit> ChildProcess::Wait(absl::Duration timeout) {
  const absl::Time deadline = Now() + timeout;
  const bool forever = timeout == absl::InfiniteDuration();
  while (!exit_.has_value()) {
    ChildExit exit;
    pid_t ended = 0;
    if (!group_ends_with_it_ || EndGroupOf(pid_, forever)) {
      ended = ::wait4(pid_, &exit.status, forever ? 0 : WNOHANG, &exit.usage);
    }
    if (ended < 0 && errno == EINTR) continue;
    // A caller that was started with SIGCHLD ignored is not told how its children ended.
    if (ended < 0) exit.status = W_EXITCODE(255, 0);
    if (ended != 0) {
      exit_ = exit;
      break;
    }
    const absl::Duration left = deadline - Now();
    if (left <= absl::ZeroDuration()) break;
    absl::SleepFor(std::min(left, kLook));
  }
  return exit_;
}

absl::StatusOr<ChildOutput> ChildProcess::Finish(const ChildLimits& limits) {
  const absl::Time deadline = Now() + limits.time;
  ChildOutput output;
  std::map<int, std::string*> open = {{STDOUT_FILENO, &output.out}, {STDERR_FILENO, &output.error}};
  const auto late = [&] {
    return absl::DeadlineExceededError(
        absl::StrCat("it runs longer than ", absl::FormatDuration(limits.time)));
  };
  while (!open.empty()) {
    const absl::Duration left = deadline - Now();
    if (left <= absl::ZeroDuration()) return late();
    std::vector<pollfd> polled;
    for (const auto& stream : open) polled.push_back({pipe(stream.first), POLLIN, 0});
    if (::poll(polled.data(), polled.size(), Milliseconds(left)) <= 0) continue;
    for (auto stream = open.begin(); stream != open.end();) {
      const bool more = Read(stream->first, absl::ZeroDuration(), stream->second);
      if (stream->second->size() > limits.bytes) {
        return absl::ResourceExhaustedError(
            absl::StrCat("it prints more than ", limits.bytes, " bytes"));
      }
      stream = more ? std::next(stream) : open.erase(stream);
    }
  }
  const std::optional<ChildExit> exit = Wait(deadline - Now());
  if (!exit.has_value()) return late();
  output.exit = *exit;
  return output;
}

absl::StatusOr<std::string> CaptureOutput(const std::vector<std::string>& command,
                                          const ChildLimits& limits) {
  ChildOptions options;
  options.command = command;
  options.streams = CapturedStreams();
  options.own_group = true;
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<ChildProcess> child, ChildProcess::Start(options));
  absl::StatusOr<ChildOutput> finished = child->Finish(limits);
  if (!finished.ok()) return Annotate(finished.status(), absl::StrJoin(command, " "));
  ChildOutput output = *std::move(finished);
  if (output.exit.status == 0) return std::move(output.out);
  const std::string said(absl::StripAsciiWhitespace(output.error));
  if (output.exit.signal() == 0 && !said.empty()) return absl::FailedPreconditionError(said);
  return absl::FailedPreconditionError(
      absl::StrCat(absl::StrJoin(command, " "), ": ", output.exit.signal() != 0 ? "killed by " : "",
                   output.exit.Describe(), said.empty() ? "" : ": ", said));
}

absl::Status BecomeProgram(const std::vector<std::string>& command) {
  std::vector<char*> words;
  words.reserve(command.size() + 1);
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execv(words[0], words.data());
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot run ", command[0]));
}

std::string ProgramFolder() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
}

void DieWithParent() { ::prctl(PR_SET_PDEATHSIG, SIGKILL); }

}  // namespace facet
