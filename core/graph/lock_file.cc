#include "core/graph/lock_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/regular_file.h"
#include "core/graph/machine_process.h"

namespace facet {
namespace {

// The letter that /proc has for what a process does: 'R', 'S', 'T' (stopped), ...; 0: there is none.
char StateOf(pid_t pid) {
  const std::vector<std::string> fields = ProcessFields(pid);
  return fields.empty() || fields[0].empty() ? '\0' : fields[0][0];
}

std::string HolderOf(int file) {
  char text[256] = "";
  const ssize_t size = ::pread(file, text, sizeof(text) - 1, 0);
  if (size <= 0) return "another process";
  const std::string holder(text, static_cast<size_t>(size));
  const pid_t pid = std::atoi(holder.substr(holder.find(' ') + 1).c_str());
  if (pid <= 0 || !absl::EndsWith(holder, " on " + MachineName())) return holder;
  const char state = StateOf(pid);
  if (state == 'T' || state == 't') {
    return absl::StrCat(holder, " (stopped; `kill -CONT ", pid, "` lets it go on)");
  }
  const bool has_ended = state == '\0' || state == 'Z' || state == 'X';
  return has_ended ? absl::StrCat(holder, " (which has ended, its worker has not yet)") : holder;
}

// Whether the path still names the file that is open.
bool IsAt(const std::string& path, int file) {
  struct stat open = {}, named = {};
  return ::fstat(file, &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
         open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

// 0, or what flock() says.
int TryFlock(int file) {
  while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

}  // namespace

absl::StatusOr<int> LockFile(const std::string& path, std::string* holder) {
  while (true) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
    if (absl::Status kind = CheckRegularFile(path); !kind.ok()) {
      ::close(file);
      return kind;
    }
    const int error = TryFlock(file);
    if (error == EWOULDBLOCK && holder != nullptr) *holder = HolderOf(file);
    if (error == 0 && IsAt(path, file)) {
      const std::string self = absl::StrCat("process ", ::getpid(), " on ", MachineName());
      if (::ftruncate(file, 0) == 0 &&
          ::pwrite(file, self.data(), self.size(), 0) == static_cast<ssize_t>(self.size())) {
        return file;
      }
      const absl::Status status = absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path));
      ::close(file);
      return status;
    }
    ::close(file);
    if (error == 0) continue;
    if (error == EWOULDBLOCK) return -1;
    if (error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP) {
      return absl::FailedPreconditionError(
          absl::StrCat("cannot lock ", path,
                       ": its file system has no locks, without which two runs could write to one "
                       "place; name a store on a local disk (--store), or mount it with locks"));
    }
    return absl::ErrnoToStatus(error, absl::StrCat("cannot lock ", path));
  }
}

}  // namespace facet
