#include "core/graph/scheduler.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/graph/scheduler_test_base.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

TEST_F(SchedulerTest, ASecondRunExecutesNothing) {
  const int a = Add("a", {{"text", "A"}});
  Add("b", {{"text", "B"}}, {{"in", a}});
  std::vector<StageOutcome> outcomes = Run();
  EXPECT_EQ(Output(outcomes[1]), "B+A");
  EXPECT_EQ(outcomes[1].state, StageState::kDone);
  EXPECT_EQ(observer_.states[1], (std::vector{StageState::kRunning, StageState::kDone}));
  EXPECT_EQ(observer_.num_progress, 2);
  outcomes = Run();
  EXPECT_EQ(runner_.num_runs, 2);
  EXPECT_EQ(outcomes[1].state, StageState::kCached);
  EXPECT_EQ(Output(outcomes[1]), "B+A");
  EXPECT_EQ(outcomes[1].artifact.counts.at("runs"), 1);
}

// The key names what the worker would have read.
TEST_F(SchedulerTest, AnInputThatChangesWhileItsStageRunsIsNotStored) {
  fs::create_directories(folder_ / "faces");
  const std::string image = (folder_ / "faces/1.jpg").string();
  std::ofstream(image) << "as planned";
  const int list = Add("list", {{"text", "1.jpg"}});
  Add("detect", {{"text", "faces"}, {"change", image}}, {{"samples", list}});
  ExternalInput root = {"data.root", (folder_ / "faces").string(), true};
  for (const bool listed : {false, true}) {
    std::ofstream(image) << "as planned";
    if (listed) {
      root.port = "samples";
      root.list = [](const std::map<std::string, std::string>& artifact,
                     const ExternalInput&) -> absl::StatusOr<std::vector<std::string>> {
        return std::vector<std::string>{*ReadFile(artifact.at("out"))};
      };
    }
    graph_.stages[1].externals = {root};
    const std::vector<StageOutcome> outcomes = Run();
    EXPECT_EQ(outcomes[1].state, StageState::kFailed);
    EXPECT_TRUE(absl::StrContains(outcomes[1].status.message(), "changed after the run had begun"))
        << outcomes[1].status;
    EXPECT_FALSE(store_->Find(outcomes[1].key).has_value());
    EXPECT_EQ(Run()[1].state, StageState::kDone);  // it stays as it is now
  }
}

TEST_F(SchedulerTest, EqualContentStopsTheRecomputation) {
  const int a = Add("a", {{"text", "A"}});
  Add("b", {{"text", "B"}}, {{"in", a}});
  Run();
  // Another code of `a` with the same outcome: `b` need not run.
  environment_.stage_code["a"] = "edited, to the same effect";
  std::vector<StageOutcome> outcomes = Run();
  EXPECT_EQ(runner_.num_runs, 3);
  EXPECT_EQ(outcomes[0].state, StageState::kDone);
  EXPECT_EQ(outcomes[1].state, StageState::kCached);
  // Another outcome: it must.
  graph_.stages[0].settings["text"] = "A2";
  outcomes = Run();
  EXPECT_EQ(runner_.num_runs, 5);
  EXPECT_EQ(Output(outcomes[1]), "B+A2");
}

TEST_F(SchedulerTest, EqualKeysFoundLateAreComputedOnce) {
  // Two stages that differ make equal content; what follows them is one computation.
  const int a1 = Add("a1", {{"text", "A"}});
  const int a2 = Add("a2", {{"text", "A"}});
  Add("b", {{"text", "B"}, {"sleep_ms", 150}}, {{"in", a1}});
  Add("b", {{"text", "B"}, {"sleep_ms", 150}}, {{"in", a2}});
  options_.jobs = 2;
  const std::vector<StageOutcome> outcomes = Run();
  EXPECT_EQ(runner_.num_runs, 3);
  EXPECT_EQ(outcomes[2].key, outcomes[3].key);
  EXPECT_TRUE(HasArtifact(outcomes[2].state) && HasArtifact(outcomes[3].state));
}

TEST_F(SchedulerTest, AFailureBlocksWhatFollowsItAndNothingElse) {
  const int bad = Add("bad", {{"fail", true}});
  const int crash = Add("crash", {{"crash", true}});
  Add("after_bad", {}, {{"in", bad}});
  Add("after_crash", {}, {{"in", crash}});
  const int good = Add("good", {{"text", "G"}});
  Add("after_good", {}, {{"in", good}});
  std::vector<StageOutcome> outcomes = Run();
  EXPECT_EQ(outcomes[0].state, StageState::kFailed);
  EXPECT_EQ(outcomes[0].status.message(), "it failed");
  EXPECT_EQ(outcomes[1].status.message(), "killed by signal 9");
  EXPECT_EQ(outcomes[2].state, StageState::kBlocked);
  EXPECT_EQ(outcomes[3].state, StageState::kBlocked);
  EXPECT_EQ(outcomes[5].state, StageState::kDone);
  EXPECT_FALSE(store_->Find(outcomes[0].key).has_value()) << "a failure is no entry";
  EXPECT_TRUE(fs::is_empty(folder_ / "cache/v1/tmp"));
  // Mended, only what is missing runs.
  const int before = runner_.num_runs;
  graph_.stages[0].settings["fail"] = false;
  outcomes = Run();
  EXPECT_EQ(outcomes[2].state, StageState::kDone);
  EXPECT_EQ(outcomes[5].state, StageState::kCached);
  EXPECT_EQ(runner_.num_runs, before + 3);  // bad, after_bad, and the crash again
}

TEST_F(SchedulerTest, FailFastStartsNothingMore) {
  Add("bad", {{"fail", true}});
  Add("good", {{"text", "G"}});
  options_.fail_fast = true;
  const std::vector<StageOutcome> outcomes = Run();
  EXPECT_EQ(outcomes[1].state, StageState::kBlocked);
  EXPECT_EQ(runner_.num_runs, 1);
}

TEST_F(SchedulerTest, AMissingInputFailsItsStageWithoutAKey) {
  Add("reader", {});
  graph_.stages[0].externals = {{"data.root", "/no/such/folder", true}};
  Add("good", {{"text", "G"}});
  const std::vector<StageOutcome> outcomes = Run();
  EXPECT_EQ(outcomes[0].state, StageState::kFailed);
  EXPECT_TRUE(absl::IsNotFound(outcomes[0].status));
  EXPECT_TRUE(outcomes[0].key.empty());
  EXPECT_EQ(outcomes[1].state, StageState::kDone);
  EXPECT_EQ(Plan()[0].state, PlannedStage::State::kBlocked);
}

TEST_F(SchedulerTest, ForceComputesAStageAgain) {
  const int a = Add("a", {{"text", "A"}});
  Add("b", {{"text", "B"}}, {{"in", a}});
  Run();
  options_.force = {"a"};
  const std::vector<StageOutcome> outcomes = Run();
  EXPECT_EQ(outcomes[0].state, StageState::kDone);
  EXPECT_EQ(outcomes[1].state, StageState::kCached);
  EXPECT_EQ(runner_.num_runs, 3);
}

// Whoever is told may take time: the other stages go on, what needs this one does not begin.
TEST_F(SchedulerTest, WhatIsToldOfAnArtifactHoldsUpNothingElse) {
  const int a = Add("a", {{"text", "A"}});
  const int other = Add("other", {{"text", "O"}});
  const int after_other = Add("after_other", {}, {{"in", other}});
  Add("after_a", {}, {{"in", a}});
  options_.jobs = 2;
  std::atomic<int> told{0}, num_runs{0};
  std::atomic<bool> is_after_other{false};
  options_.computed = [&](int stage, const Artifact& artifact) {
    ++told;
    EXPECT_EQ(artifact.type, graph_.stages[static_cast<size_t>(stage)].type);
    if (stage == after_other) is_after_other = true;
    if (stage != a) return;
    for (int i = 0; i < 10000 && !is_after_other; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    num_runs = runner_.num_runs.load();
  };
  for (const StageOutcome& outcome : Run()) EXPECT_EQ(outcome.state, StageState::kDone);
  EXPECT_TRUE(is_after_other);
  EXPECT_EQ(num_runs, 3) << "what takes the artifact of a waits";
  EXPECT_EQ(told, 4);
  Run();
  EXPECT_EQ(told, 4) << "of what is computed, not of what is cached";
}

TEST_F(SchedulerTest, AStopEndsTheRunAndTheNextOneResumes) {
  std::atomic<int> signal{0};
  options_.stop = [&] { return signal.load(); };
  const int a = Add("a", {{"text", "A"}});
  const int endless = Add("endless", {{"until_stopped", true}}, {{"in", a}});
  Add("after", {}, {{"in", endless}});
  std::thread stopper([&] {
    while (runner_.num_runs < 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    signal = 15;
  });
  std::vector<StageOutcome> outcomes = Run();
  stopper.join();
  EXPECT_EQ(outcomes[0].state, StageState::kDone);
  EXPECT_EQ(outcomes[1].state, StageState::kStopped);
  EXPECT_EQ(outcomes[2].state, StageState::kStopped);
  signal = 0;
  outcomes = Run();
  EXPECT_EQ(outcomes[0].state, StageState::kCached);
  EXPECT_EQ(outcomes[2].state, StageState::kDone);
  EXPECT_EQ(outcomes[1].artifact.provenance.value("resumed", false), true);
  EXPECT_FALSE(outcomes[2].artifact.provenance.contains("resumed"));
}

TEST_F(SchedulerTest, WaitsForAnotherHolderOfTheKey) {
  Add("a", {{"text", "A"}});
  const std::string key = Plan()[0].key;
  std::string holder;
  std::unique_ptr<KeyLock> lock = *store_->TryLock(key, &holder);
  std::thread release([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    lock.reset();
  });
  const std::vector<StageOutcome> outcomes = Run();
  release.join();
  EXPECT_EQ(observer_.num_waits, 1);
  EXPECT_EQ(outcomes[0].state, StageState::kDone);
}

TEST_F(SchedulerTest, APlanTellsWhatWouldRunAndWhy) {
  const int a = Add("a", {{"text", "A"}});
  Add("b", {{"text", "B"}}, {{"in", a}});
  std::vector<PlannedStage> planned = Plan();
  EXPECT_EQ(planned[0].state, PlannedStage::State::kRun);
  EXPECT_EQ(planned[0].why, "no a stage was run yet");
  EXPECT_EQ(planned[1].state, PlannedStage::State::kWaits);
  EXPECT_EQ(planned[1].waits_for, std::vector<int>{a});
  const std::vector<StageOutcome> outcomes = Run();
  planned = Plan();
  EXPECT_EQ(planned[1].state, PlannedStage::State::kCached);
  EXPECT_EQ(planned[1].key, outcomes[1].key);
  graph_.stages[1].settings["text"] = "B2";
  planned = Plan();
  EXPECT_EQ(planned[0].state, PlannedStage::State::kCached);
  EXPECT_EQ(planned[1].state, PlannedStage::State::kRun);
  EXPECT_EQ(planned[1].why, "changed: text \"B\" -> \"B2\"");
  EXPECT_EQ(runner_.num_runs, 2) << "a plan runs nothing";
}

TEST_F(SchedulerTest, AKeptFolderIsFoundByLaterStagesAndMissedWhenItIsGone) {
  const int collect = Add("collect", {{"text", "jpeg"}});
  graph_.stages[collect].keeps_folder = true;
  const int detect = Add("detect", nullptr, {{"images", collect}});
  graph_.stages[detect].folders = {{"samples", "images"}};
  std::vector<StageOutcome> outcomes = Run();
  ASSERT_EQ(outcomes[detect].state, StageState::kDone) << outcomes[detect].status;
  EXPECT_EQ(*ReadFile(store_->BlobPath(outcomes[detect].artifact.Find("out")->digest)),
            "samples=jpeg+jpeg");
  EXPECT_EQ(Run()[collect].state, StageState::kCached);

  fs::remove_all(store_->KeptFolder(outcomes[collect].key));
  EXPECT_EQ(Plan()[collect].state, PlannedStage::State::kRun);
  EXPECT_NE(Plan()[collect].why.find("the folder that it kept is gone"), std::string::npos);
  outcomes = Run();
  EXPECT_EQ(outcomes[collect].state, StageState::kDone);
  EXPECT_EQ(outcomes[detect].state, StageState::kCached);
}

TEST_F(SchedulerTest, AFolderThatTheUserNamedIsKeptWhateverTheKey) {
  const fs::path folder = folder_ / "web";
  const int collect = Add("collect", {{"text", "one "}});
  graph_.stages[collect].keeps_folder = true;
  graph_.stages[collect].externals = {{"curator.folder", folder.string(), true, true}};
  const std::string library = (folder_ / "libcollect.so").string();
  ASSERT_TRUE(WriteFileAtomically(library, "").ok());
  graph_.stages[collect].components["curator"] = {
      "curator", "collect", {{"folder", folder.string()}}, library, Sha256Hex("")};
  const std::string first = Run()[collect].key;
  graph_.stages[collect].settings["text"] = "two";
  EXPECT_NE(Run()[collect].key, first);
  EXPECT_EQ(*ReadFile((folder / "image").string()), "one two");

  // Its place is not in the key.
  const fs::path moved = folder_ / "moved";
  fs::rename(folder, moved);
  graph_.stages[collect].externals[0].path = moved.string();
  graph_.stages[collect].components["curator"].options["folder"] = moved.string();
  EXPECT_EQ(Run()[collect].state, StageState::kCached);
}

// Two keys, one folder: what one of them writes there is not written over while it does.
TEST_F(SchedulerTest, StagesThatKeepOneNamedFolderRunOneAfterTheOther) {
  const fs::path folder = folder_ / "web";
  for (const char* text : {"one", "two"}) {
    const int collect = Add("collect", {{"text", text}, {"sleep_ms", 100}});
    graph_.stages[collect].keeps_folder = true;
    graph_.stages[collect].externals = {{"curator.folder", folder.string(), true, true}};
  }
  options_.jobs = 2;
  for (const StageOutcome& outcome : Run()) EXPECT_EQ(outcome.state, StageState::kDone);
  EXPECT_EQ(runner_.most_at_once, 1);
}

TEST_F(SchedulerTest, ADamagedEntryIsComputedAnew) {
  Add("a", {{"text", "A"}});
  const std::vector<StageOutcome> outcomes = Run();
  fs::remove(store_->BlobPath(outcomes[0].artifact.files[0].digest));
  EXPECT_EQ(Run()[0].state, StageState::kDone);
  EXPECT_EQ(Run()[0].state, StageState::kCached);
}

// A flipped byte: the size is as it was.
TEST_F(SchedulerTest, ADamagedBlobOfEqualSizeIsComputedAnew) {
  Add("a", {{"text", "A"}});
  Add("b", {{"text", "B"}}, {{"in", 0}});
  const std::vector<StageOutcome> outcomes = Run();
  const std::string blob = store_->BlobPath(outcomes[0].artifact.files[0].digest);
  fs::permissions(blob, fs::perms::owner_all);
  std::ofstream(blob) << "X";
  const std::vector<StageOutcome> again = Run();
  EXPECT_EQ(again[0].state, StageState::kDone);
  EXPECT_EQ(again[1].state, StageState::kCached);
  EXPECT_EQ(*ReadFile(blob), "A");
  EXPECT_EQ(Run()[0].state, StageState::kCached);
}

TEST_F(SchedulerTest, AnExceptionFailsItsStageAndNoOther) {
  Add("a", {{"throw", true}});
  Add("b", {{"text", "B"}});
  options_.jobs = 2;
  const std::vector<StageOutcome> outcomes = Run();
  EXPECT_EQ(outcomes[0].state, StageState::kFailed);
  EXPECT_EQ(outcomes[0].status.message(), "a bug in the host: no more memory");
  EXPECT_EQ(outcomes[1].state, StageState::kDone);
}

TEST_F(SchedulerTest, MemoryIsSharedUntilTheLastStageThatWantsIt) {
  const int samples = Add("samples", {{"text", "S"}}), others = Add("others", {{"text", "O"}});
  const int a = Add("a", {{"text", "A"}}, {{"in", samples}});
  const int b = Add("b", {{"text", "B"}}, {{"in", samples}, {"out", a}});
  const int failed = Add("failed", {{"fail", true}}, {{"in", others}});
  const int blocked = Add("blocked", {}, {{"in", others}, {"out", failed}});
  const int last = Add("last", {{"text", "L"}}, {{"in", b}});
  for (const int stage : {a, b, failed, blocked, last}) graph_.stages[stage].shares = {"in"};
  Run();
  ASSERT_EQ(runner_.shared.count("a"), 1u);
  EXPECT_EQ(runner_.shared.at("b"), runner_.shared.at("a"));
  EXPECT_EQ(runner_.shared.count("failed"), 1u);  // for one that was blocked then
  EXPECT_EQ(runner_.shared.count("last"), 0u);    // the one stage of its images
  for (const auto& [stage, file] : runner_.shared) EXPECT_EQ(::fcntl(file, F_GETFD), -1) << stage;
}

TEST_F(SchedulerTest, StagesOfOneNameHaveLogsOfTheirOwn) {
  Add("a", {{"text", "A"}});
  Add("a", {{"text", "B"}});
  const std::vector<StageOutcome> outcomes = Run();
  EXPECT_EQ(outcomes[0].log_path, (folder_ / "a.log").string());
  EXPECT_EQ(outcomes[1].log_path, (folder_ / "a.2.log").string());
}

}  // namespace
}  // namespace facet
