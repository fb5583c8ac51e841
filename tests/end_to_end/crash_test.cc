// A component that ends its worker, or never ends itself, costs the rows that use it and no other.
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

// Rows that share everything with the first of tiny.toml but what aligns their test images.
constexpr char kRows[] = R"(
schema = 1
extends = "tiny.toml"

[[row]]
id = "well"
extends = "softmax"
test.aligner = { use = "unruly" }

[[row]]
id = "segfault"
extends = "well"
test.aligner.act = "segfault"

[[row]]
id = "abort"
extends = "well"
test.aligner.act = "abort"

[[row]]
id = "exit"
extends = "well"
test.aligner.act = "exit"

[[row]]
id = "throw"
extends = "well"
test.aligner.act = "throw"

[[row]]
id = "throw_in_thread"
extends = "well"
test.aligner.act = "throw_in_thread"

[[row]]
id = "loop"
extends = "well"
test.aligner.act = "loop"
limits.hours = 0.0005

[[row]]
id = "allocate"
extends = "well"
test.aligner.act = "allocate"
limits.memory_gib = 0.3
)";

class CrashTest : public EndToEndTest {
 protected:
  void SetUp() override {
    EndToEndTest::SetUp();
    std::filesystem::create_directory(folder() + "/plugins");
    std::filesystem::copy_file("tests/crashing_plugins/libunruly.so", Library());
    std::filesystem::copy_file(DataFile("tiny.toml"), folder() + "/tiny.toml");
    Write("unruly.toml", kRows);
    CopyTinyStore();
  }
  std::string Library() const { return folder() + "/plugins/libunruly.so"; }

  Ending RunUnruly(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--plugin-path", "plugins", "run", "unruly.toml"});
    return Facet(arguments);
  }
  // What a failure says of its stage, up to the log's lines.
  static std::string Failed(const std::string& row, const std::string& what) {
    return absl::StrCat("failed: row ", row, ", stage test.align: ", what);
  }
};

TEST_F(CrashTest, OnlyTheRowsOfAComponentThatCrashesFail) {
  const Ending run = RunUnruly({"--keep-going"});
  EXPECT_EQ(run.exit_code, 1) << run.err;
  const std::string components = absl::StrCat("\n  components of the stage: aligner \"unruly\" of ",
                                              Library(), "\n  what to do: ");
  const std::string check = absl::StrCat("`facet plugins check ", Library(), "` tries what ");
  EXPECT_THAT(run.err, HasSubstr(check));
  const std::string killed = "the worker was killed by signal ";
  EXPECT_THAT(run.err, HasSubstr(Failed("segfault", killed + "11 (Segmentation fault); ")));
  EXPECT_THAT(run.err, HasSubstr(Failed("abort", killed + "6 (Aborted); ")));
  EXPECT_THAT(run.err,
              HasSubstr(Failed("exit",
                               "the worker exited with code 0 and no result; last lines of "
                               "its log:\n")));
  EXPECT_THAT(run.err, HasSubstr("exit(0) was called by a component of the stage"));
  EXPECT_THAT(run.err, HasSubstr(Failed("throw",
                                        "the aligner unruly fails on all 40 faces: "
                                        "test_00000/0000, ")));
  EXPECT_THAT(run.err, HasSubstr(" and 30 more: unruly: exception: thrown in Align\n"));
  EXPECT_THAT(run.err, AllOf(HasSubstr(Failed("throw_in_thread", killed + "6 (Aborted); ")),
                             HasSubstr("what():  thrown in a thread")));
  EXPECT_THAT(run.err,
              HasSubstr(Failed("loop",
                               "the stage went beyond its limit of 1.8 s (limits.hours); the "
                               "worker did not stop and was killed; ")));
  EXPECT_THAT(run.err, HasSubstr("allow more (--set limits.hours=N)"));
  EXPECT_THAT(run.err, HasSubstr(Failed("allocate",
                                        "the stage went beyond its limit of 307 MiB of memory "
                                        "(limits.memory_gib): it held ")));
  EXPECT_THAT(run.err, HasSubstr("; the worker was killed; "));
  size_t named = 0;
  for (size_t at = run.err.find(components); at != std::string::npos;
       at = run.err.find(components, at + 1)) {
    ++named;
  }
  EXPECT_EQ(named, 6u) << run.err;  // all but the exception, which names it at its place
  for (const char* row : {"softmax", "triplet", "well"}) {
    EXPECT_THAT(run.err, Not(HasSubstr(absl::StrCat("failed: row ", row, " ("))));
    EXPECT_THAT(run.err, Not(HasSubstr(absl::StrCat("failed: row ", row, ","))));
  }
  EXPECT_THAT(run.out, HasSubstr(" ± "));
  EXPECT_TRUE(std::filesystem::is_empty(store() + "/cache/v1/tmp"));
}

// Components are tried in one process: one that hurts it is tried again alone, and it alone is named.
TEST_F(CrashTest, OneThatCrashesWhileItIsTriedIsNamedAlone) {
  std::filesystem::copy_file("tests/crashing_plugins/libunruly_sampler.so",
                             folder() + "/plugins/libunruly_sampler.so");
  Write("tried.toml", R"(
schema = 1
extends = "tiny.toml"

[[row]]
id = "segfault"
extends = "softmax"
train.sampler = { use = "unruly_sampler", act = "segfault" }

[[row]]
id = "exit"
extends = "softmax"
train.sampler = { use = "unruly_sampler", act = "exit" }

[[row]]
id = "well"
extends = "softmax"
train.sampler = { use = "unruly_sampler" }
)");
  const Ending check = Facet({"--plugin-path", "plugins", "check", "tried.toml"});
  EXPECT_EQ(check.exit_code, 3) << check.err;
  const std::string named = absl::StrCat("train.sampler: sampler unruly_sampler of ", folder(),
                                         "/plugins/libunruly_sampler.so cannot be made: ");
  const std::string help = "; `facet plugins check` looks into a library\n  --> ";
  EXPECT_THAT(check.err, HasSubstr(named + "killed by signal 11" + help + "tried.toml:8:25"));
  EXPECT_THAT(check.err,
              HasSubstr(named + "it ends the process, with no answer" + help + "tried.toml:13:25"));
  size_t problems = 0;
  for (size_t at = check.err.find("cannot be made"); at != std::string::npos;
       at = check.err.find("cannot be made", at + 1)) {
    ++problems;
  }
  EXPECT_EQ(problems, 2u) << check.err;
}

// Whatever the signal that the rows failed with; one that was mended is done, and is not among
// those of the run after.
TEST_F(CrashTest, RetryFailedComputesTheRowsThatFailedLast) {
  const auto rows_of = [](const Ending& run) {
    std::vector<std::string> rows;
    for (const Json& event : Events(run.err)) {
      if (event.value("event", "") == "failed") rows.push_back(event.at("rows").at(0));
    }
    return rows;
  };
  const std::vector<std::string> first = {"well", "segfault", "abort", "softmax",
                                          "--progress=json"};
  Ending run = RunUnruly(first);
  EXPECT_EQ(run.exit_code, 1) << run.err;
  EXPECT_THAT(rows_of(run), UnorderedElementsAre("segfault", "abort"));

  run = RunUnruly({"--retry-failed", "--progress=json", "--set", "abort:test.aligner.act=behave"});
  EXPECT_EQ(run.exit_code, 1) << run.err;
  EXPECT_THAT(rows_of(run), UnorderedElementsAre("segfault"));
  EXPECT_THAT(run.out, AllOf(HasSubstr("abort"), HasSubstr("segfault"), Not(HasSubstr("throw"))));

  run =
      RunUnruly({"--retry-failed", "--progress=json", "--set", "segfault:test.aligner.act=behave"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("segfault"), Not(HasSubstr("abort"))));

  run = RunUnruly({"--retry-failed"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("no row failed in the last run (.facet/runs/unruly/"));

  EXPECT_EQ(RunUnruly({"--retry-failed", "well"}).exit_code, 2);
  EXPECT_EQ(RunUnruly({"--keep-going", "--fail-fast"}).exit_code, 2);
  const Ending none = Facet({"--store", "empty", "run", "tiny.toml", "--retry-failed"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.err, HasSubstr("no run of tiny.toml is in the store empty"));
}

// A program that reads stderr finds nothing but events there, whatever happens.
TEST_F(CrashTest, JsonProgressIsNothingButEvents) {
  const auto all_events = [](const std::string& err) {
    size_t lines = 0;
    for (const char each : err) lines += each == '\n' ? 1 : 0;
    return Events(err).size() == lines && (err.empty() || err.back() == '\n');
  };
  Ending run = RunUnruly({"well", "segfault", "--progress=json", "-v"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_TRUE(all_events(run.err)) << run.err;
  const std::vector<Json> events = Events(run.err);
  ASSERT_FALSE(events.empty());
  const Json& end = events.back();
  EXPECT_EQ(end.value("event", ""), "end");
  EXPECT_EQ(end.value("exit_code", -1), 1);
  EXPECT_EQ(end.value("failed", -1), 1);
  EXPECT_THAT(end.value("continue", ""), HasSubstr("run unruly.toml well segfault"));
  const Json& failed = events.at(events.size() - 2);
  EXPECT_EQ(failed.value("event", ""), "failed");
  EXPECT_THAT(failed.value("message", ""), HasSubstr("killed by signal 11"));
  EXPECT_TRUE(std::filesystem::exists(folder() + "/" + failed.value("log", "")) ||
              std::filesystem::exists(failed.value("log", "")));

  run = RunUnruly({"--progress=json", "--set", "well:test.aligner.act=misbehave"});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_TRUE(all_events(run.err)) << run.err;
  EXPECT_EQ(Events(run.err).at(0).value("event", ""), "problem");
  EXPECT_EQ(Events(run.err).at(0).value("place", ""), "--set #1");

  run = RunUnruly({"nobody", "--progress=json"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_TRUE(all_events(run.err)) << run.err;
  EXPECT_EQ(Events(run.err).at(0).value("event", ""), "error");
}

// Everything is computed anew, and stored: the same bits.
TEST_F(CrashTest, NoCacheComputesEveryStage) {
  const auto before = Artifacts(store());
  EXPECT_THAT(Computed(RunTiny({})), IsEmpty());
  const Ending run = RunTiny({"--no-cache"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(Computed(run).size(), 13u);
  EXPECT_EQ(Artifacts(store()), before);
  EXPECT_THAT(Computed(RunTiny({})), IsEmpty());
}

}  // namespace
}  // namespace facet
