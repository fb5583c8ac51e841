// Exit codes of the host, the same for every verb. Scripts may rely on them.
#ifndef FACET_CORE_APP_EXIT_CODE_H_
#define FACET_CORE_APP_EXIT_CODE_H_

namespace facet {

enum ExitCode : int {
  kExitDone = 0,
  kExitRowFailed = 1,     // some row failed; the others are done
  kExitUsage = 2,         // command line
  kExitConfig = 3,        // the experiment file is not valid
  kExitPlugin = 4,        // a plugin is missing or unusable
  kExitInput = 5,         // an input is missing, or what is asked cannot be written
  kExitReference = 6,     // a result is outside the reference's tolerance
  kExitLocked = 7,        // a live run holds what is needed
  kExitBackend = 8,       // the worker program cannot be run
  kExitDamaged = 9,       // cache verify found what is damaged
  kExitPending = 10,      // plan --exit-code: work is to be done
  kExitBug = 70,          // a bug in the host
  kExitInterrupted = 75,  // stages stopped after a checkpoint: run the same command again
  kExitSigint = 130,      // SIGINT; where stages run, the second
  kExitClosedPipe = 141,  // the reader of stdout went away
  kExitSigterm = 143,     // SIGTERM, as 130
};

}  // namespace facet

#endif  // FACET_CORE_APP_EXIT_CODE_H_
