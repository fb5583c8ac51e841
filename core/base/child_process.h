// Programs in processes of their own, started by posix_spawn. (Boost.Process is slow to compile and
// limits neither time nor output.)
//
//   ChildOptions options;
//   options.command = {"sort", "-u"};
//   options.streams = {{STDIN_FILENO, ChildStream::PipeIn()},
//                      {STDOUT_FILENO, ChildStream::PipeOut()}};
//   FACET_ASSIGN_OR_RETURN(const auto sort, ChildProcess::Start(options));
//
// A child starts with default signals, and ends with its object: it is killed where it still runs.
// One that must not outlive a caller that was itself killed says so: DieWithParent().
#ifndef FACET_CORE_BASE_CHILD_PROCESS_H_
#define FACET_CORE_BASE_CHILD_PROCESS_H_

#include <sys/resource.h>
#include <sys/types.h>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace facet {

// What one of a child's descriptors is.
struct ChildStream {
  enum class Kind { kNull, kFile, kPipeOut, kPipeIn, kOpen };
  static ChildStream Null() { return {Kind::kNull, ""}; }  // nothing to read, and nobody reads it
  static ChildStream File(std::string path) { return {Kind::kFile, std::move(path)}; }  // appended
  static ChildStream PipeOut() { return {Kind::kPipeOut, ""}; }  // to the caller
  static ChildStream PipeIn() { return {Kind::kPipeIn, ""}; }    // from the caller
  // What the caller has open under this number: both have it then, with the locks on it.
  static ChildStream Open(int file) { return {Kind::kOpen, "", file}; }

  Kind kind = Kind::kNull;
  std::string path = {};  // kFile
  int file = -1;          // kOpen
};
using ChildStreams = std::map<int, ChildStream>;  // by the child's descriptor

struct ChildOptions {
  // The program, by path or as a shell finds it, and its arguments.
  std::vector<std::string> command;
  // "NAME=value"; without it the caller's.
  std::optional<std::vector<std::string>> environment;
  // Where it starts; empty: where the caller is.
  std::string folder;
  // Without an entry 0, 1 and 2 are the caller's.
  ChildStreams streams;
  // It leads a process group of its own: a Ctrl-C on the terminal does not reach it, a signal from
  // the caller reaches its children too.
  bool own_group = false;
  // What it leaves running in that group is killed as soon as it has ended.
  bool group_ends_with_it = false;
};

// The caller's environment with these variables set, or left out where they have no value.
std::vector<std::string> EnvironmentWith(
    const std::map<std::string, std::optional<std::string>>& changes);

// stdin empty, stdout and stderr for Finish().
ChildStreams CapturedStreams();

struct ChildExit {
  int status = 0;     // as waitpid() gives it
  rusage usage = {};  // of the child and its children that it waited for

  int signal() const;            // that killed it; 0: none did
  int code() const;              // it exited with; -1 if a signal killed it
  std::string Describe() const;  // "exit code 3", "signal 9"
};

struct ChildOutput {
  ChildExit exit;
  std::string out, error;
};

struct ChildLimits {
  absl::Duration time = absl::InfiniteDuration();
  size_t bytes = std::string::npos;  // of stdout and of stderr
};

class ChildProcess {
 public:
  // Errors name what cannot be opened, or the program and the system's reason.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(const ChildOptions& options);
  // Kills the child, or its group, unless its end was waited for.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t id() const { return pid_; }

  // The caller's end of a pipe, by the child's descriptor.
  int pipe(int number) const { return pipes_.at(number); }
  void ClosePipe(int number);
  // Appends what is there, or comes within `timeout`. False: the pipe is at its end.
  bool Read(int number, absl::Duration timeout, std::string* text);

  // To the child, or its group. Nothing happens after its end was waited for.
  void Signal(int signal);

  // None: it still runs after `timeout`.
  std::optional<ChildExit> Wait(absl::Duration timeout);
  ChildExit Wait() { return *Wait(absl::InfiniteDuration()); }

  // Of a child with CapturedStreams(): all that it says, until it ends. DeadlineExceeded,
  // ResourceExhausted: it went beyond a limit, and still runs.
  absl::StatusOr<ChildOutput> Finish(const ChildLimits& limits = {});

 private:
  ChildProcess(bool own_group, bool group_ends_with_it)
      : own_group_(own_group), group_ends_with_it_(own_group && group_ends_with_it) {}

  const bool own_group_, group_ends_with_it_;
  pid_t pid_ = -1;
  std::map<int, int> pipes_;
  std::optional<ChildExit> exit_;
};

// Runs a program to its end and returns what it printed on stdout. FailedPrecondition, with its
// stderr, where it exits with another code than 0; one that goes beyond a limit is killed.
absl::StatusOr<std::string> CaptureOutput(const std::vector<std::string>& command,
                                          const ChildLimits& limits = {});

// The process becomes that program, its words those of `command`; returns only where it cannot.
absl::Status BecomeProgram(const std::vector<std::string>& command);

// The folder of the program that runs, links resolved.
std::string ProgramFolder();

// For the child: kills it when the thread that started it ends, whatever ended that.
void DieWithParent();

}  // namespace facet

#endif  // FACET_CORE_BASE_CHILD_PROCESS_H_
