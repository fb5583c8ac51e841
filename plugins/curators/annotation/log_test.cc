// The log of decisions: what is in the file after kills, two writers, and what the lines mean.
#include "plugins/curators/annotation/log.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "core/base/file.h"
#include "core/base/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/annotation/votes.h"

namespace facet {
namespace {

using Action = AnnotationEvent::Action;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AnnotationLogTest : public testing::Test {
 protected:
  AnnotationLogTest()
      : path_(testing::TempDir() + "/log_" +
              testing::UnitTest::GetInstance()->current_test_info()->name() + "/d.jsonl") {
    std::filesystem::remove_all(std::filesystem::path(path_).parent_path());
    PersonImages zoe{1, "Zoe", {}};
    for (int i = 0; i < 5; ++i) {
      BlockImage image;
      image.row.id = i;
      image.row.path = std::string(1, static_cast<char>('a' + i));
      zoe.images.push_back(image);
    }
    blocks_ = MakeBlocks({zoe}, 3);
  }
  AnnotationEvent Event(Action action, int block = 0, const std::string& who = "ann") const {
    AnnotationEvent event;
    event.action = action;
    event.annotator = who;
    event.block = blocks_[block].digest;
    event.identity = "Zoe";
    event.rank = block;
    event.seconds = 2.5;
    event.time = "2026-01-02T03:04:05Z";
    return event;
  }
  AnnotationEvent MarkOf(const std::vector<std::string>& images, bool marked = true,
                         const std::string& who = "ann") const {
    AnnotationEvent event = Event(marked ? Action::kMark : Action::kUnmark, 0, who);
    event.images = images;
    return event;
  }
  AnnotationEvent UndoOf(int64_t line, int block = 0, const std::string& who = "ann") const {
    AnnotationEvent event = Event(Action::kUndo, block, who);
    event.undoes = line;
    return event;
  }
  AnnotationVotes Replay(const std::vector<AnnotationEvent>& events) const {
    AnnotationVotes votes(blocks_);
    for (size_t i = 0; i < events.size(); ++i) votes.Apply(static_cast<int64_t>(i) + 1, events[i]);
    return votes;
  }

  const std::string path_;
  std::vector<AnnotationBlock> blocks_;
};

TEST_F(AnnotationLogTest, BlocksByScore) {
  PersonImages person{7, "Ann", {}};
  const std::vector<std::optional<double>> scores = {{}, -2, -1, {}, -1, -3};
  for (size_t i = 0; i < scores.size(); ++i) {
    BlockImage image;
    image.row.id = static_cast<int64_t>(i);
    image.row.path = std::to_string(i);
    image.score = scores[i];
    person.images.push_back(image);
  }
  const auto blocks = MakeBlocks({PersonImages{1, "Nobody", {}}, person}, 4);
  ASSERT_EQ(blocks.size(), 2u);
  std::vector<int64_t> order;
  for (const auto& block : blocks) {
    for (const auto& image : block.images) order.push_back(image.row.id);
  }
  EXPECT_THAT(order, ElementsAre(2, 4, 1, 5, 0, 3));  // equal scores by id, none last by id
  EXPECT_EQ(blocks[0].images.size(), 4u);
  EXPECT_EQ(blocks[1].rank, 1);
  EXPECT_EQ(BlockLabel(blocks[1]), "block 2 of 2");

  std::swap(person.images[1].score, person.images[5].score);  // another order in the first block
  EXPECT_EQ(MakeBlocks({person}, 4)[0].digest, blocks[0].digest);
  person.images[1].row.bytes_sha256 = std::string(64, '1');
  EXPECT_NE(MakeBlocks({person}, 4)[0].digest, blocks[0].digest);
  person.images[1].row.bytes_sha256.clear();
  person.name = "Bob";
  EXPECT_NE(MakeBlocks({person}, 4)[0].digest, blocks[0].digest);
}

TEST_F(AnnotationLogTest, LinesComeBack) {
  AnnotationEvent finish;
  finish.action = Action::kFinish;
  finish.annotator = "J\u00fcrgen \"x\"";
  const std::vector<AnnotationEvent> events = {MarkOf({"a", "b\n"}), Event(Action::kReject, 1),
                                               UndoOf(2, 1), MarkOf({"a"}, false), finish};
  {
    const auto log = AnnotationLog::Open(path_);
    ASSERT_TRUE(log.ok()) << log.status();
    for (const auto& event : events) ASSERT_TRUE((*log)->Append(event).ok());
  }
  const auto log = AnnotationLog::Open(path_);
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_EQ((*log)->events().size(), events.size());
  for (size_t i = 0; i < events.size(); ++i) {
    const AnnotationEvent& read = (*log)->events()[i];
    EXPECT_EQ(read.action, events[i].action);
    EXPECT_EQ(read.annotator, events[i].annotator);
    EXPECT_EQ(read.block, events[i].block);
    EXPECT_EQ(read.images, events[i].images);
    EXPECT_EQ(read.undoes, events[i].undoes);
    EXPECT_EQ(read.seconds, events[i].seconds);
    EXPECT_EQ(read.time, events[i].time);
  }
}

// A kill in the middle of a write leaves any part of the line.
TEST_F(AnnotationLogTest, TornLastLineIsCutOffWhereverItEnds) {
  {
    ASSERT_TRUE(AnnotationLog::Open(path_).value()->Append(Event(Action::kAccept)).ok());
  }
  const std::string whole = ReadFile(path_).value();
  for (size_t part = 1; part < whole.size(); ++part) {
    ASSERT_TRUE(WriteFileAtomically(path_, whole + whole.substr(0, part)).ok());
    {
      const auto log = AnnotationLog::Open(path_);
      ASSERT_TRUE(log.ok()) << log.status();
      EXPECT_EQ((*log)->events().size(), 1u);
      ASSERT_TRUE((*log)->Append(Event(Action::kReject)).ok());
    }
    const auto log = AnnotationLog::Open(path_);
    ASSERT_TRUE(log.ok()) << log.status();
    ASSERT_EQ((*log)->events().size(), 2u);
    EXPECT_EQ((*log)->events()[1].action, Action::kReject);
  }
}

TEST_F(AnnotationLogTest, DamageInTheMiddleIsNamed) {
  {
    ASSERT_TRUE(AnnotationLog::Open(path_).value()->Append(Event(Action::kAccept)).ok());
  }
  const std::string line = ReadFile(path_).value();
  for (const std::string& bad : {std::string("{}\n"), std::string("{\"action\":\n"),
                                 Dump({{"action", "undo"},
                                       {"annotator", "bob"},
                                       {"block", ""},
                                       {"identity", ""},
                                       {"rank", 0},
                                       {"seconds", 1},
                                       {"undoes", 1}}) +
                                     "\n",
                                 Dump({{"action", "smile"}, {"annotator", "bob"}}) + "\n"}) {
    ASSERT_TRUE(WriteFileAtomically(path_, line + bad + line).ok());
    const auto log = AnnotationLog::Open(path_);
    EXPECT_EQ(log.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(log.status().message(), HasSubstr("d.jsonl:2: "));
  }
}

TEST_F(AnnotationLogTest, ASecondWriterIsRefused) {
  const auto log = AnnotationLog::Open(path_);
  ASSERT_TRUE(log.ok());
  const auto second = AnnotationLog::Open(path_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(second.status().message(), HasSubstr("another process"));
}

// A limit on the file's size stops the write in the middle of a line, as a full disk does.
TEST_F(AnnotationLogTest, AFullDiskIsSaidAndLeavesWholeLines) {
  const auto log = AnnotationLog::Open(path_);
  ASSERT_TRUE(log.ok());
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{20, 20};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::_exit((*log)->Append(Event(Action::kAccept)).ok() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "the append said that all is well";
  EXPECT_EQ(std::filesystem::file_size(path_), 0u);
  EXPECT_TRUE((*log)->Append(Event(Action::kAccept)).ok());
}

TEST_F(AnnotationLogTest, MarksAndVerdicts) {
  const AnnotationVotes votes =
      Replay({MarkOf({"a", "b"}), MarkOf({"a"}, false), MarkOf({"e"}),  // e is in the other block
              Event(Action::kAccept), Event(Action::kReject, 1)});
  EXPECT_EQ(votes.Accepted(0), true);
  EXPECT_THAT(votes.RemovedImages(0), ElementsAre("b"));
  EXPECT_EQ(votes.Accepted(1), false);
  EXPECT_EQ(votes.Seconds(0), 10);
  EXPECT_EQ(votes.seconds(), 12.5);
}

TEST_F(AnnotationLogTest, UndoStepByStep) {
  std::vector<AnnotationEvent> events = {MarkOf({"a"}), Event(Action::kAccept),
                                         Event(Action::kReject, 1)};
  EXPECT_EQ(Replay(events).Last("ann")->line, 3);
  events.push_back(UndoOf(3, 1));
  EXPECT_EQ(Replay(events).Accepted(1), std::nullopt);
  EXPECT_EQ(Replay(events).Last("ann")->line, 2);
  EXPECT_EQ(Replay(events).Last("ann")->block, 0);
  events.push_back(UndoOf(2));
  EXPECT_EQ(Replay(events).Accepted(0), std::nullopt);
  EXPECT_THAT(Replay(events).Opinions(0).at("ann").marked, ElementsAre("a"));
  events.push_back(UndoOf(1));
  EXPECT_THAT(Replay(events).Opinions(0).at("ann").marked, IsEmpty());
  EXPECT_FALSE(Replay(events).Last("ann").has_value());
  EXPECT_FALSE(Replay(events).Last("bob").has_value());
}

// A second verdict replaces the first; undoing it brings the first back.
TEST_F(AnnotationLogTest, UndoOfAChangedVerdict) {
  std::vector<AnnotationEvent> events = {Event(Action::kAccept), Event(Action::kReject)};
  EXPECT_EQ(Replay(events).Accepted(0), false);
  events.push_back(UndoOf(2));
  EXPECT_EQ(Replay(events).Accepted(0), true);
}

TEST_F(AnnotationLogTest, MajorityDecidesAndATieRejects) {
  std::vector<AnnotationEvent> events = {Event(Action::kAccept, 0, "ann"),
                                         Event(Action::kReject, 0, "bob")};
  EXPECT_EQ(Replay(events).Accepted(0), false);
  EXPECT_EQ(Replay(events).Agree().pairs, 1);
  EXPECT_EQ(Replay(events).Agree().equal, 0);
  events.push_back(Event(Action::kAccept, 0, "cleo"));
  EXPECT_EQ(Replay(events).Accepted(0), true);
  EXPECT_EQ(Replay(events).NumVerdicts(0), 3);
  // ann-bob, ann-cleo, bob-cleo: one pair agrees.
  EXPECT_EQ(Replay(events).Agree().pairs, 3);
  EXPECT_EQ(Replay(events).Agree().equal, 1);
  // Of the two who accept it, one marks a: half. Bob's mark does not count.
  events.push_back(MarkOf({"a"}, true, "ann"));
  events.push_back(MarkOf({"b"}, true, "bob"));
  EXPECT_THAT(Replay(events).RemovedImages(0), ElementsAre("a"));
}

TEST_F(AnnotationLogTest, DecisionsOnOtherImagesAreCountedNotUsed) {
  const std::vector<AnnotationEvent> events = {Event(Action::kAccept), Event(Action::kReject, 1)};
  blocks_[0].digest = std::string(64, 'f');
  const AnnotationVotes votes = Replay(events);
  EXPECT_EQ(votes.Accepted(0), std::nullopt);
  EXPECT_EQ(votes.Accepted(1), false);
  EXPECT_EQ(votes.num_unused(), 1);
}

}  // namespace
}  // namespace facet
