// Killed with SIGKILL at a random moment, the host, a worker or both, and started again: the same
// artifacts as a run that nobody disturbed, and nothing to repair. Whole tables, cut to seconds.
//
// A short form runs with all tests. The long one, about an hour on two idle cores:
//
//   FACET_KILLS=50 FACET_KILLS_SEED=1 bazel test //tests/kills:kills_test --test_timeout=20000
//     --test_filter='*Table4*' --test_output=streamed --nocache_test_results
//
// FACET_KILLS: how many runs of a table, each killed once. FACET_KILLS_SEED draws other moments.
// Each prints a line: when it was killed, who, and which stages ran then.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

int64_t NumberFrom(const char* variable, int64_t otherwise) {
  const char* const value = std::getenv(variable);
  int64_t number = otherwise;
  EXPECT_TRUE(value == nullptr || absl::SimpleAtoi(value, &number)) << variable;
  return number;
}

// Rows and stages that were begun and not ended, as the run's events say.
std::string Running(const std::string& err) {
  std::set<std::string> running;
  for (const Json& event : Events(err)) {
    if (event.value("event", "") != "stage") continue;
    const std::vector<std::string> rows = event.value("rows", std::vector<std::string>());
    const std::string stage =
        absl::StrCat(rows.empty() ? "" : rows.front(), "/", event.value("stage", ""));
    if (event.value("state", "") == "running") {
      running.insert(stage);
    } else {
      running.erase(stage);
    }
  }
  return running.empty() ? "nothing" : absl::StrJoin(running, ", ");
}

class KillsTest : public EndToEndTest {
 protected:
  std::unique_ptr<Program> StartTable(const std::string& table, const std::string& store) const {
    return Start({"--store", store, "run", fs::absolute("tests/kills/" + table).string(),
                  "--progress=json", "-j", "2"});
  }

  void KillRunsOf(const std::string& table, int64_t num_runs) {
    const Clock::time_point start = Clock::now();
    const Ending undisturbed = StartTable(table, "undisturbed")->Wait();
    double seconds = SecondsSince(start);
    ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.err;
    const auto artifacts = Artifacts(folder() + "/undisturbed");
    std::mt19937 random(static_cast<unsigned>(NumberFrom("FACET_KILLS_SEED", 1)));
    std::printf("undisturbed: %.1f s, %zu artifacts\n", seconds, artifacts.size());
    // One in each part of the run, in any order.
    std::vector<int64_t> parts(static_cast<size_t>(num_runs));
    std::iota(parts.begin(), parts.end(), 0);
    std::shuffle(parts.begin(), parts.end(), random);
    for (int64_t run = 1; run <= num_runs && !HasFailure(); ++run) {
      const double part = static_cast<double>(parts[static_cast<size_t>(run - 1)]) +
                          std::uniform_real_distribution<>()(random);
      const unsigned whom = random() % 3;
      const std::string store = absl::StrCat("store.", run);
      const std::string name = absl::StrCat("run ", run, " of ", table);
      // On a machine that has become quicker the run is over before the moment: then a sooner one.
      while (!Kill(name, table, store, 0.95 * seconds * part / static_cast<double>(num_runs), whom,
                   &seconds)) {
        fs::remove_all(folder() + "/" + store);
        ASSERT_FALSE(HasFailure());
      }
      const Ending rest = StartTable(table, store)->Wait();
      ASSERT_EQ(rest.exit_code, 0) << rest.err;
      Check(store, artifacts);
      fs::remove_all(folder() + "/" + store);
    }
  }

 private:
  static double SecondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }

  // False: it was over before that moment and took no longer than `seconds` says then.
  bool Kill(const std::string& name, const std::string& table, const std::string& store,
            double moment, unsigned whom, double* seconds) {
    const Clock::time_point start = Clock::now();
    const std::unique_ptr<Program> started = StartTable(table, store);
    Program& program = *started;
    const auto is_time = [&] { return SecondsSince(start) > moment; };
    const bool reached = program.WaitUntil(is_time);
    const std::vector<pid_t> workers = WorkersOf(program.id());
    const std::string running = Running(program.err());
    const char* killed = nullptr;
    if (reached && ::kill(program.id(), 0) == 0 && is_time()) {
      const bool of_worker = whom != 0 && !workers.empty();
      const bool of_host = whom != 1 || workers.empty();
      killed = of_worker && of_host ? "host and worker" : of_worker ? "a worker" : "the host";
      // Both at once: neither has time for what it does when the other is gone.
      if (of_host) ::kill(program.id(), SIGSTOP);
      if (of_worker) ::kill(workers[0], SIGKILL);
      if (of_host) ::kill(program.id(), SIGKILL);
    }
    const Ending ending = program.Wait();
    if (killed == nullptr) *seconds = std::min(*seconds, SecondsSince(start));
    std::printf("%s: after %.2f s killed %s, in %s; exit code %d\n", name.c_str(), moment,
                killed == nullptr ? "nobody: it was over" : killed, running.c_str(),
                ending.exit_code);
    std::fflush(stdout);
    if (ending.exit_code == 8) {  // of one that was asked for its versions: no stage had begun
      EXPECT_EQ(running, "nothing");
      EXPECT_THAT(ending.err, testing::HasSubstr("facet-worker versions: killed by signal 9"));
    } else {
      EXPECT_THAT(ending.exit_code, testing::AnyOf(0, 1, 128 + SIGKILL)) << ending.err;
    }
    return killed != nullptr;
  }

  void Check(const std::string& store, const std::map<std::string, std::string>& artifacts) {
    EXPECT_EQ(Artifacts(folder() + "/" + store), artifacts);
    const std::string cache = absl::StrCat(folder(), "/", store, "/cache/v1");
    EXPECT_TRUE(fs::is_empty(cache + "/tmp"));
    EXPECT_TRUE(fs::is_empty(cache + "/checkpoints"));
    EXPECT_FALSE(fs::exists(cache + "/quarantine"));
    const Ending verified = Facet({"--store", store, "cache", "verify"});
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
  }
};

TEST_F(KillsTest, Table4KilledAtAnyMomentEndsWithTheSameBits) {
  KillRunsOf("table4_cut.toml", NumberFrom("FACET_KILLS", 2));
}

TEST_F(KillsTest, Table2KilledAtAnyMomentEndsWithTheSameBits) {
  if (std::getenv("FACET_KILLS") == nullptr) {
    GTEST_SKIP() << "takes minutes: FACET_KILLS=10 makes ten runs of it";
  }
  KillRunsOf("table2_cut.toml", NumberFrom("FACET_KILLS", 1));
}

}  // namespace
}  // namespace facet
