// Runs a program again whenever files change: `facet run --watch`.
//
// Files are looked at several times a second (a network file system tells of nothing) and never
// read: a file changed if its size, time or inode did. A change counts once all files have been
// still for a while, for a linker writes in pieces, and a file that is gone may come back.
#ifndef FACET_CORE_APP_WATCH_H_
#define FACET_CORE_APP_WATCH_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/time/time.h"

namespace facet {

struct WatchedPaths {
  std::vector<std::string> files;  // need not exist; of a folder: when names in it came or went
  std::vector<std::string> plugin_folders;  // all lib*.so in them, new ones too
};

struct FileChange {
  enum class Kind { kChanged, kNew, kGone };
  std::string path;
  Kind kind = Kind::kChanged;
};
// "libloss.so changed, librings.so is new": names of at most three.
std::string ChangesText(const std::vector<FileChange>& changes);

class FileWatch {
 public:
  static constexpr absl::Duration kStill = absl::Milliseconds(500);
  static constexpr absl::Duration kComesBack = absl::Seconds(10);

  // Changes are those from now on.
  explicit FileWatch(WatchedPaths paths);
  // Looks. What changed since the beginning, sorted by path, once it is over: nothing has changed
  // for kStill, or kComesBack where a file is gone. Empty until then. `now` is of any clock that
  // nobody sets.
  std::vector<FileChange> Settled(absl::Time now);

 private:
  using State = std::tuple<int64_t, int64_t, uint64_t>;  // size, time [ns], inode
  using States = std::map<std::string, State>;           // of what exists
  States Look() const;

  WatchedPaths paths_;
  States first_, last_;
  absl::Time still_since_ = absl::InfinitePast();
};

struct WatchedProgram {
  std::vector<std::string> command;
  // What the program reads, asked before each start.
  std::function<WatchedPaths()> paths;
  std::function<int()> stop_signal;             // as StopSignal() of signals.h
  std::function<void(const std::string&)> say;  // one line for the user
};

// Runs it, and again after each change; what still runs is told to stop (SIGINT) and waited for.
// Ends at a stop signal, which a running program gets too: with its exit code, else 130 or 143. The
// program is killed when the caller dies, if it calls FollowWatcher().
int RunWatched(const WatchedProgram& program);

// For the watched program: whether RunWatched() of its parent started it. Then it dies with it.
bool FollowWatcher();

}  // namespace facet

#endif  // FACET_CORE_APP_WATCH_H_
