// The verb against a program that is a shell script: what it is asked, and what its answers come to.
#include "core/app/verb_bench.h"

#include <sys/stat.h>

#include <filesystem>

#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "core/bench/bench_testing.h"
#include "core/bench/program.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A process that is waited for, and has so many MB.
constexpr char kUseMemory[] = "head -c ${1}000000 /dev/zero | tail | wc -c > /dev/null";

class BenchVerbTest : public testing::Test {
 protected:
  BenchVerbTest() : folder_(TestFolder()) {
    context_.store = folder_ + "/store";
    context_.arguments = {"bench", "losses"};
    arguments_.kind = "losses";
    AddRuns("loss/fast/B:1", {10, 11, 12, 13, 14, 15, 16, 17, 18}, 0, &results_);
    AddRuns("loss/slow/B:1", {20, 22, 24, 26, 28, 30, 32, 34, 36}, 1, &results_);
    list_ = {{"kind", "loss"},
             {"size", "embeddings a batch"},
             {"components", {"fast", "slow"}},
             {"left_out", {{{"name", "yunet"}, {"reason", "it needs a model"}}}}};
  }

  // `when_measured`, `when_listed`: shell, before it writes its answer.
  void WriteProgram(const std::string& when_measured = "", const std::string& when_listed = "") {
    Write("list.json", DumpPretty(list_));
    Write("results.json", DumpPretty(results_));
    Write("loss", absl::StrCat("#!/bin/sh\ncd ", folder_, "\necho \"$*\" >> calls\n", "memory() { ",
                               kUseMemory, "; }\n",
                               "for word; do case $word in\n"
                               "  --list) list=1;;\n"
                               "  --benchmark_filter=*) filter=1;;\n"
                               "  --benchmark_out=*) out=${word#*=};;\n"
                               "esac; done\n"
                               "if [ $list ]; then ",
                               when_listed, "\ncat list.json; exit; fi\n", when_measured,
                               "\ncp results.json \"$out\"\n"));
    ASSERT_EQ(::chmod((folder_ + "/loss").c_str(), 0755), 0);
  }

  void Write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(absl::StrCat(folder_, "/", name), text).ok());
  }

  // Fills out_ and error_. Returns the exit code.
  int Run() {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = Bench(arguments_, folder_, context_);
    std::fflush(stdout);
    out_ = testing::internal::GetCapturedStdout();
    error_ = testing::internal::GetCapturedStderr();
    return code;
  }

  std::string Calls() const { return ReadFile(folder_ + "/calls").value_or(""); }

  const std::string folder_;
  VerbContext context_;
  BenchArguments arguments_;
  Json results_ = EmptyDocument(), list_;
  std::string out_, error_;
};

TEST_F(BenchVerbTest, PrintsTheTableAndWhatWasLeftOut) {
  WriteProgram();
  ASSERT_EQ(Run(), kExitDone) << error_;
  EXPECT_THAT(out_, AllOf(HasSubstr("B:1   fast       14.0 µs"), HasSubstr("[1.60, 2.50]"),
                          HasSubstr("left out: yunet: it needs a model\n"), HasSubstr("load "),
                          HasSubstr("embeddings a batch")));
  EXPECT_THAT(Calls(),
              AllOf(HasSubstr("--benchmark_repetitions=9"), HasSubstr("--benchmark_min_time=0.1"),
                    HasSubstr("--benchmark_enable_random_interleaving=true")));
}

TEST_F(BenchVerbTest, HandsTheOptionsOn) {
  WriteProgram();
  arguments_.use = {"slow", "fast"};
  arguments_.options = {"slow.scale=30", "mode=hard"};
  arguments_.sizes = {"64", "128"};
  arguments_.images = "photographs";
  arguments_.repetitions = 3;
  arguments_.min_time = "0.5";
  ASSERT_EQ(Run(), kExitDone) << error_;
  EXPECT_THAT(Calls(), HasSubstr("--use=slow,fast --option=slow.scale=30 --option=mode=\"hard\" "
                                 "--sizes=64,128 --images=photographs --benchmark_min_time=0.5 "
                                 "--benchmark_repetitions=3"));
  EXPECT_THAT(out_, Not(HasSubstr("yunet")));
}

TEST_F(BenchVerbTest, PeakMemoryIsThatAboveAnIdleProcess) {
  WriteProgram("[ $filter ] && memory 280", "memory 200");
  arguments_.json = true;
  ASSERT_EQ(Run(), kExitDone) << error_;
  const Json memory = ParseJson(out_, "stdout")->at("context").at("memory");
  // 80 MB are 76 MiB; a pipe and a buffer that grows are a few more.
  EXPECT_NEAR(memory["components"]["fast"].get<double>(), 76.3, 15.0);
  EXPECT_NEAR(memory["idle"].get<double>(), 190.7, 30.0);
  EXPECT_THAT(Calls(), HasSubstr("--benchmark_filter=^loss/slow/B:1$ --benchmark_min_time=0"));
}

// A process of less memory than ours has our peak to the system.
TEST_F(BenchVerbTest, PeakMemoryIsNotKnownWhereOursIsLarger) {
  WriteProgram();
  arguments_.json = true;
  ASSERT_EQ(Run(), kExitDone) << error_;
  const Json memory = ParseJson(out_, "stdout")->at("context").at("memory");
  EXPECT_TRUE(memory["idle"].is_null());
  EXPECT_TRUE(memory["components"]["fast"].is_null());
}

TEST_F(BenchVerbTest, WritesAFileThatCompareReads) {
  WriteProgram();
  arguments_.out = folder_ + "/a.json";
  ASSERT_EQ(Run(), kExitDone) << error_;
  const Json written = *ReadJsonFile(arguments_.out);
  EXPECT_EQ(written["context"]["left_out"][0]["name"], "yunet");
  EXPECT_EQ(written["context"]["num_cpus"], 2);
  EXPECT_EQ(written["benchmarks"].size(), 18u);
  EXPECT_EQ(written["benchmarks"][0]["real_time"], 10.0);
  EXPECT_EQ(written["benchmarks"][0]["time_unit"], "us");

  arguments_.compare_a = arguments_.compare_b = arguments_.out;
  ASSERT_EQ(Run(), kExitDone) << error_;
  EXPECT_THAT(out_, AllOf(HasSubstr("loss/fast/B:1"), HasSubstr("no difference")));
  arguments_.json = true;
  ASSERT_EQ(Run(), kExitDone) << error_;
  EXPECT_EQ(ParseJson(out_, "stdout")->at("benchmarks").size(), 2u);
}

TEST_F(BenchVerbTest, WhatCannotBeWrittenIsShownAllTheSame) {
  WriteProgram();
  arguments_.out = folder_ + "/a.json";
  std::filesystem::create_directory(arguments_.out);
  EXPECT_EQ(Run(), kExitInput);
  EXPECT_THAT(out_, HasSubstr("14.0 µs"));
  EXPECT_THAT(error_, HasSubstr("a.json"));
}

TEST_F(BenchVerbTest, AFolderThatCannotBeWrittenToIsToldBeforeAnythingIsMeasured) {
  WriteProgram();
  arguments_.out = folder_ + "/no/such/folder/a.json";
  EXPECT_EQ(Run(), kExitInput);
  EXPECT_EQ(out_, "");
  EXPECT_THAT(error_, HasSubstr("no/such/folder"));
}

TEST_F(BenchVerbTest, ComparesWithABaseline) {
  Json before = EmptyDocument();
  AddRuns("loss/fast/B:1", {20, 22, 24, 26, 28, 30, 32, 34, 36}, 0, &before);
  Write("before.json", Dump(before));
  WriteProgram();
  arguments_.baseline = folder_ + "/before.json";
  ASSERT_EQ(Run(), kExitDone) << error_;
  EXPECT_THAT(out_, AllOf(HasSubstr("to baseline"), HasSubstr("0.500")));
  EXPECT_THAT(error_, Not(HasSubstr("none of these")));

  Write("before.json", Dump(EmptyDocument()));
  ASSERT_EQ(Run(), kExitDone);
  EXPECT_THAT(error_, HasSubstr("before.json has none of these benchmarks"));
  arguments_.baseline = folder_ + "/list.json";
  EXPECT_EQ(Run(), kExitInput);
  EXPECT_THAT(error_, HasSubstr("list.json: this is no JSON of Google Benchmark"));
}

TEST_F(BenchVerbTest, ADryRunShowsNoTimes) {
  WriteProgram();
  arguments_.dry_run = true;
  ASSERT_EQ(Run(), kExitDone) << error_;
  EXPECT_THAT(out_,
              AllOf(HasSubstr("runs"), HasSubstr("nothing was measured"), Not(HasSubstr("µs"))));
  EXPECT_THAT(Calls(), AllOf(HasSubstr("--benchmark_min_time=0 --benchmark_repetitions=1"),
                             Not(HasSubstr("interleaving")), Not(HasSubstr("filter"))));
}

TEST_F(BenchVerbTest, UnknownNamesAreToldWithTheNearest) {
  WriteProgram();
  arguments_.use = {"fats"};
  EXPECT_EQ(Run(), kExitPlugin);
  EXPECT_THAT(error_, AllOf(HasSubstr("no plugin provides loss \"fats\""),
                            HasSubstr("did you mean \"fast\"?")));
  arguments_.kind = "lost";
  EXPECT_EQ(Run(), kExitUsage);
  EXPECT_THAT(error_, HasSubstr("did you mean \"loss\"?"));
  arguments_.kind = "";
  EXPECT_EQ(Run(), kExitUsage);
  EXPECT_THAT(error_, HasSubstr("kinds: dataset, detector"));
}

TEST_F(BenchVerbTest, AKindWithoutAProgramSaysWhichHaveOne) {
  EXPECT_EQ(Run(), kExitBackend);
  EXPECT_THAT(error_, HasSubstr("this installation has none"));
  WriteProgram();
  arguments_.kind = "schedule";
  EXPECT_EQ(Run(), kExitBackend);
  EXPECT_THAT(error_,
              AllOf(HasSubstr("no benchmark of schedules"), HasSubstr("there are those of: loss")));
}

TEST_F(BenchVerbTest, WhereAllIsLeftOutTheReasonsAreTold) {
  WriteProgram();
  arguments_.use = {"yunet"};
  EXPECT_EQ(Run(), kExitInput);
  EXPECT_THAT(error_, AllOf(HasSubstr("nothing to measure"), HasSubstr("yunet: it needs a model"),
                            Not(HasSubstr("fast"))));
}

TEST_F(BenchVerbTest, ABenchmarkThatFailsIsNamedAndTheOthersAreShown) {
  AddRuns("loss/broken/B:1", {0.0}, 2, &results_,
          {{"error_occurred", true}, {"error_message", "D differs"}});
  WriteProgram("cp results.json \"$out\"; exit 1");
  EXPECT_EQ(Run(), kExitRowFailed);
  EXPECT_THAT(out_, AllOf(HasSubstr("failed"), HasSubstr("14.0 µs")));
  EXPECT_THAT(error_, HasSubstr("error: loss/broken/B:1: D differs"));
}

TEST_F(BenchVerbTest, HowTheProgramEndsDecidesTheExitCode) {
  WriteProgram("echo 'left out: yunet: no' >&2; echo 'no option \"sclae\"' >&2; exit 2");
  EXPECT_EQ(Run(), kExitUsage);
  EXPECT_THAT(error_, AllOf(HasSubstr("error: no option \"sclae\"\n"), Not(HasSubstr("yunet"))));
  WriteProgram("", "echo 'warning: lib.so is left out' >&2; echo no such thing >&2; exit 4");
  EXPECT_EQ(Run(), kExitPlugin);
  EXPECT_THAT(error_, HasSubstr("error: no such thing\n"));
  WriteProgram("kill -SEGV $$");
  EXPECT_EQ(Run(), kExitBackend);
  EXPECT_THAT(error_, HasSubstr("/loss ended with signal 11"));
  WriteProgram("exit 1");
  EXPECT_EQ(Run(), kExitBackend);
  WriteProgram("", "echo no JSON; exit 0");
  EXPECT_EQ(Run(), kExitBackend);
  EXPECT_THAT(error_, HasSubstr("the list of"));
}

TEST_F(BenchVerbTest, PluginsThatCannotBeUsedAreWarnedOf) {
  WriteProgram("", "echo 'warning: lib.so: built for ABI 2' >&2");
  EXPECT_EQ(Run(), kExitDone);
  EXPECT_THAT(error_, HasSubstr("warning: lib.so: built for ABI 2\n"));
}

TEST_F(BenchVerbTest, NumbersAreChecked) {
  WriteProgram();
  arguments_.sizes = {"64", "0"};
  EXPECT_EQ(Run(), kExitUsage);
  EXPECT_THAT(error_, HasSubstr("--sizes: \"0\""));
  arguments_.sizes = {};
  arguments_.min_time = "fast";
  EXPECT_EQ(Run(), kExitUsage);
  EXPECT_THAT(error_, HasSubstr("--min-time: \"fast\""));
}

TEST(OptionAsJsonTest, QuotesTextAlone) {
  EXPECT_EQ(OptionAsJson("hog.mode=fast"), "hog.mode=\"fast\"");
  EXPECT_EQ(OptionAsJson("hog.mode=\"fast\""), "hog.mode=\"fast\"");
  EXPECT_EQ(OptionAsJson("scale=1.5"), "scale=1.5");
  EXPECT_EQ(OptionAsJson("layers=[3,4]"), "layers=[3,4]");
  EXPECT_EQ(OptionAsJson("flip=true"), "flip=true");
  EXPECT_EQ(OptionAsJson("path=a=b"), "path=\"a=b\"");
  EXPECT_EQ(OptionAsJson("nothing"), "nothing");
}

}  // namespace
}  // namespace facet
