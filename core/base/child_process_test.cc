#include "core/base/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/file.h"
#include "core/base/status.h"
#include "core/base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

ChildOptions Shell(const std::string& script) {
  ChildOptions options;
  options.command = {"sh", "-c", script};
  options.streams = CapturedStreams();
  options.own_group = true;
  return options;
}

absl::StatusOr<ChildOutput> OutputOf(const ChildOptions& options, const ChildLimits& limits = {}) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<ChildProcess> child, ChildProcess::Start(options));
  return child->Finish(limits);
}

// `pid` may be nobody's child any more: its parent was killed.
bool IsOver(pid_t pid, int looks = 5000) {
  for (int i = 0; i < looks; ++i) {
    const std::string stat = ReadFile(absl::StrCat("/proc/", pid, "/stat")).value_or("");
    if (stat.empty() || stat.find(") Z ") != std::string::npos) return true;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return false;
}

TEST(ChildProcess, SaysWhatItSaidAndHowItEnded) {
  const auto output = OutputOf(Shell("cat; echo out; echo error >&2; exit 7"));
  ASSERT_TRUE(output.ok()) << output.status();
  EXPECT_EQ(output->out, "out\n");
  EXPECT_EQ(output->error, "error\n");
  EXPECT_EQ(output->exit.code(), 7);
  EXPECT_EQ(output->exit.signal(), 0);
  EXPECT_EQ(output->exit.Describe(), "exit code 7");
  EXPECT_GT(output->exit.usage.ru_maxrss, 0);
  const auto killed = OutputOf(Shell("kill -9 $$"));
  ASSERT_TRUE(killed.ok()) << killed.status();
  EXPECT_EQ(killed->exit.signal(), SIGKILL);
  EXPECT_EQ(killed->exit.code(), -1);
  EXPECT_EQ(killed->exit.Describe(), "signal 9");
}

TEST(ChildProcess, MuchOnBothStreamsDoesNotBlock) {
  const auto output =
      OutputOf(Shell("dd if=/dev/zero bs=1024 count=1000 2>/dev/null;"
                     "dd if=/dev/zero bs=1024 count=1000 >&2 2>/dev/null"));
  ASSERT_TRUE(output.ok()) << output.status();
  EXPECT_EQ(output->out.size(), 1024000u);
  EXPECT_EQ(output->error.size(), 1024000u);
}

TEST(ChildProcess, HasItsFolderAndItsEnvironment) {
  ASSERT_EQ(::setenv("FACET_TEST_LEFT_OUT", "x", 1), 0);
  ASSERT_EQ(::setenv("FACET_TEST_KEPT", "kept", 1), 0);
  ChildOptions options = Shell("pwd; echo \"$FACET_TEST_KEPT $FACET_TEST_SET\"; env");
  options.folder = std::filesystem::canonical(TestFolder()).string();
  options.environment =
      EnvironmentWith({{"FACET_TEST_LEFT_OUT", std::nullopt}, {"FACET_TEST_SET", "a b"}});
  const auto output = OutputOf(options);
  ASSERT_TRUE(output.ok()) << output.status();
  EXPECT_EQ(output->out.rfind(options.folder + "\nkept a b\n", 0), 0u) << output->out;
  EXPECT_EQ(output->out.find("LEFT_OUT"), std::string::npos);
}

// Descriptors of the caller have the numbers that the child's shall have.
TEST(ChildProcess, MoreDescriptorsThanThree) {
  const int in_the_way = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ChildOptions options = Shell("tr a-z A-Z <&3 >&4; echo log >&5");
  const std::string log = TestFolder() + "/log";
  ASSERT_TRUE(WriteFileAtomically(log, "before\n").ok());
  options.streams[3] = ChildStream::PipeIn();
  options.streams[4] = ChildStream::PipeOut();
  options.streams[5] = ChildStream::File(log);
  const auto child = ChildProcess::Start(options);
  ASSERT_TRUE(child.ok()) << child.status();
  ASSERT_EQ(::write((*child)->pipe(3), "abc", 3), 3);
  (*child)->ClosePipe(3);
  std::string text;
  while ((*child)->Read(4, absl::InfiniteDuration(), &text)) continue;
  EXPECT_EQ(text, "ABC");
  EXPECT_EQ((*child)->Wait().status, 0);
  EXPECT_EQ(ReadFile(log).value(), "before\nlog\n");
  ::close(in_the_way);
}

TEST(ChildProcess, StartsWithDefaultSignals) {
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  const auto output = OutputOf(Shell("kill -PIPE $$; echo alive"));
  ::signal(SIGPIPE, before);
  ASSERT_TRUE(output.ok()) << output.status();
  EXPECT_EQ(output->exit.signal(), SIGPIPE);
}

TEST(ChildProcess, LimitsOfTimeAndOutput) {
  // The pipes stay open in the grandchild.
  EXPECT_EQ(OutputOf(Shell("sleep 1000 & wait"), {absl::Milliseconds(100)}).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(OutputOf(Shell("exec >&- 2>&-; sleep 1000"), {absl::Milliseconds(100)}).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(OutputOf(Shell("yes"), {absl::InfiniteDuration(), 100000}).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(ChildProcess, WaitsAWhile) {
  const auto child = ChildProcess::Start(Shell("sleep 1000"));
  ASSERT_TRUE(child.ok()) << child.status();
  EXPECT_FALSE((*child)->Wait(absl::ZeroDuration()).has_value());
  EXPECT_FALSE((*child)->Wait(absl::Milliseconds(5)).has_value());
  (*child)->Signal(SIGTERM);
  const std::optional<ChildExit> exit = (*child)->Wait(absl::Minutes(1));
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->signal(), SIGTERM);
  EXPECT_EQ((*child)->Wait().signal(), SIGTERM);  // once more
}

TEST(ChildProcess, EndsWithItsObjectAndItsGroupToo) {
  pid_t child_id = -1, grandchild = -1;
  {
    const auto child = ChildProcess::Start(Shell("sleep 1000 & echo $!; wait"));
    ASSERT_TRUE(child.ok()) << child.status();
    child_id = (*child)->id();
    std::string text;
    while (text.find('\n') == std::string::npos) {
      ASSERT_TRUE((*child)->Read(STDOUT_FILENO, absl::InfiniteDuration(), &text));
    }
    grandchild = std::atoi(text.c_str());
  }
  EXPECT_NE(::kill(child_id, 0), 0);
  EXPECT_TRUE(IsOver(grandchild));
}

TEST(ChildProcess, WhatCannotBeStartedIsNamed) {
  ChildOptions options = Shell("");
  options.command = {"/no/such/program"};
  absl::Status status = OutputOf(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("cannot start /no/such/program: No such"));
  options = Shell("");
  options.streams[STDERR_FILENO] = ChildStream::File("/no/such/folder/log");
  status = OutputOf(options).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("cannot write /no/such/folder/log"));
}

TEST(CaptureOutput, EndsWhatGoesBeyondALimit) {
  const absl::Status late = CaptureOutput({"sleep", "600"}, {absl::Milliseconds(50)}).status();
  EXPECT_EQ(late.message(), "sleep 600: it runs longer than 50ms");
  const absl::Status long_winded = CaptureOutput({"yes"}, {absl::Seconds(60), 1000}).status();
  EXPECT_EQ(long_winded.message(), "yes: it prints more than 1000 bytes");
}

// As a daemon may start its children: how they end is not told, but that they do.
TEST(CaptureOutput, DoesNotWaitForeverWhereSigchldIsIgnored) {
  const auto before = ::signal(SIGCHLD, SIG_IGN);
  const auto output = CaptureOutput({"true"}, {absl::Seconds(60)});
  ::signal(SIGCHLD, before);
  EXPECT_FALSE(absl::IsDeadlineExceeded(output.status())) << output.status();
}

TEST(CaptureOutput, GivesStdoutOrSaysWhy) {
  EXPECT_EQ(CaptureOutput({"echo", "a b"}).value(), "a b\n");
  const auto error = [](const std::string& script) {
    return std::string(CaptureOutput({"sh", "-c", script}).status().message());
  };
  EXPECT_EQ(error("echo out; echo ' why ' >&2; exit 3"), "why");
  EXPECT_EQ(error("exit 3"), "sh -c exit 3: exit code 3");
  EXPECT_EQ(error("echo why >&2; kill -9 $$"),
            "sh -c echo why >&2; kill -9 $$: killed by signal 9: why");
}

// The lock is on what is open, not on the process that asked for it.
TEST(ChildProcess, HandsOnWhatIsOpenWithItsLock) {
  const std::string path = TestPath("lock");
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_EQ(::flock(file, LOCK_EX | LOCK_NB), 0);
  ChildOptions options;
  options.command = {"cat"};
  options.streams = {{STDIN_FILENO, ChildStream::PipeIn()}, {5, ChildStream::Open(file)}};
  const auto child = ChildProcess::Start(options);
  ASSERT_TRUE(child.ok()) << child.status();
  ::close(file);
  const int other = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  EXPECT_NE(::flock(other, LOCK_EX | LOCK_NB), 0) << "the child holds it";
  (*child)->ClosePipe(STDIN_FILENO);
  (*child)->Wait();
  EXPECT_EQ(::flock(other, LOCK_EX | LOCK_NB), 0);
  ::close(other);
}

TEST(ChildProcess, AGroupMayEndWithItsLeader) {
  for (const bool ends : {true, false}) {
    const std::string path = TestPath("left");
    ChildOptions options;
    options.command = {"sh", "-c", "sleep 600 & echo $! > " + path};
    options.own_group = true;
    options.group_ends_with_it = ends;
    const auto child = ChildProcess::Start(options);
    ASSERT_TRUE(child.ok()) << child.status();
    EXPECT_EQ((*child)->Wait().code(), 0);
    const pid_t left = std::atoi(ReadFile(path).value_or("0").c_str());
    ASSERT_GT(left, 0);
    EXPECT_EQ(::kill(left, 0) == 0 && !IsOver(left, ends ? 5000 : 1), !ends);
    if (!ends) ::kill(left, SIGKILL);
  }
}

}  // namespace
}  // namespace facet
