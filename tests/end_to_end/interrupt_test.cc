// Stopped, killed, started again: the same bits as a run that nobody disturbed.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using InterruptTest = EndToEndTest;

// Some 600 steps, and the row that trains alone. Without a validation part all epochs are run. At
// the file's rate, for one epoch, a network so small may end with nothing but zeros: which start
// does is a matter of the last bit, another one with each release of LibTorch.
const std::vector<std::string> kLong = {"softmax",
                                        "--set",
                                        "train.epochs=200",
                                        "--set",
                                        "train.validation_share=0",
                                        "--set",
                                        "train.schedule.rates=[1e-3]"};

// What a stage has done (images trained on, epochs of W'), as its progress events say.
std::vector<int64_t> DoneOf(const std::string& stage, const std::string& err) {
  std::vector<int64_t> done;
  for (const Json& event : Events(err)) {
    if (event.value("event", "") == "progress" && event.value("stage", "") == stage) {
      done.push_back(event.at("done"));
    }
  }
  return done;
}
// The latest and the first; 0: none yet.
int64_t TrainedImages(const std::string& err) {
  const std::vector<int64_t> done = DoneOf("train", err);
  return done.empty() ? 0 : done.back();
}
int64_t FirstTrainedImages(const std::string& err) {
  const std::vector<int64_t> done = DoneOf("train", err);
  return done.empty() ? 0 : done.front();
}

// Whether the process has this file open.
bool HasOpen(pid_t process, const std::string& path) {
  std::error_code error;
  std::filesystem::directory_iterator entry("/proc/" + std::to_string(process) + "/fd", error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::error_code gone;
    if (std::filesystem::read_symlink(entry->path(), gone) == path) return true;
  }
  return false;
}

bool TrainsLongerThan(const Program& program, int64_t images) {
  return TrainedImages(program.err()) > images;
}

TEST_F(InterruptTest, AnInterruptedTrainingGoesOnAndEndsWithTheSameBits) {
  CopyTinyStore("undisturbed");
  const Ending undisturbed = RunTiny(kLong, "undisturbed");
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.err;
  ASSERT_THAT(Computed(undisturbed), Contains("train"));

  CopyTinyStore();
  auto run = StartTiny(kLong);
  ASSERT_TRUE(run->WaitUntil([&] { return TrainsLongerThan(*run, 0); })) << run->err();
  ::kill(run->id(), SIGTERM);
  const Ending stopped = run->Wait();
  EXPECT_EQ(stopped.exit_code, 75) << stopped.err;
  EXPECT_THAT(Computed(stopped), Not(Contains("train")));
  EXPECT_THAT(Events(stopped.err).back().value("continue", ""),
              HasSubstr("facet --store .facet run "));
  EXPECT_THAT(stopped.out, HasSubstr("not run"));
  const int64_t at_stop = TrainedImages(stopped.err);

  // From the checkpoint on; then the worker is killed.
  run = StartTiny(kLong);
  ASSERT_TRUE(run->WaitUntil([&] { return TrainsLongerThan(*run, 0); })) << run->err();
  EXPECT_GT(FirstTrainedImages(run->err()), at_stop);
  const std::vector<pid_t> workers = WorkersOf(run->id());
  ASSERT_EQ(workers.size(), 1u);
  ::kill(workers[0], SIGKILL);
  const Ending killed = run->Wait();
  EXPECT_EQ(killed.exit_code, 1) << killed.err;
  EXPECT_THAT(killed.err, HasSubstr("\"message\":\"stage train: the worker was killed by signal 9 "
                                    "(Killed); out of memory?"));

  // Again from the checkpoint on; then the host is killed, and takes its worker with it.
  run = StartTiny(kLong);
  ASSERT_TRUE(run->WaitUntil([&] { return TrainsLongerThan(*run, 0); })) << run->err();
  EXPECT_GT(FirstTrainedImages(run->err()), at_stop);
  const std::vector<pid_t> orphans = WorkersOf(run->id());
  ASSERT_EQ(orphans.size(), 1u);
  ::kill(run->id(), SIGKILL);
  EXPECT_EQ(run->Wait().exit_code, 128 + SIGKILL);

  // The dead host's locks and working folders are in nobody's way.
  const Ending rest = RunTiny(kLong);
  EXPECT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_NE(::kill(orphans[0], 0), 0) << "a worker outlived its host";
  EXPECT_THAT(Computed(rest), ElementsAre("describe", "evaluate", "train"));
  EXPECT_GT(FirstTrainedImages(rest.err), at_stop);
  EXPECT_EQ(Artifacts(store()), Artifacts(folder() + "/undisturbed"));
  EXPECT_TRUE(std::filesystem::is_empty(store() + "/cache/v1/tmp"));
  EXPECT_TRUE(std::filesystem::is_empty(store() + "/cache/v1/checkpoints"));
}

// The same of W': stopped, then its worker killed, then the host.
TEST_F(InterruptTest, AnInterruptedEmbeddingGoesOnAndEndsWithTheSameBits) {
  const std::vector<std::string> embedding = {"triplet", "--set", "embed.epochs=700"};
  CopyTinyStore("undisturbed");
  const Ending undisturbed = RunTiny(embedding, "undisturbed");
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.err;
  ASSERT_THAT(Computed(undisturbed), ElementsAre("evaluate", "project"));

  CopyTinyStore();
  // Signals are sent once an epoch is over, so that there is something to go on from.
  const auto start = [&](int64_t* first) {
    auto run = StartTiny(embedding);
    EXPECT_TRUE(run->WaitUntil([&] { return !DoneOf("project", run->err()).empty(); }))
        << run->err();
    *first = DoneOf("project", run->err()).front();
    return run;
  };
  int64_t first = 0;
  auto run = start(&first);
  ::kill(run->id(), SIGTERM);
  const Ending stopped = run->Wait();
  EXPECT_EQ(stopped.exit_code, 75) << stopped.err;
  EXPECT_THAT(Computed(stopped), Not(Contains("project")));
  const int64_t at_stop = DoneOf("project", stopped.err).back();

  for (const bool of_worker : {true, false}) {
    run = start(&first);
    EXPECT_GT(first, at_stop);
    const std::vector<pid_t> workers = WorkersOf(run->id());
    ASSERT_EQ(workers.size(), 1u);
    ::kill(of_worker ? workers[0] : run->id(), SIGKILL);
    EXPECT_EQ(run->Wait().exit_code, of_worker ? 1 : 128 + SIGKILL);
  }
  const Ending rest = RunTiny(embedding);
  EXPECT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_THAT(Computed(rest), ElementsAre("evaluate", "project"));
  EXPECT_GT(DoneOf("project", rest.err).front(), at_stop);
  EXPECT_EQ(Artifacts(store()), Artifacts(folder() + "/undisturbed"));
  EXPECT_TRUE(std::filesystem::is_empty(store() + "/cache/v1/checkpoints"));
}

TEST_F(InterruptTest, ASecondSignalLeavesAtOnceAndTheStoreIsWhole) {
  CopyTinyStore();
  const auto run = StartTiny(kLong);
  ASSERT_TRUE(run->WaitUntil([&] { return TrainsLongerThan(*run, 0); })) << run->err();
  // The worker cannot end, so that the second signal surely meets a host that waits.
  for (const pid_t worker : WorkersOf(run->id())) ::kill(worker, SIGSTOP);
  ::kill(run->id(), SIGINT);
  ASSERT_TRUE(run->WaitUntil([i = 0]() mutable { return ++i > 50; })) << "it did not wait";
  ::kill(run->id(), SIGINT);
  EXPECT_EQ(run->Wait().exit_code, 130);
  const Ending plain = RunTiny({});
  EXPECT_EQ(plain.exit_code, 0) << plain.err;
  EXPECT_THAT(Computed(plain), IsEmpty());
}

// Whatever the verb waits for: a file that does not come, gigabytes to be hashed.
TEST_F(InterruptTest, AVerbThatRunsNoStageEndsAtTheFirstSignal) {
  const std::string fifo = folder() + "/fifo.toml";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  for (const char* verb : {"check", "show", "plan", "preview", "run"}) {
    for (const int signal : {SIGINT, SIGTERM}) {
      const auto program = Start({verb, fifo});
      int writer = -1;  // can be opened once the program reads
      ASSERT_TRUE(program->WaitUntil([&] {
        writer = ::open(fifo.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        return writer >= 0;
      })) << verb;
      ::kill(program->id(), signal);
      EXPECT_EQ(program->Wait().exit_code, 128 + signal) << verb;
      ::close(writer);
    }
  }

  CopyTinyStore();
  const std::string weights = Write("w.caffemodel", "1"), layout = Write("w.prototxt", "1");
  ASSERT_EQ(::truncate(weights.c_str(), int64_t{1} << 40), 0);  // a hole: hours to hash
  const std::vector<std::string> sets = {DataFile("tiny.toml"), "--set",
                                         "train.weights.file=w.caffemodel", "--set",
                                         "train.weights.layout=w.prototxt"};
  for (const char* verb : {"plan", "run"}) {
    std::vector<std::string> arguments = {verb};
    arguments.insert(arguments.end(), sets.begin(), sets.end());
    const auto program = Start(arguments);
    ASSERT_TRUE(program->WaitUntil([&] { return HasOpen(program->id(), weights); })) << verb;
    ::kill(program->id(), SIGINT);
    // Of the run other stages may have gone before.
    EXPECT_EQ(program->Wait().exit_code, verb == std::string("run") ? 75 : 130) << verb;
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    EXPECT_THAT(entry.path().filename().string(),
                testing::AnyOf("fifo.toml", "w.caffemodel", "w.prototxt", ".facet",
                               testing::EndsWith(".txt")));
  }
  EXPECT_EQ(RunTiny({}).exit_code, 0);
}

// A process that waits for a stage which another one computes, instead of computing it too.
TEST_F(InterruptTest, TwoRunsAtOnceInOneStoreShareTheWork) {
  const auto first = StartTiny({}), second = StartTiny({});
  const Ending ends[2] = {first->Wait(), second->Wait()};
  std::vector<std::string> computed;
  for (const Ending& end : ends) {
    EXPECT_EQ(end.exit_code, 0) << end.err;
    for (const std::string& stage : Computed(end)) computed.push_back(stage);
  }
  EXPECT_EQ(computed.size(), 13u) << testing::PrintToString(computed);
  EXPECT_EQ(ends[0].out.substr(0, ends[0].out.find("report:")),
            ends[1].out.substr(0, ends[1].out.find("report:")));
}

// A host that was stopped (Ctrl-Z) holds its stage; who waits for it is told what to do.
TEST_F(InterruptTest, WhoWaitsForAStoppedHostIsToldSo) {
  CopyTinyStore();
  const auto first = StartTiny(kLong);
  ASSERT_TRUE(first->WaitUntil([&] { return TrainsLongerThan(*first, 0); })) << first->err();
  ::kill(first->id(), SIGSTOP);
  const auto second = StartTiny(kLong);
  const std::string stopped =
      absl::StrCat("(stopped; `kill -CONT ", first->id(), "` lets it go on)");
  EXPECT_TRUE(second->WaitUntil([&] { return absl::StrContains(second->err(), stopped); }))
      << second->err();
  ::kill(first->id(), SIGCONT);
  const Ending ends[2] = {first->Wait(), second->Wait()};
  for (const Ending& end : ends) EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_THAT(Computed(ends[0]), Contains("train"));
  EXPECT_THAT(Computed(ends[1]), Not(Contains("train")));
}

// The number of stages at once is in no key and no result.
TEST_F(InterruptTest, HowManyStagesRunAtOnceChangesNoBit) {
  CopyTinyStore("of_two");  // -j 2
  for (const char* jobs : {"1", "4"}) {
    const std::string store = absl::StrCat("of_", jobs);
    EXPECT_EQ(RunTiny({"-j", jobs}, store).exit_code, 0);
    EXPECT_EQ(Artifacts(folder() + "/" + store), Artifacts(folder() + "/of_two")) << jobs;
  }
}

}  // namespace
}  // namespace facet
