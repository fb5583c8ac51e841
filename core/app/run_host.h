// Who computes a run: host.json in its folder, a file that the host holds locked (flock) for as
// long as it lives. The kernel drops the lock with its holder, so that on one machine it is certain
// whether a run is going, whatever ended it and whoever has the process number by now. Of a run on
// another machine nothing but its files is known.
#ifndef FACET_CORE_APP_RUN_HOST_H_
#define FACET_CORE_APP_RUN_HOST_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/json.h"

namespace facet {

struct RunHost {
  std::string machine, boot;  // its name, and what tells its kernel from others
  pid_t pid = 0;
  int64_t start_ticks = 0;  // of the process, since the kernel started: tells it from a later one
  uid_t uid = 0;
  std::string user;
  std::string command;  // a whole command line
  std::string folder;   // where it was given
  std::string file;     // the experiment, absolute
  absl::Time since;
  bool locked = true;  // false: the file system has no locks

  // The process that calls.
  static RunHost ThisOne();
  bool IsHere() const;           // on this machine, since it started
  std::string Describe() const;  // "process 4711 on node7"
};
Json ToJson(const RunHost& host);

// Nothing: there is none, or none that can be read (a run of a facet that wrote none).
std::optional<RunHost> ReadRunHost(const std::string& run_folder);

// Holds a run as its host while it lives.
class RunHold {
 public:
  static absl::StatusOr<std::unique_ptr<RunHold>> Take(const std::string& run_folder, RunHost host);
  ~RunHold();
  RunHold(const RunHold&) = delete;
  RunHold& operator=(const RunHold&) = delete;

 private:
  explicit RunHold(int file) : file_(file) {}
  const int file_;
};

enum class HostLife {
  kLives,
  kGone,       // it ended, whatever its run says
  kElsewhere,  // on another machine
  kUnknown,    // there is no host.json
};
HostLife LifeOf(const std::string& run_folder, const std::optional<RunHost>& host);

// Signals the host itself, never another process that has its number by now. FailedPrecondition: it
// does not run here; PermissionDenied: it is another user's.
absl::Status SignalHost(const RunHost& host, int signal);

}  // namespace facet

#endif  // FACET_CORE_APP_RUN_HOST_H_
