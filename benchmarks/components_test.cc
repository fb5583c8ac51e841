// The command line, with the shipped schedules and a registration of the test's own. What ends the
// program, and Google Benchmark's settings of the whole process, are tried in a process apart.
#include "benchmarks/components.h"

#include <benchmark/benchmark.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/api/schedule.h"
#include "core/base/test_folder.h"

namespace facet::bench {
namespace {

constexpr char kFolder[] = "plugins/schedules";
constexpr char kPlugins[] = "--plugins=plugins/schedules";

// "plateau" needs a file that is not there, "step" ends with an error where a size is 13.
absl::Status Register(const Request& request, const Subject& subject) {
  if (subject.name() == "plateau") return absl::NotFoundError("it wants a file");
  for (const int64_t size : request.SizesOr({4})) {
    const bool fails = subject.name() == "step" && size == 13;
    const std::string name = absl::StrCat("schedule/", subject.name(), "/N:", size);
    benchmark::RegisterBenchmark(name.c_str(), [fails](benchmark::State& state) {
      if (fails) state.SkipWithError("it is 13");
      for (auto iteration : state) static_cast<void>(iteration);
    });
  }
  return absl::OkStatus();
}

absl::Status RegisterNothing(const Request&, const Subject&) {
  return absl::NotFoundError("not this one");
}

absl::Status RegisterThrows(const Request&, const Subject& subject) {
  if (subject.name() == "step") throw std::runtime_error("it broke");
  return absl::OkStatus();
}

int RunMain(std::vector<std::string> words, RegisterFunction function = &Register) {
  words.insert(words.begin(), "schedule");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return Main(static_cast<int>(words.size()), argv.data(), Schedule::kKind, "steps", function);
}

// As a program of its own does.
void Exit(const std::vector<std::string>& words, RegisterFunction function = &Register) {
  std::exit(RunMain(words, function));
}

Json List(const std::vector<std::string>& words) {
  std::vector<std::string> all = {kPlugins, "--list"};
  all.insert(all.end(), words.begin(), words.end());
  testing::internal::CaptureStdout();
  EXPECT_EQ(RunMain(all), 0);
  return ParseJson(testing::internal::GetCapturedStdout(), "--list").value_or(Json());
}

TEST(Components, ListsAllThatAreThereSortedAndWhatIsLeftOut) {
  EXPECT_EQ(List({}), Json({{"kind", "schedule"},
                            {"size", "steps"},
                            {"components", {"cosine", "polynomial", "step"}},
                            {"left_out", {{{"name", "plateau"}, {"reason", "it wants a file"}}}}}));
}

TEST(Components, UseChoosesAndOrders) {
  const Json list = List({"--use=step,cosine,step"});
  EXPECT_EQ(list["components"], Json({"step", "cosine"}));
  EXPECT_EQ(list["left_out"], Json::array());
}

TEST(Components, AnExceptionLeavesOutTheComponentAlone) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(RunMain({kPlugins, "--list"}, &RegisterThrows), 0);
  const Json list = *ParseJson(testing::internal::GetCapturedStdout(), "--list");
  EXPECT_EQ(list["components"], Json({"cosine", "plateau", "polynomial"}));
  EXPECT_EQ(list["left_out"][0]["name"], "step");
}

TEST(ComponentsDeathTest, MeasuresEachSizeAndWritesWhatIsLeftOut) {
  const std::string out = TestFolder() + "/out.json";
  EXPECT_EXIT(Exit({kPlugins, "--sizes=2,3", "--benchmark_min_time=0", "--benchmark_out=" + out}),
              testing::ExitedWithCode(0), "left out: plateau: it wants a file");
  const Json json = ReadJsonFile(out).value_or(Json());
  std::vector<std::string> names;
  for (const Json& run : json["benchmarks"]) names.push_back(run["name"]);
  EXPECT_EQ(names, std::vector<std::string>({"schedule/cosine/N:2", "schedule/cosine/N:3",
                                             "schedule/polynomial/N:2", "schedule/polynomial/N:3",
                                             "schedule/step/N:2", "schedule/step/N:3"}));
  const auto left_out = ParseJson(json["context"]["left_out"].get<std::string>(), "context");
  ASSERT_TRUE(left_out.ok()) << left_out.status();
  EXPECT_EQ(*left_out, Json::array({{{"name", "plateau"}, {"reason", "it wants a file"}}}));
}

TEST(ComponentsDeathTest, ABenchmarkThatEndsWithAnErrorIsExitCode1) {
  EXPECT_EXIT(Exit({kPlugins, "--sizes=13", "--benchmark_min_time=0"}), testing::ExitedWithCode(1),
              "");
  EXPECT_EXIT(Exit({kPlugins, "--sizes=13", "--use=cosine", "--benchmark_min_time=0"}),
              testing::ExitedWithCode(0), "");
}

TEST(ComponentsDeathTest, AMistakeInTheCommandLineIsExitCode2) {
  const auto usage = testing::ExitedWithCode(2);
  EXPECT_EXIT(Exit({kPlugins, "--frobnicate"}), usage, "frobnicate");
  EXPECT_EXIT(Exit({"--plugins=nowhere"}), usage, "--plugins: no such folder: \"nowhere\"");
  EXPECT_EXIT(Exit({kPlugins, "--images=nowhere"}), usage, "--images: no such folder");
  EXPECT_EXIT(Exit({kPlugins, "--sizes=4,0"}), usage, "\"0\" is not a whole number from 1");
  EXPECT_EXIT(Exit({kPlugins, "--sizes="}), usage, "\"\" is not a whole number");
  EXPECT_EXIT(Exit({kPlugins, "--option=rates"}), usage, "write --option=NAME.KEY=JSON");
  EXPECT_EXIT(Exit({kPlugins, "--option=rates=high"}), usage, "'--option=rates=\"high\"'");
  EXPECT_EXIT(Exit({kPlugins, "--option=ratess=[0.1]"}), usage,
              "no option \"ratess\"; known: .*did you mean \"rates\"");
  EXPECT_EXIT(Exit({kPlugins, "--option=cosine.rates=[0.1]"}), usage,
              "no option \"rates\" of cosine; known: ");
  EXPECT_EXIT(Exit({kPlugins, "--use=cosine", "--option=step.rates=[0.1]"}), usage,
              "step is not measured; these are: cosine");
}

TEST(ComponentsDeathTest, WhatCannotBeUsedIsExitCode4) {
  const auto plugin = testing::ExitedWithCode(4);
  EXPECT_EXIT(Exit({kPlugins, "--use=cosin"}), plugin,
              "no schedule \"cosin\" in plugins/schedules; known: cosine, .*did you mean "
              "\"cosine\"");
  EXPECT_EXIT(Exit({"--plugins=" + TestFolder()}), plugin, "no schedules in .*--plugins=DIR");
  EXPECT_EXIT(Exit({kPlugins}, &RegisterNothing), plugin, "no schedule is left to be measured");
}

// A library whose schema file is gone can be described by the worker alone.
TEST(ComponentsDeathTest, ALibraryThatNothingDescribesIsLeftOutWithAWarning) {
  const std::string folder = TestFolder();
  for (const char* const name : {"libcosine.so", "libcosine.schema.json", "libstep.so"}) {
    std::filesystem::copy_file(absl::StrCat(kFolder, "/", name), absl::StrCat(folder, "/", name));
  }
  ::unsetenv("FACET_WORKER");
  EXPECT_EXIT(Exit({"--plugins=" + folder, "--list"}), testing::ExitedWithCode(0),
              "warning: .*libstep.so: .*set FACET_WORKER=");
  EXPECT_EXIT(Exit({"--plugins=" + folder, "--use=step"}), testing::ExitedWithCode(4),
              "no schedule \"step\"");

  // A stand-in that knows the description; the digest is not looked at there.
  const std::string worker = folder + "/worker";
  std::ofstream(worker) << "#!/bin/sh\nexec cat " << std::filesystem::absolute(kFolder).string()
                        << "/libstep.schema.json\n";
  std::filesystem::permissions(worker, std::filesystem::perms::owner_all);
  ::setenv("FACET_WORKER", worker.c_str(), 1);
  EXPECT_EXIT(Exit({"--plugins=" + folder, "--use=step", "--benchmark_min_time=0"}),
              testing::ExitedWithCode(0), "");
  ::unsetenv("FACET_WORKER");
}

absl::Status RegisterRates(const Request& request, const Subject& subject) {
  const auto made = subject.Make<Schedule>({{"rates", {0.25}}});
  EXPECT_TRUE(made.ok()) << made.status();
  const auto from_command_line = subject.Make<Schedule>();
  EXPECT_TRUE(from_command_line.ok()) << from_command_line.status();
  EXPECT_TRUE(subject.HasOption("rates"));
  EXPECT_FALSE(subject.HasOption("rate"));
  EXPECT_EQ(subject.options(), Json({{"rates", {0.5}}}));
  if (!made.ok() || !from_command_line.ok()) return absl::OkStatus();
  EXPECT_EQ((*made)->Rate({}, 0, {}), 0.25);
  EXPECT_EQ((*from_command_line)->Rate({}, 0, {}), 0.5);

  const auto other = MakeOther(request, "schedule", "cosine", {{"rate", 0.125}});
  EXPECT_TRUE(other.ok()) << other.status();
  if (other.ok()) {
    EXPECT_EQ(static_cast<Schedule&>(**other).Rate({}, 0, {}), 0.125);
  }
  EXPECT_TRUE(absl::IsNotFound(MakeOther(request, "schedule", "none", Json::object()).status()));
  return absl::OkStatus();
}

TEST(Components, MakesComponentsWithTheCommandLinesOptionsBelowTheBenchmarks) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(RunMain({kPlugins, "--list", "--use=plateau", "--option=rates=[0.75]",
                     "--option=plateau.rates=[0.5]"},
                    &RegisterRates),
            0);
  testing::internal::GetCapturedStdout();
}

}  // namespace
}  // namespace facet::bench
