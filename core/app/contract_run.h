// Runs the contract program (tests/contracts/contract_main.cc, beside the host) on a library, and
// survives whatever the library does: the document has what was checked before a crash, where that
// was, and the components after it.
#ifndef FACET_CORE_APP_CONTRACT_RUN_H_
#define FACET_CORE_APP_CONTRACT_RUN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/json.h"

namespace facet {

struct ContractRequest {
  std::string library;    // absolute
  std::string component;  // [KIND/]NAME alone; empty: all
  std::string options_json = "{}";
  bool valgrind = false;
  absl::Duration limit = absl::InfiniteDuration();  // of one check
};

// {"schema": 1, "library", "state",
//  "handshake": {"state", "message", "interface_version", "fingerprint", "components"},
//  "memory": {"state", "by" or "reason"}, "races": the same,
//  "components": [{"kind", "name", "state", "checks": [CHECK...]}]}
// CHECK: {"name", "state", "sentences", "notes", "reason"}, those that it has. A state is "kept",
// "broken" or "not checked".
//
// NotFound: the library has no such component. DataLoss: it wrote into the report of its check.
// FailedPrecondition: valgrind is missing, or does not go with what the library is compiled with.
// Unavailable: the contract program cannot be run.
absl::StatusOr<Json> RunContract(const ContractRequest& request);

}  // namespace facet

#endif  // FACET_CORE_APP_CONTRACT_RUN_H_
