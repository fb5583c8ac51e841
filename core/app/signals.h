// SIGINT and SIGTERM. Either ends the host at once (130 or 143), whatever it waits for, but for the
// verbs that have something to bring to an end, which call NoteFirstSignal(): then the first is
// only noted. Running stages write their checkpoints, and the host exits with 75; the second ends
// it at once, after its last word. Its workers die with it, and the store stays valid.
#ifndef FACET_CORE_APP_SIGNALS_H_
#define FACET_CORE_APP_SIGNALS_H_

#include <signal.h>

#include <functional>
#include <thread>

namespace facet {

// Also ignores SIGPIPE: a closed stdout is noticed where it is written.
void CatchSignals();
// From now on, for a caller that asks StopSignal() all the time.
void NoteFirstSignal();
// The signal that asked to stop; 0: none did.
int StopSignal();

// What the second signal does before it ends the host: `say` is called with the exit code, by a
// thread that waits for it. Where that takes seconds (a disk that does not answer), the host ends
// without. One at a time.
class LastWord {
 public:
  explicit LastWord(std::function<void(int exit_code)> say);
  ~LastWord();
  LastWord(const LastWord&) = delete;
  LastWord& operator=(const LastWord&) = delete;

 private:
  std::thread thread_;
};

// Signals wait for its end, so that nothing is left half written. For short work of one thread.
class SignalPause {
 public:
  SignalPause();
  ~SignalPause();
  SignalPause(const SignalPause&) = delete;
  SignalPause& operator=(const SignalPause&) = delete;

 private:
  sigset_t before_;
};

}  // namespace facet

#endif  // FACET_CORE_APP_SIGNALS_H_
