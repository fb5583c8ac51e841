// One path, several processes.
#include "core/graph/lock_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/test_folder.h"

namespace facet {
namespace {

std::string HolderAt(const std::string& path) {
  std::string holder;
  const absl::StatusOr<int> file = LockFile(path, &holder);
  EXPECT_TRUE(file.ok()) << file.status();
  if (*file >= 0) ::close(*file);
  return *file >= 0 ? "" : holder;
}

bool WaitFor(const std::function<bool()>& is_so) {
  for (int i = 0; i < 5000 && !is_so(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return is_so();
}

// A process that holds the lock until it is killed.
pid_t Hold(const std::string& path) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  std::string holder;
  // Who asks for the holder holds it for a moment.
  while (LockFile(path, &holder).value_or(-1) < 0) ::usleep(1000);
  while (true) ::pause();
}

TEST(LockFile, SaysWhoHoldsItAndGoesWithItsHolder) {
  const std::string path = TestPath("key.lock");
  const pid_t holder = Hold(path);
  const std::string self = absl::StrCat("process ", holder, " on ");
  ASSERT_TRUE(WaitFor([&] { return absl::StartsWith(HolderAt(path), self); })) << HolderAt(path);
  EXPECT_FALSE(absl::StrContains(HolderAt(path), "("));
  ::kill(holder, SIGSTOP);
  EXPECT_TRUE(WaitFor([&] {
    return absl::StrContains(HolderAt(path), absl::StrCat("(stopped; `kill -CONT ", holder, "`"));
  })) << HolderAt(path);
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  EXPECT_EQ(HolderAt(path), "");
}

// What was handed to a process keeps the lock, whoever took it.
TEST(LockFile, IsHeldByWhoeverHasItsDescriptor) {
  const std::string path = TestPath("key.lock");
  int end[2];
  ASSERT_EQ(::pipe2(end, O_CLOEXEC), 0);
  const pid_t host = ::fork();
  if (host == 0) {
    std::string holder;
    if (LockFile(path, &holder).value_or(-1) < 0) ::_exit(1);
    if (::fork() == 0) {  // the worker
      ::close(end[1]);
      char byte = 0;
      ::_exit(::read(end[0], &byte, 1) == 0 ? 0 : 1);
    }
    ::_exit(0);
  }
  ::waitpid(host, nullptr, 0);
  EXPECT_TRUE(absl::StrContains(HolderAt(path), "(which has ended, its worker has not yet)"))
      << HolderAt(path);
  ::close(end[0]);
  ::close(end[1]);
  EXPECT_TRUE(WaitFor([&] { return HolderAt(path).empty(); }));
}

// Each removes the file while it holds it, as a clean-up does: who has opened it before that, and
// locks it after, has nothing.
TEST(LockFile, AFileThatIsRemovedMeanwhileIsNotTheLock) {
  const std::string path = TestPath("key.lock");
  std::atomic<int> holders{0}, taken{0}, broken{0};
  const auto take = [&] {
    while (taken < 100) {
      std::string holder;
      const absl::StatusOr<int> file = LockFile(path, &holder);
      if (!file.ok() || *file < 0) continue;
      if (++holders > 1) ++broken;
      ++taken;
      std::this_thread::yield();
      --holders;
      ::unlink(path.c_str());
      ::close(*file);
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(take);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(broken, 0) << "of " << taken;
}

}  // namespace
}  // namespace facet
