// A disk that fails: one of the first 200 writes, renames or syncs of each thread ends with EIO or
// ENOSPC, as strace makes it. The run says so and ends, or goes on where that call mattered to
// nobody; what is stored stays whole; run again on a disk that works it ends with the same
// artifacts as a run that nothing disturbed, and nothing is to be repaired.
//
// A short form runs with all tests. As many as an hour takes, other ones with another seed:
//
//   FACET_FAILED_CALLS_SECONDS=3600 FACET_FAILED_CALLS_SEED=1
//     bazel test //tests/kills:failed_calls_test --test_timeout=7200 --test_output=streamed
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/file.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kFirstCalls = 200;

// What a program may call for one thing.
const std::map<std::string, std::string> kCalls = {
    {"write", "write,pwrite64,writev,ftruncate"},
    {"rename", "rename,renameat,renameat2"},
    {"fsync", "fsync,fdatasync"},
};
const std::map<std::string, std::string> kErrors = {
    {"EIO", "Input/output error"},
    {"ENOSPC", "No space left on device"},
};

int64_t NumberOf(const char* variable, int64_t otherwise) {
  const char* const value = std::getenv(variable);
  int64_t number = otherwise;
  EXPECT_TRUE(value == nullptr || absl::SimpleAtoi(value, &number)) << variable;
  return number;
}

std::vector<std::string> LinesOf(const std::string& path) {
  return absl::StrSplit(ReadFile(path).value_or(""), '\n', absl::SkipEmpty());
}

class FailedCallsTest : public EndToEndTest {
 protected:
  void SetUp() override {
    EndToEndTest::SetUp();
    if (!fs::exists("/usr/bin/strace")) GTEST_SKIP() << "needs the package strace";
    const Ending tried =
        Program({"/usr/bin/strace", "-f", "-o", "/dev/null", "/bin/true"}, folder()).Wait();
    if (tried.exit_code != 0) GTEST_SKIP() << "strace may trace nothing here: " << tried.err;
  }

  Ending RunTraced(const std::vector<std::string>& what, const std::string& store) const {
    std::vector<std::string> command = {"/usr/bin/strace", "-f", "--seccomp-bpf", "-qq", "-o",
                                        TracePath()};
    command.insert(command.end(), what.begin(), what.end());
    for (const std::string& word :
         {ProgramPath(), std::string("--store"), store, std::string("run"), DataFile("tiny.toml"),
          std::string("--progress=json")}) {
      command.push_back(word);
    }
    return Program(command, folder()).Wait();
  }
  std::string TracePath() const { return folder() + "/trace.txt"; }

  // The most calls of a kind that one thread makes, at most kFirstCalls.
  std::map<std::string, int> MostCalls() const {
    std::map<std::string, int> most;
    for (const auto& [kind, calls] : kCalls) {
      fs::remove_all(folder() + "/counted");
      const Ending ending = RunTraced({"-e", "trace=" + calls}, "counted");
      EXPECT_EQ(ending.exit_code, 0) << ending.err;
      std::map<std::string, int> by_thread;
      for (const std::string& line : LinesOf(TracePath())) {
        ++by_thread[line.substr(0, line.find(' '))];
      }
      for (const auto& [thread, count] : by_thread) most[kind] = std::max(most[kind], count);
      most[kind] = std::min(most[kind], kFirstCalls);
    }
    return most;
  }

  // Whether a call failed, and whether one was to say something: to stdout or stderr.
  std::pair<bool, bool> Injected() const {
    bool any = false, of_speech = false;
    for (const std::string& line : LinesOf(TracePath())) {
      if (!absl::StrContains(line, "(INJECTED)")) continue;
      any = true;
      of_speech = of_speech || absl::StrContains(line, "write(1,") ||
                  absl::StrContains(line, "write(2,") || absl::StrContains(line, "writev(2,");
    }
    return {any, of_speech};
  }
};

TEST_F(FailedCallsTest, NothingIsLostWhenTheDiskFails) {
  const Ending undisturbed = RunTiny({}, "undisturbed");
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.err;
  const auto artifacts = Artifacts(folder() + "/undisturbed");
  const std::map<std::string, int> most = MostCalls();
  const int64_t seconds = NumberOf("FACET_FAILED_CALLS_SECONDS", 0);
  std::mt19937 random(static_cast<unsigned>(NumberOf("FACET_FAILED_CALLS_SEED", 1)));
  const auto draw = [&random](const auto& choices) {
    return std::next(choices.begin(), static_cast<int64_t>(random() % choices.size()));
  };
  const Clock::time_point start = Clock::now();
  int64_t tried = 0, failed = 0;
  while (!HasFailure() &&
         (seconds == 0 ? tried < 4 : Clock::now() - start < std::chrono::seconds(seconds))) {
    // The short form: each kind and error in turn.
    const auto kind = seconds == 0 ? std::next(kCalls.begin(), tried % 3) : draw(kCalls);
    const auto error = seconds == 0 ? std::next(kErrors.begin(), tried % 2) : draw(kErrors);
    const int number = 1 + static_cast<int>(random() % static_cast<unsigned>(most.at(kind->first)));
    const std::string name = absl::StrCat(kind->first, " ", number, " ", error->first);
    fs::remove_all(store());
    const Ending ending = RunTraced(
        {"-e", absl::StrCat("inject=", kind->second, ":error=", error->first, ":when=", number)},
        ".facet");
    const auto [injected, of_speech] = Injected();
    ++tried;
    failed += ending.exit_code != 0 ? 1 : 0;
    std::printf("%s: %s, exit code %d\n", name.c_str(), injected ? "failed" : "never called",
                ending.exit_code);
    std::fflush(stdout);
    // 8: a worker could not say which libraries it has.
    EXPECT_THAT(ending.exit_code, testing::AnyOf(0, 1, 5, 8)) << name << "\n" << ending.err;
    if (ending.exit_code != 0 && !of_speech) {
      EXPECT_THAT(ending.err, testing::HasSubstr(error->second)) << name;
    }
    const Ending again = RunTiny({});
    ASSERT_EQ(again.exit_code, 0) << name << "\n" << again.err;
    EXPECT_EQ(Artifacts(store()), artifacts) << name;
    EXPECT_FALSE(fs::exists(store() + "/cache/v1/quarantine")) << name << "\n" << ending.err;
    EXPECT_TRUE(fs::is_empty(store() + "/cache/v1/tmp")) << name;
  }
  std::printf("%lld tried, of which %lld ended the run\n", static_cast<long long>(tried),
              static_cast<long long>(failed));
}

}  // namespace
}  // namespace facet
