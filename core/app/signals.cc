#include "core/app/signals.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace facet {
namespace {

std::atomic<bool> notes_first{false};
std::atomic<int> stop_signal{0};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free,
              "used in a signal handler");

void HandleStop(int signal) {
  int none = 0;
  if (!notes_first || !stop_signal.compare_exchange_strong(none, signal)) ::_exit(128 + signal);
}

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

SignalPause::SignalPause() {
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &stops, &before_);
}

SignalPause::~SignalPause() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace facet
