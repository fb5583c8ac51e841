#include "core/app/signals.h"

#include <semaphore.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <utility>

namespace facet {
namespace {

constexpr unsigned kMostSecondsToSay = 3;

std::atomic<bool> notes_first{false}, has_last_word{false};
std::atomic<int> stop_signal{0}, second_signal{0};
sem_t second_came;
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free,
              "used in a signal handler");

void HandleStop(int signal) {
  int none = 0;
  if (notes_first && stop_signal.compare_exchange_strong(none, signal)) return;
  if (!has_last_word) ::_exit(128 + signal);
  none = 0;
  if (!second_signal.compare_exchange_strong(none, signal)) return;  // it is being said
  const int before = errno;
  ::alarm(kMostSecondsToSay);
  ::sem_post(&second_came);
  errno = before;
}

void HandleAlarm(int) { ::_exit(128 + second_signal); }

}  // namespace

void CatchSignals() {
  struct sigaction action = {};
  action.sa_handler = &HandleStop;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

void NoteFirstSignal() { notes_first = true; }

int StopSignal() { return stop_signal.load(); }

LastWord::LastWord(std::function<void(int exit_code)> say) {
  ::sem_init(&second_came, 0, 0);
  ::signal(SIGALRM, &HandleAlarm);
  thread_ = std::thread([say = std::move(say)] {
    while (::sem_wait(&second_came) != 0) {
    }
    const int signal = second_signal;
    if (signal == 0) return;
    say(128 + signal);
    ::_exit(128 + signal);
  });
  has_last_word = true;
}

LastWord::~LastWord() {
  has_last_word = false;
  ::sem_post(&second_came);
  thread_.join();
}

SignalPause::SignalPause() {
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &stops, &before_);
}

SignalPause::~SignalPause() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace facet
