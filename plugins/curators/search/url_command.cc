#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/base/status.h"
#include "plugins/curators/search/engine_results.h"

namespace facet {
namespace {

constexpr size_t kMaxOutput = size_t{16} << 20;
constexpr size_t kShownError = 500;

absl::Time Now() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

absl::StatusOr<std::vector<std::string>> Arguments(const std::vector<std::string>& argv,
                                                   const SearchQuery& query, int64_t count) {
  if (argv.empty() || argv[0].empty()) return absl::InvalidArgumentError("the command is empty");
  std::vector<std::string> arguments = {argv[0]};
  for (size_t i = 1; i < argv.size(); ++i) {
    arguments.push_back(absl::StrReplaceAll(
        argv[i],
        {{"{query}", query.text}, {"{engine}", query.engine}, {"{count}", absl::StrCat(count)}}));
    if (absl::StartsWith(arguments.back(), "-") && !absl::StartsWith(argv[i], "-")) {
      return absl::InvalidArgumentError(absl::StrCat("\"", argv[i], "\" would become the option \"",
                                                     arguments.back(), "\" of ", argv[0]));
    }
    if (arguments.back().find('\0') != std::string::npos) {
      return absl::InvalidArgumentError(absl::StrCat("\"", argv[i], "\" becomes two arguments"));
    }
  }
  return arguments;
}

// A program with its own process group, stdin empty, stdout and stderr in pipes.
class Child {
 public:
  ~Child() {
    for (const int end : ends_) {
      if (end >= 0) ::close(end);
    }
    if (pid_ < 0) return;
    ::kill(-pid_, SIGKILL);
    int ignored;
    while (::waitpid(pid_, &ignored, 0) < 0 && errno == EINTR) continue;
  }

  absl::Status Start(std::vector<std::string> arguments) {
    int out[2], error[2];
    if (::pipe2(out, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "cannot make a pipe");
    ends_[0] = out[0];
    if (::pipe2(error, O_CLOEXEC) != 0) {
      ::close(out[1]);
      return absl::ErrnoToStatus(errno, "cannot make a pipe");
    }
    ends_[1] = error[0];
    std::vector<char*> words;
    for (std::string& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out[1], 1);
    posix_spawn_file_actions_adddup2(&files, error[1], 2);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    const int code = ::posix_spawnp(&pid_, words[0], &files, &attributes, words.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    ::close(out[1]);
    ::close(error[1]);
    if (code == 0) return absl::OkStatus();
    pid_ = -1;
    return absl::ErrnoToStatus(code, absl::StrCat("cannot run ", arguments[0]));
  }

  // Both pipes to their ends, then the exit status of waitpid().
  absl::StatusOr<int> Finish(absl::Time deadline, std::string* out, std::string* error) {
    std::string* texts[2] = {out, error};
    int open = 2;
    while (open > 0) {
      pollfd polled[2] = {{ends_[0], POLLIN, 0}, {ends_[1], POLLIN, 0}};  // -1 is passed over
      const int64_t left_ms = absl::ToInt64Milliseconds(deadline - Now());
      if (left_ms <= 0) return absl::DeadlineExceededError("");
      if (::poll(polled, 2, static_cast<int>(std::min<int64_t>(left_ms, 1000))) < 0) continue;
      for (int i = 0; i < 2; ++i) {
        if (polled[i].revents == 0) continue;
        char buffer[8192];
        const ssize_t count = ::read(ends_[i], buffer, sizeof buffer);
        if (count > 0) {
          texts[i]->append(buffer, static_cast<size_t>(count));
          if (texts[i]->size() > kMaxOutput) return absl::ResourceExhaustedError("");
        } else if (count == 0 || errno != EINTR) {
          ::close(ends_[i]);
          ends_[i] = -1;
          --open;
        }
      }
    }
    int status;
    for (;;) {
      const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
      if (ended == pid_) break;
      if (Now() > deadline) return absl::DeadlineExceededError("");
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_ = -1;
  int ends_[2] = {-1, -1};
};

absl::StatusOr<std::vector<SearchHit>> ParseUrls(const std::string& output) {
  std::vector<SearchHit> hits;
  int64_t number = 0;
  for (absl::string_view line : absl::StrSplit(output, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    if (!absl::StartsWithIgnoreCase(line, "http://") &&
        !absl::StartsWithIgnoreCase(line, "https://")) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, " of its output is no URL: \"", line.substr(0, 80), "\""));
    }
    SearchHit hit;
    hit.url = std::string(line);
    hit.rank = static_cast<int64_t>(hits.size());
    hits.push_back(std::move(hit));
  }
  return hits;
}

}  // namespace

absl::StatusOr<std::vector<SearchHit>> RunUrlCommand(const std::vector<std::string>& argv,
                                                     const SearchQuery& query, int64_t count,
                                                     absl::Duration time_limit) {
  FACET_ASSIGN_OR_RETURN(const std::vector<std::string> arguments, Arguments(argv, query, count));
  const std::string place = absl::StrCat(argv[0], " for \"", query.text, "\"");
  Child child;
  FACET_RETURN_IF_ERROR(child.Start(arguments));
  std::string output, error;
  const absl::StatusOr<int> ended = child.Finish(Now() + time_limit, &output, &error);
  if (absl::IsDeadlineExceeded(ended.status())) {
    return absl::DeadlineExceededError(
        absl::StrCat(place, " ran over ", absl::FormatDuration(time_limit), " and was killed"));
  }
  if (!ended.ok()) return absl::ResourceExhaustedError(place + " printed more than 16 MiB");
  if (*ended != 0) {
    const std::string how = WIFEXITED(*ended) ? absl::StrCat("exit code ", WEXITSTATUS(*ended))
                                              : absl::StrCat("signal ", WTERMSIG(*ended));
    if (error.size() > kShownError) error = "..." + error.substr(error.size() - kShownError);
    absl::StripAsciiWhitespace(&error);
    return absl::UnknownError(absl::StrCat(place, " failed with ", how, ": ", error));
  }
  absl::StatusOr<std::vector<SearchHit>> hits = ParseUrls(output);
  if (!hits.ok()) return Annotate(hits.status(), place);
  return hits;
}

}  // namespace facet
