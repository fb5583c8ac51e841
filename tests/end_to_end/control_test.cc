// Looking on at a run from outside, and ending it: status, logs, stop.
#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/match.h"
#include "core/base/file.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Some 900 steps, as in interrupt_test.cc.
const std::vector<std::string> kLong = {"softmax",
                                        "--set",
                                        "train.epochs=300",
                                        "--set",
                                        "train.validation_share=0",
                                        "--set",
                                        "train.schedule.rates=[1e-3]"};

class ControlTest : public EndToEndTest {
 protected:
  // Its training has said how far it is, in what others can read.
  bool IsTraining() const {
    const Ending status = Facet({"status", "--json"});
    const absl::StatusOr<Json> json = ParseJson(status.out, "status");
    if (!json.ok()) return false;
    for (const Json& run : json->at("runs")) {
      for (const Json& stage : run.at("stages")) {
        if (stage.at("stage") == "train" && stage.at("progress").is_object() &&
            stage.at("state") == "running") {
          return true;
        }
      }
    }
    return false;
  }
};

TEST_F(ControlTest, ARunIsWatchedStoppedAndContinuedToTheSameBits) {
  CopyTinyStore("undisturbed");
  const Ending undisturbed = RunTiny(kLong, "undisturbed");
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.err;

  CopyTinyStore();
  const Ending before = Facet({"stop"});
  EXPECT_EQ(before.exit_code, 5);
  EXPECT_THAT(before.err, AllOf(HasSubstr("nothing to stop: tiny/"), HasSubstr("done")));

  const auto run = StartTiny(kLong);
  ASSERT_TRUE(run->WaitUntil([&] { return IsTraining(); })) << run->err();
  const Ending status = Facet({"status"});
  EXPECT_EQ(status.exit_code, 0);
  EXPECT_THAT(status.out, AllOf(HasSubstr("going for"), HasSubstr("softmax  running"),
                                HasSubstr("images"), HasSubstr("1 running")));
  EXPECT_THAT(status.out, HasSubstr("process " + std::to_string(run->id()) + " on "));
  const auto follower = Start({"logs", "softmax/train", "-f"});
  EXPECT_THAT(Facet({"logs", "tiny", "softmax"}).out, HasSubstr("softmax/train          running"));

  const Ending stop = Facet({"stop", "tiny"});
  EXPECT_EQ(stop.exit_code, 0) << stop.err;
  EXPECT_THAT(stop.out,
              AllOf(HasSubstr("stopped after"), HasSubstr("checkpoint: train of row softmax"),
                    HasSubstr("to continue, in " + folder() + ": facet --store .facet run")));
  EXPECT_EQ(run->Wait().exit_code, 75);
  const Ending followed = follower->Wait();
  EXPECT_EQ(followed.exit_code, 0);
  EXPECT_THAT(followed.err, HasSubstr("train: stopped"));
  EXPECT_THAT(Facet({"status"}).out, AllOf(HasSubstr("stopped after a checkpoint"),
                                           HasSubstr("softmax  stopped  train at ")));

  const Ending rest = RunTiny(kLong);
  EXPECT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_EQ(Artifacts(store()), Artifacts(folder() + "/undisturbed"));
  EXPECT_THAT(Facet({"status"}).out, AllOf(HasSubstr(" ago: done"), HasSubstr("softmax  done")));
}

TEST_F(ControlTest, AKilledHostIsNeverSaidToRun) {
  CopyTinyStore();
  const auto run = StartTiny(kLong);
  ASSERT_TRUE(run->WaitUntil([&] { return IsTraining(); })) << run->err();
  ::kill(run->id(), SIGKILL);
  run->Wait();
  const Ending status = Facet({"status"});
  EXPECT_THAT(status.out,
              AllOf(HasSubstr("ended without a word (killed?)"), HasSubstr("softmax  cut off"),
                    Not(HasSubstr("running")), HasSubstr("to continue, in ")));
  const Ending stop = Facet({"stop"});
  EXPECT_EQ(stop.exit_code, 5);
  EXPECT_THAT(stop.err, HasSubstr("ended without a word"));
}

// Who computes it, and whether, host.json and its lock tell.
TEST_F(ControlTest, ARunWhosePlanIsTornIsShownAndStopped) {
  CopyTinyStore();
  const auto run = StartTiny(kLong);
  ASSERT_TRUE(run->WaitUntil([&] { return IsTraining(); })) << run->err();
  std::filesystem::path plan;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(store() + "/runs")) {
    const bool is_later = entry.path().filename() == "plan.json" && entry.path() > plan;
    if (is_later) plan = entry.path();
  }
  std::filesystem::resize_file(plan, std::filesystem::file_size(plan) / 2);
  // An experiment of another name, of which nothing is damaged.
  std::filesystem::copy_file(DataFile("tiny.toml"), folder() + "/other.toml");
  const auto other = Start({"--store", ".facet", "run", "other.toml", "softmax", "--set",
                            "train.epochs=301", "--set", "train.validation_share=0"});
  ASSERT_TRUE(other->WaitUntil([&] { return absl::StrContains(Facet({"status"}).out, "other/"); }))
      << other->err();
  const Ending status = Facet({"status"}), json = Facet({"status", "--json"});
  EXPECT_EQ(status.exit_code, 0) << status.err;
  EXPECT_THAT(status.out, AllOf(HasSubstr("tiny/"), HasSubstr("other/"),
                                HasSubstr("process " + std::to_string(run->id()) + " on "),
                                HasSubstr("/plan.json is cut off or damaged: ")));
  const absl::StatusOr<Json> runs = ParseJson(json.out, "status");
  ASSERT_TRUE(runs.ok()) << json.out;
  EXPECT_EQ(runs->at("runs").size(), 2u);

  const Ending stop = Facet({"stop", "tiny"});
  EXPECT_EQ(stop.exit_code, 0) << stop.err;
  EXPECT_THAT(stop.out, AllOf(HasSubstr("stopped after"), HasSubstr("to continue, in ")));
  EXPECT_THAT(stop.err, HasSubstr("/plan.json is cut off or damaged: "));
  EXPECT_EQ(run->Wait().exit_code, 75);
  EXPECT_EQ(Facet({"stop", "other"}).exit_code, 0);
}

TEST_F(ControlTest, StopNowLeavesAtOnceAndTheStoreIsWhole) {
  CopyTinyStore();
  const auto run = StartTiny(kLong);
  ASSERT_TRUE(run->WaitUntil([&] { return IsTraining(); })) << run->err();
  // A worker that cannot end: the first signal alone would wait for it.
  const std::vector<pid_t> workers = WorkersOf(run->id());
  for (const pid_t worker : workers) ::kill(worker, SIGSTOP);
  const Ending waits = Facet({"stop", "--no-wait"});
  EXPECT_THAT(waits.out, HasSubstr("was told to stop"));
  ASSERT_TRUE(run->WaitUntil([i = 0]() mutable { return ++i > 30; })) << "it did not wait";
  EXPECT_THAT(Facet({"status"}).out, HasSubstr("; told to stop, it writes checkpoints"));
  // To be told again is not the second signal.
  EXPECT_EQ(Facet({"stop", "--no-wait"}).exit_code, 0);
  ASSERT_TRUE(run->WaitUntil([i = 0]() mutable { return ++i > 30; })) << "it was told twice";
  const Ending stop = Facet({"stop", "--now"});
  EXPECT_EQ(stop.exit_code, 0) << stop.err;
  EXPECT_THAT(stop.out, HasSubstr("to continue, in "));
  const Ending left = run->Wait();
  EXPECT_EQ(left.exit_code, 143);
  const Json end = Events(left.err).back();
  EXPECT_EQ(end.value("event", ""), "end");
  EXPECT_EQ(end.value("exit_code", 0), 143);
  EXPECT_THAT(end.value("continue", ""), HasSubstr("facet --store .facet run "));
  EXPECT_THAT(Facet({"status"}).out,
              AllOf(HasSubstr(" ago: stopped at once"), HasSubstr("softmax  cut off"),
                    HasSubstr("to continue, in ")));
  EXPECT_EQ(RunTiny({}).exit_code, 0);
}

TEST_F(ControlTest, ACachedStageShowsTheLogOfTheRunThatComputedIt) {
  CopyTinyStore();
  const Ending again = RunTiny({});
  EXPECT_EQ(again.exit_code, 0);
  const Ending log = Facet({"logs", "softmax/train"});
  EXPECT_EQ(log.exit_code, 0) << log.err;
  EXPECT_THAT(log.err, HasSubstr("train was taken from the cache; this is the log of tiny/"));
  const Ending wrong = Facet({"logs", "softmax/trian"});
  EXPECT_EQ(wrong.exit_code, 5);
  EXPECT_THAT(wrong.err, HasSubstr("did you mean \"train\"?"));
}

TEST_F(ControlTest, ARunSaysWhatItCostAndWhereItComesFrom) {
  const Ending& first = CopyStoreOf("tiny.toml");
  EXPECT_THAT(first.err, testing::ContainsRegex(
                             "\"cost\":\".* of computing \\(.* of processor time, at most .* of "
                             "memory\\), .* stored\""));
  const Ending again = RunTiny({});
  EXPECT_THAT(again.err, HasSubstr("\"cost\":\"the cache saved "));
  std::string results, metrics;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(store() + "/runs")) {
    if (entry.path().filename() == "results.json") results = entry.path().string();
    if (entry.path().filename() == "metrics.json") metrics = entry.path().string();
  }
  const absl::StatusOr<Json> report = ReadJsonFile(results), row = ReadJsonFile(metrics);
  ASSERT_TRUE(report.ok() && row.ok());
  const Json origin = report->at("origin");
  EXPECT_THAT(origin.at("command").get<std::string>(), HasSubstr("run "));
  EXPECT_EQ(origin.at("plugins").at("loss/softmax").get<std::string>().size(), 64u);
  EXPECT_EQ(origin.at("stage_code").at("train").get<std::string>().size(), 64u);
  EXPECT_EQ(origin.at("rows").at("softmax").at("threads"), 1);
  EXPECT_TRUE(origin.at("rows").at("softmax").at("seed").is_number());
  for (const Json& stage : report->at("rows").at(0).at("stages")) {
    EXPECT_GT(stage.at("cpu_seconds"), 0.0);
    EXPECT_GT(stage.at("peak_memory_mib"), 1.0);
    EXPECT_GT(stage.at("disk_bytes"), 0);
  }
  EXPECT_EQ(row->at("provenance").at("host"), origin.at("host"));
  EXPECT_TRUE(row->at("provenance").contains("seed"));
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(store() + "/cache/v1/ac")) {
    if (entry.path().filename() != "artifact.json") continue;
    const absl::StatusOr<Json> artifact = ReadJsonFile(entry.path().string());
    ASSERT_TRUE(artifact.ok());
    EXPECT_EQ(artifact->at("provenance").at("host"), origin.at("host"));
    EXPECT_EQ(artifact->at("provenance").at("git"), origin.at("git"));
  }
}

TEST_F(ControlTest, DoctorSaysWhatIsHere) {
  const Ending page = Facet({"doctor"});
  EXPECT_EQ(page.exit_code, 0) << page.out << page.err;
  EXPECT_THAT(page.out,
              AllOf(HasSubstr("torch: "), HasSubstr("cores allowed"), HasSubstr("components of "),
                    HasSubstr("not there yet"), HasSubstr("0 problems, ")));
  EXPECT_FALSE(std::filesystem::exists(store())) << "it has made a store";
  const Ending json = Facet({"doctor", "--json"});
  const absl::StatusOr<Json> findings = ParseJson(json.out, "doctor");
  ASSERT_TRUE(findings.ok()) << json.out;
  EXPECT_GT(findings->at("findings").size(), 8u);
}

}  // namespace
}  // namespace facet
