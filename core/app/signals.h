// SIGINT and SIGTERM. The first is only noted: running stages write their checkpoints, and the host
// exits with 75. The second ends the host at once (130 or 143); its workers die with it, and the
// store stays valid.
#ifndef FACET_CORE_APP_SIGNALS_H_
#define FACET_CORE_APP_SIGNALS_H_

namespace facet {

// Also ignores SIGPIPE: a closed stdout is noticed where it is written.
void CatchSignals();
// The signal that asked to stop; 0: none did.
int StopSignal();

}  // namespace facet

#endif  // FACET_CORE_APP_SIGNALS_H_
