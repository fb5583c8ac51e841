#include "core/graph/memory_watch.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "core/base/test_folder.h"

namespace facet {
namespace {

constexpr int64_t kMib = 1 << 20;

// A process that leads a group, has done `work`, and waits to be killed.
class Worker {
 public:
  explicit Worker(const std::function<void()>& work) {
    int done[2];
    EXPECT_EQ(::pipe2(done, O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::setpgid(0, 0);
      work();
      ::close(done[0]);
      if (::write(done[1], "x", 1) != 1) ::_exit(1);
      while (true) ::pause();
    }
    ::close(done[1]);
    char byte = 0;
    EXPECT_EQ(::read(done[0], &byte, 1), 1);
    ::close(done[0]);
  }
  ~Worker() {
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

void Fill(int64_t bytes, int flags) {
  void* const pages = ::mmap(nullptr, static_cast<size_t>(bytes), PROT_READ | PROT_WRITE,
                             flags | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) ::_exit(1);
  std::memset(pages, 1, static_cast<size_t>(bytes));
}

// Reads all of a mapped file of that size.
void ReadMapped(const std::string& path, int64_t bytes) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT, 0600);
  if (::ftruncate(file, bytes) != 0) ::_exit(1);
  const auto* const mapped = static_cast<const volatile char*>(
      ::mmap(nullptr, static_cast<size_t>(bytes), PROT_READ, MAP_SHARED, file, 0));
  for (int64_t i = 0; i < bytes; i += 4096) (void)mapped[i];
}

TEST(MemoryWatch, CountsWhatTheKernelCannotDrop) {
  const std::string path = TestPath("mapped");
  const Worker idle([] {});
  const Worker busy([&] {
    Fill(64 * kMib, MAP_PRIVATE);
    Fill(32 * kMib, MAP_SHARED);
    ReadMapped(path, 256 * kMib);
  });
  const int64_t more = MemoryHeldBy(busy.pid()) - MemoryHeldBy(idle.pid());
  EXPECT_GE(more, 96 * kMib);
  EXPECT_LE(more, 104 * kMib) << "the pages of a file count";
  EXPECT_EQ(MemoryHeldBy(0), 0);
}

TEST(MemoryWatch, AWorkerAndItsChildrenAreHeldToTheLimit) {
  const Worker worker([] {
    if (::fork() != 0) return;
    Fill(64 * kMib, MAP_PRIVATE);
    while (true) ::pause();
  });
  MemoryWatch wide(worker.pid(), 1024 * kMib), narrow(worker.pid(), 48 * kMib);
  std::string beyond;
  for (int i = 0; i < 1000 && beyond.empty(); ++i) {  // children are looked for every 2 s
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    beyond = narrow.Look();
    EXPECT_EQ(wide.Look(), "");
  }
  EXPECT_TRUE(
      absl::StartsWith(beyond, "its limit of 48 MiB of memory (limits.memory_gib): it held "))
      << beyond;
}

// Without a limit of its own: as much as there is, but for the machine's last.
TEST(MemoryWatch, TheLastOfTheMachineIsNotHad) {
  const Worker worker([] { Fill(64 * kMib, MAP_PRIVATE); });
  const auto look = [&](MachineMemory (*machine)()) {
    return MemoryWatch(worker.pid(), 0, machine).Look();
  };
  const std::string beyond = look([] { return MachineMemory{200 * kMib, kMib}; });
  EXPECT_TRUE(absl::StartsWith(beyond, "what the machine has of memory: it held ")) << beyond;
  EXPECT_TRUE(absl::EndsWith(beyond, " of 200 MiB, and 1 MiB were left")) << beyond;
  EXPECT_EQ(look([] { return MachineMemory{200 * kMib, 100 * kMib}; }), "");
  // Others have the rest: this worker is not what has to go.
  EXPECT_EQ(look([] { return MachineMemory{4096 * kMib, kMib}; }), "");
  EXPECT_EQ(look([] { return MachineMemory(); }), "") << "unknown";
  // A container's limit is what there is, whatever else the machine has left.
  EXPECT_NE(look([] { return MachineMemory{65 * kMib, 4096 * kMib}; }), "");
}

// A limit that is below what is counted in is told as what it is, not as none.
TEST(MemoryWatch, LittleMemoryIsNotToldAsNone) {
  EXPECT_EQ(MemoryText(1), "1 byte");
  EXPECT_EQ(MemoryText(1023), "1023 bytes");
  EXPECT_EQ(MemoryText(1024), "1 KiB");
  EXPECT_EQ(MemoryText(kMib / 2), "512 KiB");
  EXPECT_EQ(MemoryText(kMib), "1 MiB");
  EXPECT_EQ(MemoryText(1536 * kMib), "1.5 GiB");
  EXPECT_EQ(MemoryText(0), "0 MiB");
  const Worker worker([] {});
  EXPECT_TRUE(
      absl::StartsWith(MemoryWatch(worker.pid(), 1).Look(), "its limit of 1 byte of memory "));
}

TEST(MemoryWatch, TheMachineIsKnown) {
  const MachineMemory machine = ReadMachineMemory();
  EXPECT_GT(machine.total, 64 * kMib);
  EXPECT_GT(machine.left, 0);
}

}  // namespace
}  // namespace facet
