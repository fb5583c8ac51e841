#include "core/graph/cpu_share.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace facet {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kBetweenLooks = std::chrono::seconds(1);
// Below this its threads have their cores: a prefetching thread or a daemon waits for a moment.
constexpr double kWaitingShare = 0.2;
constexpr double kOthersCores = 0.4;
// Of a core that it gave up, so much must lie idle before it comes back.
constexpr double kIdleShare = 0.6;

std::string TasksFolder(pid_t process) { return absl::StrCat("/proc/", process, "/task"); }

}  // namespace

int CoresFor(int num_threads, int num_cores, int cores_now, const CpuUse& use) {
  const int all = std::min(num_threads, num_cores);
  if (num_threads < 2 || num_cores < 2) return num_cores;
  if (cores_now < all) {
    return use.idle >= kIdleShare * (all - cores_now) ? num_cores : cores_now;
  }
  const double wanted = use.running + use.waiting;
  if (wanted <= 0.0 || use.waiting < kWaitingShare * wanted || use.others < kOthersCores) {
    return num_cores;
  }
  // Threads a core, so many that the cores are no more than it had the use of.
  const double share = std::max(1.0, use.running);
  const int threads_per_core = static_cast<int>(num_threads / share + 0.999);
  return std::clamp(num_threads / std::max(2, threads_per_core), 1, all);
}

CpuShare::CpuShare(pid_t process, int num_threads) : process_(process), num_threads_(num_threads) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (num_threads < 2 || ::sched_getaffinity(0, sizeof(cores), &cores) != 0) return;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &cores)) cores_.push_back(core);
  }
  num_cores_now_ = wanted_before_ = static_cast<int>(cores_.size());
  BeatOn(cores_);
}

void CpuShare::BeatOn(const std::vector<int>& cores) {
  metronome_.reset();
  if (num_threads_ > static_cast<int>(cores.size()))
    metronome_ = std::make_unique<Metronome>(cores);
}

bool CpuShare::Read(Times* times) const {
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator(TasksFolder(process_), error)) {
    const std::string thread = task.path().filename().string();
    std::ifstream stream(task.path() / "schedstat");
    int64_t running = 0, waiting = 0;
    if (!(stream >> running >> waiting)) continue;  // it has just ended
    times->running_ns[thread] = running;
    times->waiting_ns[thread] = waiting;
  }
  std::ifstream stream("/proc/stat");
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    int core = 0;
    if (!absl::StartsWith(name, "cpu") || !absl::SimpleAtoi(name.substr(3), &core)) continue;
    // user nice system idle iowait irq softirq steal; what follows is in user and nice already.
    int64_t all = 0;
    for (int column = 0, ticks = 0; column < 8 && words >> ticks; ++column) {
      all += ticks;
      if (column == 3 || column == 4) times->idle_ticks[core] += ticks;
    }
    times->all_ticks[core] = all;
  }
  return !error && !times->running_ns.empty() && !times->all_ticks.empty();
}

CpuUse CpuShare::Use(const Times& before, const Times& after, double seconds) const {
  CpuUse use;
  const auto grown = [](const auto& earlier, const auto& later, const auto& key) {
    const auto was = earlier.find(key), is = later.find(key);
    if (is == later.end() || was == earlier.end()) return 0.0;
    return static_cast<double>(std::max<int64_t>(0, is->second - was->second));
  };
  for (const auto& [thread, ignored] : after.running_ns) {
    use.running += 1e-9 * grown(before.running_ns, after.running_ns, thread) / seconds;
    use.waiting += 1e-9 * grown(before.waiting_ns, after.waiting_ns, thread) / seconds;
  }
  for (const int core : cores_) {
    const double all = grown(before.all_ticks, after.all_ticks, core);
    if (all > 0.0) use.idle += grown(before.idle_ticks, after.idle_ticks, core) / all;
  }
  use.others = std::max(0.0, static_cast<double>(cores_.size()) - use.idle - use.running);
  return use;
}

void CpuShare::Look() {
  if (cores_.size() < 2) return;
  const Clock::time_point now = Clock::now();
  if (now - looked_ < kBetweenLooks) return;
  Times times;
  if (!Read(&times)) return;
  const double seconds = std::chrono::duration<double>(now - looked_).count();
  const bool is_first = last_.running_ns.empty();
  const CpuUse use = is_first ? CpuUse() : Use(last_, times, seconds);
  last_ = std::move(times);
  looked_ = now;
  if (is_first) return;
  const int wanted = CoresFor(num_threads_, static_cast<int>(cores_.size()), num_cores_now_, use);
  if (wanted != num_cores_now_ && wanted == wanted_before_) MoveTo(wanted);
  wanted_before_ = wanted;
}

void CpuShare::MoveTo(int num_cores) {
  // At random, so that two workers which give way at once seldom meet on the same cores; where they
  // do, the others lie idle, and both begin anew.
  static std::minstd_rand random(static_cast<unsigned>(::getpid()));
  const size_t first = random() % cores_.size();
  cpu_set_t cores;
  CPU_ZERO(&cores);
  std::vector<int> chosen;
  for (int i = 0; i < num_cores; ++i) {
    chosen.push_back(cores_[(first + static_cast<size_t>(i)) % cores_.size()]);
    CPU_SET(chosen.back(), &cores);
  }
  for (const auto& [thread, ignored] : last_.running_ns) {
    pid_t id = 0;
    if (absl::SimpleAtoi(thread, &id)) (void)::sched_setaffinity(id, sizeof(cores), &cores);
  }
  BeatOn(chosen);
  num_cores_now_ = num_cores;
  last_ = Times();  // what is seen of a move is neither before nor after
}

}  // namespace facet
