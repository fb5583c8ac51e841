// What the scheduler's tests share: stages that run in this process.
#ifndef FACET_CORE_GRAPH_SCHEDULER_TEST_BASE_H_
#define FACET_CORE_GRAPH_SCHEDULER_TEST_BASE_H_

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "core/graph/run_plan.h"
#include "core/graph/scheduler.h"

namespace facet {

// Writes settings.text and the content of all inputs into "out"; or does what the settings say.
class FakeRunner final : public StageRunner {
 public:
  struct Running {
    std::atomic<int>& count;
    ~Running() { --count; }
  };
  absl::StatusOr<JobResult> Run(const Job& job, const std::string&, const std::string&,
                                const ProgressFunction& progress,
                                const StopFunction& stop) override {
    ++num_runs;
    const int at_once = ++num_running;
    for (int most = most_at_once; at_once > most;)
      most_at_once.compare_exchange_weak(most, at_once);
    const Running running = {num_running};
    for (const auto& [port, memory] : job.shared) {
      EXPECT_GT(memory.most_bytes, 0);
      shared[job.stage.name] = memory.file;
    }
    progress({1, 2, "steps", "", ""});
    JobResult result;
    const int fail_after_ms = job.stage.settings.value("fail_after_ms", 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(fail_after_ms));
    if (fail_after_ms > 0 || job.stage.settings.value("fail", false)) {
      result.status = absl::InternalError("it failed");
      return result;
    }
    if (job.stage.settings.value("throw", false)) throw std::runtime_error("no more memory");
    if (job.stage.settings.value("crash", false)) return absl::InternalError("killed by signal 9");
    const std::string half = job.checkpoint_dir + "/half";
    if (job.stage.settings.value("until_stopped", false) && !std::filesystem::exists(half)) {
      std::ofstream(half) << "done";
      while (stop() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      result.status = absl::CancelledError("stopped");
      return result;
    }
    if (const int ask_ms = job.stage.settings.value("ask_ms", 0); ask_ms > 0) {
      progress({0, 1, "", "", "look at the sheets"});
      std::this_thread::sleep_for(std::chrono::milliseconds(ask_ms));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(job.stage.settings.value("sleep_ms", 0)));
    if (const std::string path = job.stage.settings.value("change", ""); !path.empty()) {
      std::ofstream(path) << "changed";
    }
    std::string text = job.stage.settings.value("text", "");
    if (!job.kept_folder.empty()) std::ofstream(job.kept_folder + "/image", std::ios::app) << text;
    for (const auto& [port, folder] : job.folders) {
      absl::StrAppend(&text, port, "=", *ReadFile(folder + "/image"));
    }
    for (const auto& [port, files] : job.inputs) {
      for (const auto& [name, path] : files) absl::StrAppend(&text, "+", *ReadFile(path));
    }
    std::ofstream(job.output_dir + "/out") << text;
    result.counts = {{"runs", 1}};
    return result;
  }
  std::map<std::string, int> shared;  // by the stage's name; of stages one at a time
  std::atomic<int> num_runs{0}, num_running{0}, most_at_once{0};
};

class NoObserver final : public RunObserver {
 public:
  void OnStage(int stage, const StageOutcome& outcome) override {
    states[stage].push_back(outcome.state);
  }
  void OnProgress(int, const StageProgress&) override { ++num_progress; }
  void OnAsk(int, const std::string&) override {}
  void OnWait(int, const std::string&) override { ++num_waits; }
  std::map<int, std::vector<StageState>> states;
  int num_progress = 0, num_waits = 0;
};

class SchedulerTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = TestFolder();
    store_ = *Store::Open(folder_.string());
    options_.log_folder = folder_.string();
  }

  int Add(const std::string& type, Json settings, std::map<std::string, int> inputs = {}) {
    StageSpec stage;
    stage.type = type;
    stage.name = type;
    stage.settings = settings.is_null() ? Json::object() : std::move(settings);
    stage.inputs = std::move(inputs);
    graph_.stages.push_back(stage);
    environment_.stage_code.emplace(type, "code of " + type);
    return static_cast<int>(graph_.stages.size()) - 1;
  }

  std::vector<StageOutcome> Run() {
    InputDigests digests(store_->index_path());
    return RunStages(graph_, environment_, *store_, digests, runner_, observer_, options_);
  }
  std::vector<PlannedStage> Plan() {
    InputDigests digests(store_->index_path());
    return PlanStages(graph_, environment_, *store_, digests, options_.force);
  }
  std::string Output(const StageOutcome& outcome) const {
    return *ReadFile(store_->BlobPath(outcome.artifact.Find("out")->digest));
  }

  std::filesystem::path folder_;
  std::unique_ptr<Store> store_;
  StageGraph graph_;
  KeyEnvironment environment_;
  FakeRunner runner_;
  NoObserver observer_;
  RunOptions options_;
};

}  // namespace facet

#endif  // FACET_CORE_GRAPH_SCHEDULER_TEST_BASE_H_
