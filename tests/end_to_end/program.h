// The built program, run as a user runs it: by name, in a folder, with a deadline.
#ifndef FACET_TESTS_END_TO_END_PROGRAM_H_
#define FACET_TESTS_END_TO_END_PROGRAM_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/child_process.h"
#include "core/base/json.h"
#include "gtest/gtest.h"

namespace facet {

struct Ending {
  int exit_code = -1;  // 128 + n where signal n ended it, as a shell says it
  std::string out, err;
};

// A started program. What has not ended after ten minutes is killed, and so is what still runs in
// the destructor.
class Program {
 public:
  // `command[0]` is a path. Output goes to two files in `folder`, where the program starts too.
  Program(const std::vector<std::string>& command, const std::string& folder);

  pid_t id() const { return child_->id(); }
  std::string err() const;  // what it said so far
  // Waits until `is_so` or the program has ended; was it so?
  bool WaitUntil(const std::function<bool()>& is_so);
  Ending Wait();

 private:
  const std::string out_path_, err_path_;
  const std::chrono::steady_clock::time_point deadline_;
  std::unique_ptr<ChildProcess> child_;
};

// What `run tiny.toml` says on stderr where it computes nothing: a regular expression.
inline constexpr char kAllCached[] =
    "13 stages: 0 computed, 13 from the cache\ncost: the cache saved [^\n]*\n";

// One event of `run --progress=json` per line of stderr that is one.
std::vector<Json> Events(const std::string& err);
// Names of the stages that were computed, sorted, one per stage (rows may share names).
std::vector<std::string> Computed(const Ending& ending);
// Children of a process that run the worker.
std::vector<pid_t> WorkersOf(pid_t host);

// What a store holds: the stage's type and name with its key -> its files with their digests.
std::map<std::string, std::string> Artifacts(const std::string& store);

// An empty folder per test, and facet in it. Its store is ".facet" there.
class EndToEndTest : public testing::Test {
 protected:
  void SetUp() override;

  const std::string& folder() const { return folder_; }
  std::string store() const { return folder_ + "/.facet"; }
  static std::string ProgramPath();
  // tests/end_to_end/<name>, absolute.
  static std::string DataFile(const std::string& name);
  std::string Write(const std::string& name, const std::string& text) const;

  std::unique_ptr<Program> Start(const std::vector<std::string>& arguments) const;
  Ending Facet(const std::vector<std::string>& arguments) const;
  // `facet --store STORE run tiny.toml --progress=json ARGUMENTS...`
  std::unique_ptr<Program> StartTiny(const std::vector<std::string>& arguments,
                                     const std::string& store = ".facet") const;
  Ending RunTiny(const std::vector<std::string>& arguments,
                 const std::string& store = ".facet") const;
  // A store in which `experiment`, a file beside the tests, has run once for all tests of the
  // program, copied to the folder `name` here; what `run --progress=json` said then.
  const Ending& CopyStoreOf(const std::string& experiment,
                            const std::string& name = ".facet") const;
  void CopyTinyStore(const std::string& name = ".facet") const { CopyStoreOf("tiny.toml", name); }

 private:
  std::string folder_;
};

}  // namespace facet

#endif  // FACET_TESTS_END_TO_END_PROGRAM_H_
