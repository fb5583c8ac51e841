#include "core/app/run_state.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/app/progress_file.h"
#include "core/app/verb_logs.h"
#include "core/app/verb_status.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// A run of two rows that share their data set, in a store of its own.
class RunStateTest : public testing::Test {
 protected:
  RunStateTest() : store_(TestFolder() + "/.facet"), folder_(AddRun("20260101T000000Z-aaaaaa")) {}

  std::string AddRun(const std::string& name) const {
    const std::string folder = absl::StrCat(store_, "/runs/table/", name);
    std::filesystem::create_directories(folder + "/logs");
    const Json plan = {{"schema", 1},
                       {"stages",
                        {{{"name", "train.dataset"}, {"type", "dataset"}, {"rows", {"b", "a"}}},
                         {{"name", "train"}, {"type", "train"}, {"rows", {"b"}}},
                         {{"name", "train"}, {"type", "train"}, {"rows", {"a"}}}}},
                       {"rows", {{"a", 2}, {"b", 1}}}};
    EXPECT_TRUE(WriteFileAtomically(folder + "/plan.json", DumpPretty(plan)).ok());
    return folder;
  }

  static std::string Sealed(Json event) {
    event["time"] = "2026-01-01T00:00:01.000Z";
    event["checksum"] = Sha256Hex(Dump(event)).substr(0, 16);
    return Dump(event) + "\n";
  }
  void Say(const std::string& text) const { SayIn(folder_, text); }
  static void SayIn(const std::string& folder, const std::string& text) {
    std::ofstream(folder + "/events.jsonl", std::ios::app) << text;
  }
  static std::string Stage(int index, const std::string& state, const std::string& log = "",
                           const std::string& key = "k") {
    const std::vector<std::string> rows[] = {{"b", "a"}, {"b"}, {"a"}};
    Json event = {{"event", "stage"},
                  {"index", index},
                  {"stage", index == 0 ? "train.dataset" : "train"},
                  {"state", state},
                  {"rows", rows[index]},
                  {"key", key}};
    if (!log.empty()) event["log"] = log;
    return Sealed(event);
  }

  RunStatus Read() const {
    const absl::StatusOr<RunStatus> run = ReadRun(folder_);
    EXPECT_TRUE(run.ok()) << run.status();
    return run.value_or(RunStatus());
  }
  static std::vector<std::string> RowStates(const RunStatus& run) {
    std::vector<std::string> states;
    for (const RowStatus& row : run.rows) states.push_back(row.id + " " + row.state);
    return states;
  }

  const std::string store_, folder_;
};

TEST_F(RunStateTest, ARunIsGoingAsLongAsItsHostHoldsIt) {
  EXPECT_EQ(Read().state, RunStatus::State::kUnknown);
  auto hold = RunHold::Take(folder_, RunHost::ThisOne());
  ASSERT_TRUE(hold.ok()) << hold.status();
  Say(Stage(0, "done") + Stage(1, "running"));
  RunStatus run = Read();
  EXPECT_EQ(run.state, RunStatus::State::kGoing);
  EXPECT_EQ(run.host->pid, ::getpid());
  EXPECT_THAT(RowStates(run), ElementsAre("b running", "a waiting"));
  // A second one who looks takes nothing away from the first.
  EXPECT_TRUE(IsGoing(folder_) && IsGoing(folder_));

  *hold = nullptr;
  run = Read();
  EXPECT_EQ(run.state, RunStatus::State::kCutOff);
  EXPECT_THAT(DescribeLife(run, absl::Now()), StartsWith("ended without a word (killed?)"));
  EXPECT_THAT(RowStates(run), ElementsAre("b cut off", "a not run"));

  Say(Sealed({{"event", "end"}, {"exit_code", 75}}));
  run = Read();
  EXPECT_EQ(run.state, RunStatus::State::kEnded);
  EXPECT_EQ(run.exit_code, 75);
}

TEST_F(RunStateTest, AKilledHostIsGoneAlthoughItsProcessNumberIsInUse) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto hold = RunHold::Take(folder_, RunHost::ThisOne());
    const char word = hold.ok() ? 'y' : 'n';
    if (::write(ready[1], &word, 1) == 1) ::pause();
    ::_exit(1);
  }
  char word = 0;
  ASSERT_EQ(::read(ready[0], &word, 1), 1);
  ASSERT_EQ(word, 'y');
  EXPECT_EQ(Read().state, RunStatus::State::kGoing);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(Read().state, RunStatus::State::kCutOff);

  // Another process by that number: it is not signalled, or this test would end here.
  RunHost host = *ReadRunHost(folder_);
  host.pid = ::getpid();
  EXPECT_TRUE(absl::IsFailedPrecondition(SignalHost(host, SIGKILL)));
  host.boot = "another kernel";
  EXPECT_TRUE(absl::IsFailedPrecondition(SignalHost(host, SIGKILL)));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(RunStateTest, OfAnotherMachineNothingIsCertain) {
  RunHost host = RunHost::ThisOne();
  host.machine = "node7";
  host.boot = "another kernel";
  host.since = absl::Now() - absl::Hours(3);
  auto hold = RunHold::Take(folder_, host);
  ASSERT_TRUE(hold.ok());
  const RunStatus run = Read();
  EXPECT_EQ(run.state, RunStatus::State::kElsewhere);
  EXPECT_THAT(DescribeLife(run, run.last_event + absl::Seconds(5)),
              testing::AllOf(HasSubstr("going, as it seems"), HasSubstr("on node7")));
  EXPECT_THAT(DescribeLife(run, run.last_event + absl::Hours(2)), HasSubstr("not known whether"));
  EXPECT_FALSE(IsGoing(folder_));
}

TEST_F(RunStateTest, WhatItsChecksumDoesNotFitIsNoEvent) {
  const std::string whole = Stage(1, "done");
  Say(Stage(0, "cached"));
  std::string changed = Stage(2, "done");
  changed.replace(changed.find("done"), 4, "gone");
  Say(changed + "{\"event\":\"end\",\"exit_code\":0}\n" + whole.substr(0, whole.size() / 2));
  EXPECT_EQ(ReadEvents(folder_).size(), 1u);
  // The torn line is whole a moment later.
  Say(whole.substr(whole.size() / 2));
  EXPECT_EQ(ReadEvents(folder_).size(), 2u);
  EXPECT_THAT(RowStates(Read()), ElementsAre("b done", "a not run"));
}

TEST_F(RunStateTest, EventsOfBeforeWithoutAnIndexAreFoundByNameAndRows) {
  Say(Sealed({{"event", "stage"},
              {"stage", "train"},
              {"rows", {"a"}},
              {"state", "failed"},
              {"key", "k"},
              {"message", "no" + std::string(200, 'o') + "\nmemory"}}));
  const RunStatus run = Read();
  EXPECT_EQ(run.stages[1].state, "pending");
  EXPECT_EQ(run.stages[2].state, "failed");
  EXPECT_THAT(RenderStatus(run, absl::Now(), false, false),
              testing::AllOf(HasSubstr("train: nooo"), HasSubstr("ooo…\n"),
                             Not(HasSubstr("memory")), Not(HasSubstr(std::string(100, 'o')))));
}

class NoObserver final : public RunObserver {
 public:
  void OnStage(int, const StageOutcome&) override {}
  void OnProgress(int, const StageProgress&) override {}
  void OnAsk(int, const std::string&) override {}
  void OnWait(int, const std::string&) override {}
};

TEST_F(RunStateTest, ProgressOfWhatRunsOrWasStoppedIsShown) {
  const auto hold = RunHold::Take(folder_, RunHost::ThisOne());
  NoObserver next;
  ProgressFile file(folder_, next);
  StageOutcome outcome;
  outcome.state = StageState::kRunning;
  file.OnStage(1, outcome);
  file.OnProgress(1, {120, 600, "images", "loss 3.2", ""});
  Say(Stage(1, "running"));
  EXPECT_THAT(RenderStatus(Read(), absl::Now(), false, false),
              HasSubstr("120/600 images, loss 3.2"));
  // A second is not over, but it is the last word.
  file.OnProgress(1, {240, 600, "images", "loss 2.1", ""});
  outcome.state = StageState::kStopped;
  file.OnStage(1, outcome);
  Say(Stage(1, "stopped"));
  Say(Stage(2, "stopped"));
  const RunStatus run = Read();
  EXPECT_EQ(run.stages[1].state, "stopped");
  EXPECT_EQ(run.stages[2].state, "pending");  // it had not begun
  EXPECT_EQ(run.stages[1].progress.at("done"), 240);
  EXPECT_THAT(RenderStatus(run, absl::Now(), false, false), HasSubstr("at 240/600 images"));
}

TEST(DescribeProgressTest, TimeLeftPassesAsTimeDoes) {
  const absl::Time said = absl::FromUnixSeconds(1000000);
  const Json progress = {{"done", 1200},
                         {"total", 5000},
                         {"unit", "images"},
                         {"note", "loss 3.21"},
                         {"per_second", 240},
                         {"seconds_left", 15.8},
                         {"parts", 1},
                         {"time", absl::FormatTime(absl::RFC3339_sec, said, absl::UTCTimeZone())}};
  EXPECT_EQ(DescribeProgress(progress, said + absl::Seconds(4)),
            "1200/5000 images, 240/s, 12 s left, loss 3.21");
  EXPECT_EQ(DescribeProgress(Json(), said), "");
}

TEST_F(RunStateTest, ACachedStageHasTheLogOfTheRunThatComputedIt) {
  ASSERT_TRUE(WriteFileAtomically(folder_ + "/logs/b.train.log", "one\ntwo\n").ok());
  Say(Stage(1, "running", "b.train.log", "key1") + Stage(1, "done", "b.train.log", "key1"));
  const std::string later = AddRun("20260102T000000Z-bbbbbb");
  SayIn(later, Stage(1, "cached", "", "key1") + Stage(2, "cached", "", "key2"));
  const absl::StatusOr<RunStatus> run = ReadRun(later);
  ASSERT_TRUE(run.ok());
  const absl::StatusOr<FoundLog> log = FindLog(*run, run->stages[1], store_);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(log->run, "table/20260101T000000Z-aaaaaa");
  EXPECT_EQ(log->path, folder_ + "/logs/b.train.log");
  const absl::StatusOr<FoundLog> none = FindLog(*run, run->stages[2], store_);
  EXPECT_THAT(std::string(none.status().message()), HasSubstr("is not there any more"));
}

TEST_F(RunStateTest, AStageThatIsNotThereIsAnErrorThatNamesTheNearest) {
  const RunStatus run = Read();
  EXPECT_EQ(*FindStage(run, "a/train"), 2);
  EXPECT_EQ(*FindStage(run, "a/train.dataset"), 0);
  EXPECT_THAT(std::string(FindStage(run, "a/trian").status().message()),
              HasSubstr("did you mean \"train\"?"));
  EXPECT_THAT(std::string(FindStage(run, "c/train").status().message()), HasSubstr("no row \"c\""));
}

// Torn by a full disk or a killed machine, or not what a run writes: in words of ours, with what is
// still to be had.
TEST_F(RunStateTest, ARecordThatIsDamagedIsNamedWithWhatToDo) {
  const std::string plan = *ReadFile(folder_ + "/plan.json");
  const auto said = [&] { return std::string(ReadRun(folder_).status().message()); };
  for (const auto& [text, what] : std::vector<std::pair<std::string, const char*>>{
           {plan.substr(0, plan.size() / 2), "/plan.json is cut off or damaged: "},
           {"", "/plan.json is cut off or damaged: "},
           {"{}", "/plan.json does not list stages and rows as a run does: "},
           {"[1]", "/plan.json does not list stages and rows as a run does: "},
           {R"({"stages": [{"name": 3, "rows": []}], "rows": {}})", "/plan.json does not list "},
           {R"({"stages": [], "rows": {"a": 0}})", "/plan.json ends row \"a\" with a stage "}}) {
    ASSERT_TRUE(WriteFileAtomically(folder_ + "/plan.json", text).ok());
    EXPECT_TRUE(absl::IsDataLoss(ReadRun(folder_).status())) << text;
    EXPECT_THAT(said(), AllOf(StartsWith(folder_ + what), HasSubstr("`facet report` shows"),
                              HasSubstr("`facet run` goes on"), Not(HasSubstr("exception"))));
  }
  ASSERT_TRUE(WriteFileAtomically(folder_ + "/plan.json", plan).ok());
  Say(Stage(0, "done").substr(0, 40));
  EXPECT_EQ(Read().stages[0].state, "pending") << "a line that is being written";
  Say("\n" + Sealed({{"event", "stage"}, {"index", "one"}}));
  EXPECT_THAT(said(), AllOf(StartsWith(folder_ + "/events.jsonl or progress.json"),
                            HasSubstr("`facet run` goes on"), Not(HasSubstr("exception"))));
}

// It came to its end: "ended without a word" would be wrong.
TEST_F(RunStateTest, ARunOfRowsWithoutEventsIsDamaged) {
  EXPECT_TRUE(ReadRun(folder_).ok());
  std::filesystem::create_directories(folder_ + "/rows/a");
  const absl::Status said = ReadRun(folder_).status();
  EXPECT_TRUE(absl::IsDataLoss(said));
  EXPECT_THAT(std::string(said.message()), StartsWith(folder_ + "/events.jsonl holds no event"));
  Say(Stage(0, "done"));
  EXPECT_TRUE(ReadRun(folder_).ok());
}

// Whoever opens one waits for a writer.
TEST_F(RunStateTest, APipeInThePlaceOfARecordIsNamed) {
  ASSERT_TRUE(RunHold::Take(folder_, RunHost::ThisOne()).ok());
  for (const char* const file : {"plan.json", "events.jsonl"}) {
    const std::string path = absl::StrCat(folder_, "/", file), before = ReadFile(path).value_or("");
    std::filesystem::remove(path);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_EQ(ReadRun(folder_).status().message(),
              path + " is a pipe, where facet has a file: remove it");
    EXPECT_THAT(ReadEvents(folder_), IsEmpty());
    ASSERT_TRUE(WriteFileAtomically(path, before).ok());
  }
  // What is told beside them can do without.
  for (const char* const file : {"progress.json", "host.json"}) {
    const std::string path = absl::StrCat(folder_, "/", file);
    std::filesystem::remove(path);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_EQ(Read().stages.size(), 3u);
  }
  EXPECT_FALSE(IsGoing(folder_));
}

}  // namespace
}  // namespace facet
