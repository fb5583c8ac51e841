// Stages in real worker processes: results, crashes, stops, and the host's death.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/test_folder.h"
#include "core/graph/scheduler.h"
#include "core/worker/worker_context.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

class Observer final : public RunObserver {
 public:
  void OnStage(int, const StageOutcome&) override {}
  void OnProgress(int, const StageProgress& progress) override {
    last_done = progress.done;
    ++num_progress;
  }
  void OnAsk(int, const std::string& sentence) override { asked.push_back(sentence); }
  void OnWait(int, const std::string& holder) override { waited_for.push_back(holder); }
  std::atomic<int64_t> last_done{-1};
  std::atomic<int> num_progress{0};
  std::vector<std::string> asked, waited_for;
};

class WorkerTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* worker = std::getenv("FAKE_WORKER");
    ASSERT_NE(worker, nullptr);
    worker_ = fs::absolute(worker).string();
    folder_ = TestFolder();
    store_ = *Store::Open(folder_.string());
    options_.log_folder = folder_.string();
  }

  int Add(const std::string& type, const Json& settings = Json::object(),
          const std::map<std::string, int>& inputs = {}) {
    StageSpec stage;
    stage.type = type;
    stage.name = type;
    stage.users = {"1"};
    stage.settings = settings;
    stage.inputs = inputs;
    graph_.stages.push_back(stage);
    environment_.stage_code[type] = "code";
    return static_cast<int>(graph_.stages.size()) - 1;
  }

  std::vector<StageOutcome> Run() {
    InputDigests digests(store_->index_path());
    WorkerProcesses workers(worker_);
    return RunStages(graph_, environment_, *store_, digests, workers, observer_, options_);
  }
  std::string Output(const StageOutcome& outcome) const {
    return *ReadFile(store_->BlobPath(outcome.artifact.Find("out")->digest));
  }

  std::string worker_;
  fs::path folder_;
  std::unique_ptr<Store> store_;
  StageGraph graph_;
  KeyEnvironment environment_;
  Observer observer_;
  RunOptions options_;
};

TEST_F(WorkerTest, ResultsCountsAndProgressComeBack) {
  const int a = Add("write", {{"text", "A"}});
  Add("write", {{"text", "B"}}, {{"in", a}});
  const std::vector<StageOutcome> outcomes = Run();
  ASSERT_EQ(outcomes[1].state, StageState::kDone) << outcomes[1].status;
  EXPECT_EQ(Output(outcomes[1]), "B+A");
  EXPECT_EQ(outcomes[1].artifact.counts.at("written"), 1);
  EXPECT_EQ(outcomes[1].artifact.notices, std::vector<std::string>{"wrote B+A"});
  EXPECT_GT(outcomes[1].artifact.provenance["peak_rss_mib"].get<double>(), 0.0);
  EXPECT_EQ(observer_.num_progress, 2);
  EXPECT_EQ(observer_.asked, (std::vector<std::string>{"read A", "read B+A"}));
}

TEST_F(WorkerTest, WhatOneStageSharesTheNextOneFinds) {
  const int samples = Add("write", {{"text", "A"}});
  const int first = Add("share", {{"text", "pixels"}}, {{"in", samples}});
  const int second = Add("share", {{"text", "more"}}, {{"in", samples}, {"out", first}});
  const int alone = Add("share", Json::object(), {{"in", second}});
  for (const int stage : {first, second, alone}) graph_.stages[stage].shares = {"in"};
  const std::vector<StageOutcome> outcomes = Run();
  ASSERT_EQ(outcomes[alone].state, StageState::kDone) << outcomes[alone].status;
  EXPECT_EQ(Output(outcomes[first]), "");
  EXPECT_EQ(Output(outcomes[second]), "pixels");
  EXPECT_EQ(Output(outcomes[alone]), "none");  // nobody else wants it
}

TEST_F(WorkerTest, FailuresSayWhy) {
  Add("fail");
  Add("crash");
  Add("exit");
  Add("throw");
  Add("write", {{"text", "fine"}});
  const std::vector<StageOutcome> outcomes = Run();
  EXPECT_EQ(outcomes[0].status.message(), "stage fail has no input \"in\"");
  EXPECT_TRUE(absl::StrContains(*ReadFile(outcomes[0].log_path), "about to fail"));
  EXPECT_TRUE(absl::StrContains(outcomes[1].status.message(), "killed by signal 6"));
  EXPECT_TRUE(absl::StrContains(outcomes[1].status.message(), "last words"));
  EXPECT_TRUE(absl::StrContains(outcomes[2].status.message(), "exited with code 3 and no result"));
  EXPECT_TRUE(
      absl::StrContains(outcomes[3].status.message(), "stage throw: exception: out of patience"));
  EXPECT_EQ(outcomes[4].state, StageState::kDone);
}

TEST_F(WorkerTest, ACrashNamesTheSignalTheComponentsAndTheLog) {
  const std::string library = (folder_ / "libtriplet.so").string();
  std::ofstream(library) << "a library";
  Add("segfault");
  graph_.stages[0].components["loss"] = {"loss", "triplet", Json::object(), library,
                                         *Sha256File(library)};
  Add("exit");
  const std::vector<StageOutcome> outcomes = Run();
  EXPECT_EQ(outcomes[0].status.message(),
            "the worker was killed by signal 11 (Segmentation fault); its log is empty\n"
            "components of the stage: loss \"triplet\" of " +
                library + "\nwhat to do: `facet plugins check " + library +
                "` tries what a component does by itself; the same command runs the stage again");
  EXPECT_TRUE(absl::StrContains(outcomes[1].status.message(),
                                "exit(3) was called by a component of the stage"))
      << outcomes[1].status;
}

TEST_F(WorkerTest, ALimitOfMemoryEndsItsStageAlone) {
  Add("allocate");
  graph_.stages[0].limits.memory_bytes = int64_t{200} << 20;
  Add("write", {{"text", "fine"}});
  graph_.stages[1].limits.memory_bytes = int64_t{200} << 20;
  const std::vector<StageOutcome> outcomes = Run();
  EXPECT_EQ(outcomes[0].status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(absl::StartsWith(
      outcomes[0].status.message(),
      "the stage went beyond its limit of 200 MiB of memory (limits.memory_gib): it held "))
      << outcomes[0].status;
  EXPECT_TRUE(
      absl::StrContains(outcomes[0].status.message(), "allow more (--set limits.memory_gib=N)"));
  EXPECT_EQ(outcomes[1].state, StageState::kDone);
}

TEST_F(WorkerTest, ALimitOfTimeEndsAStageThatDoesNotListen) {
  Add("loop");
  graph_.stages[0].limits.seconds = 0.5;
  const std::vector<StageOutcome> outcomes = Run();
  EXPECT_EQ(outcomes[0].status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(
      absl::StartsWith(outcomes[0].status.message(),
                       "the stage went beyond its limit of 0.5 s (limits.hours); the worker "
                       "did not stop and was killed"))
      << outcomes[0].status;
}

// Each run does a part, until the limit; none is lost.
TEST_F(WorkerTest, ALimitOfTimeLetsAStageWriteItsCheckpoint) {
  Add("train", {{"steps", 60}, {"step_ms", 20}});
  graph_.stages[0].limits.seconds = 0.5;
  StageOutcome outcome = Run()[0];
  EXPECT_EQ(outcome.state, StageState::kFailed);
  EXPECT_TRUE(absl::StrContains(outcome.status.message(), "(limits.hours); the worker was stopped"))
      << outcome.status;
  EXPECT_TRUE(
      absl::StrContains(outcome.status.message(), "the same command goes on from the checkpoint"));
  for (int i = 0; i < 20 && outcome.state == StageState::kFailed; ++i) outcome = Run()[0];
  ASSERT_EQ(outcome.state, StageState::kDone) << outcome.status;
  EXPECT_FALSE(absl::StrContains(Output(outcome), "begun at 0")) << Output(outcome);
}

// Members of the group that a worker led: none is left, and the key's lock is free.
TEST_F(WorkerTest, WhatADeadWorkerHadStartedDiesWithIt) {
  Add("leave");
  const StageOutcome outcome = Run()[0];
  EXPECT_TRUE(absl::StrContains(outcome.status.message(), "killed by signal 6")) << outcome.status;
  EXPECT_TRUE(fs::exists(folder_ / "cache/v1/checkpoints" / outcome.key / "left"));
  bool is_free = false;
  for (int i = 0; i < 2000 && !is_free; ++i) {
    std::string holder;
    is_free = *store_->TryLock(outcome.key, &holder) != nullptr;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(is_free) << "a process that the worker had forked lives";
}

TEST_F(WorkerTest, AWorkerThatCannotBeStartedIsNamed) {
  worker_ = "/no/such/worker";
  Add("write");
  const std::vector<StageOutcome> outcomes = Run();
  EXPECT_EQ(outcomes[0].state, StageState::kFailed);
  EXPECT_TRUE(absl::StrContains(outcomes[0].status.message(), "/no/such/worker"));
}

TEST_F(WorkerTest, AJobThatWasPlannedWithOtherCodeIsRefused) {
  Add("write");
  environment_.stage_code["write"] = "of an older build";
  const std::vector<StageOutcome> outcomes = Run();
  EXPECT_EQ(outcomes[0].state, StageState::kFailed);
  EXPECT_TRUE(absl::StrContains(outcomes[0].status.message(), "facet was rebuilt"))
      << outcomes[0].status;
  EXPECT_FALSE(store_->Find(outcomes[0].key).has_value());
}

TEST_F(WorkerTest, APluginThatWasReplacedBeforeOrDuringItsStageIsNotStored) {
  const std::string library = (folder_ / "libloss.so").string();
  const auto write = [&](const std::string& text) { std::ofstream(library) << text; };
  write("as planned");
  Add("train", {{"steps", 200}, {"step_ms", 2}});
  graph_.stages[0].components["loss"] = {"loss", "triplet", Json::object(), library,
                                         *Sha256File(library)};
  std::thread rebuild([&] {
    while (observer_.last_done < 1) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    write("rebuilt");
  });
  const std::vector<StageOutcome> during = Run();
  rebuild.join();
  const std::vector<StageOutcome> before = Run();
  for (const StageOutcome& outcome : {during[0], before[0]}) {
    EXPECT_EQ(outcome.state, StageState::kFailed);
    EXPECT_TRUE(absl::StrContains(outcome.status.message(), library)) << outcome.status;
    EXPECT_TRUE(absl::StrContains(outcome.status.message(), "was replaced")) << outcome.status;
    EXPECT_FALSE(store_->Find(outcome.key).has_value());
  }
  write("as planned");
  EXPECT_EQ(Run()[0].state, StageState::kDone);
}

TEST_F(WorkerTest, TheEnvironmentIsWhatPluginsNeed) {
  ::setenv("GITHUB_TOKEN", "secret", 1);
  ::setenv("OPENCV_LOG_LEVEL", "ERROR", 1);
  ::unsetenv("CUBLAS_WORKSPACE_CONFIG");
  Add("environ");
  Add("environ");
  graph_.stages[1].device = "cuda";
  const std::vector<StageOutcome> outcomes = Run();
  ::unsetenv("GITHUB_TOKEN");
  const std::string cpu = "\n" + Output(outcomes[0]), cuda = "\n" + Output(outcomes[1]);
  EXPECT_FALSE(absl::StrContains(cpu, "secret"));
  EXPECT_TRUE(absl::StrContains(cpu, "\nOPENCV_LOG_LEVEL=ERROR\n"));
  EXPECT_TRUE(absl::StrContains(cpu, "\nPATH="));
  EXPECT_TRUE(absl::StrContains(cpu, "\nOMP_NUM_THREADS=2\n"));
  EXPECT_FALSE(absl::StrContains(cpu, "CUBLAS"));
  EXPECT_TRUE(absl::StrContains(cuda, "\nCUBLAS_WORKSPACE_CONFIG=:4096:8\n"));
}

TEST_F(WorkerTest, AStoppedTrainingResumesAtItsCheckpoint) {
  Add("train", {{"steps", 150}, {"step_ms", 2}});
  std::atomic<int> signal{0};
  options_.stop = [&] { return signal.load(); };
  std::thread stopper([&] {
    while (observer_.last_done < 10) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    signal = SIGTERM;
  });
  std::vector<StageOutcome> outcomes = Run();
  stopper.join();
  EXPECT_EQ(outcomes[0].state, StageState::kStopped);
  EXPECT_FALSE(store_->Find(outcomes[0].key).has_value());
  signal = 0;
  outcomes = Run();
  ASSERT_EQ(outcomes[0].state, StageState::kDone) << outcomes[0].status;
  EXPECT_FALSE(absl::StrContains(Output(outcomes[0]), "begun at 0")) << Output(outcomes[0]);
  EXPECT_FALSE(fs::exists(folder_ / "cache/v1/checkpoints" / outcomes[0].key));
}

// The host is killed with kill -9 in the middle of a training: the worker dies with it, and the
// next run resumes from the checkpoint without any clean-up by hand.
TEST_F(WorkerTest, AWorkerDiesWithItsHostAndTheNextRunResumes) {
  Add("train", {{"steps", 150}, {"step_ms", 5}});
  const pid_t host = ::fork();
  ASSERT_GE(host, 0);
  if (host == 0) {
    Run();
    ::_exit(0);
  }
  const auto checkpoint = [&]() -> std::string {
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "cache/v1/checkpoints")) {
      if (entry.path().filename() == "step") return ReadFile(entry.path().string()).value_or("");
    }
    return "";
  };
  while (std::atoi(checkpoint().c_str()) < 10)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  ::kill(host, SIGKILL);
  int status = 0;
  ::waitpid(host, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const std::string kept = checkpoint();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(checkpoint(), kept) << "the worker outlived its host";
  graph_.stages[0].worker_threads = 3;  // not in the key
  const std::vector<StageOutcome> outcomes = Run();
  ASSERT_EQ(outcomes[0].state, StageState::kDone) << outcomes[0].status;
  EXPECT_EQ(Output(outcomes[0]), "steps 150, begun at " + kept);
}

// Host and worker hold the key's lock, so that nobody writes beside a worker that is not dead yet.
TEST_F(WorkerTest, TheNextHostWaitsForTheWorkerOfADeadOne) {
  Add("outlive");
  const pid_t host = ::fork();
  ASSERT_GE(host, 0);
  if (host == 0) {
    Run();
    ::_exit(0);
  }
  const auto has_begun = [&] {
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "cache/v1/checkpoints")) {
      if (entry.path().filename() == "begun") return true;
    }
    return false;
  };
  while (!has_begun()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  ::kill(host, SIGKILL);
  ::waitpid(host, nullptr, 0);
  const std::vector<StageOutcome> outcomes = Run();
  ASSERT_EQ(outcomes[0].state, StageState::kDone) << outcomes[0].status;
  EXPECT_EQ(Output(outcomes[0]), "after the other");
  ASSERT_EQ(observer_.waited_for.size(), 1u);
  EXPECT_TRUE(
      absl::StrContains(observer_.waited_for[0], "(which has ended, its worker has not yet)"))
      << observer_.waited_for[0];
}

TEST(WorkerContextTest, FindsTheImagesWhereTheFolderIsNow) {
  const std::string path = testing::TempDir() + "/moved_root.json";
  std::ofstream(path) << R"({"below":"images/","option":"root"})";
  Job job;
  job.stage.sources["samples"].options = {{"root", "/new/place"}};
  job.inputs["samples"] = {{"root.json", path}};
  WorkerContext context(job, -1);
  ASSERT_TRUE(context.Prepare().ok());
  EXPECT_EQ(context.root("samples"), "/new/place/images/");
  EXPECT_EQ(context.root("crops"), "");
}

}  // namespace
}  // namespace facet
