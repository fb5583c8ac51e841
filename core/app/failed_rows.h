// Which rows failed when an experiment was run last: what `run --retry-failed` computes.
#ifndef FACET_CORE_APP_FAILED_ROWS_H_
#define FACET_CORE_APP_FAILED_ROWS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace facet {

struct FailedRows {
  std::string run;                // the folder of that run
  std::vector<std::string> rows;  // ids of those that a failed stage is part of, sorted
};

// Read from the events of the run (run_record.h), so that a run counts whose host was killed, and
// from what it kept of its rows at its end, so that lost events are in nobody's way.
// NotFound: the store has no run of a file of this name. DataLoss: that run says nothing.
absl::StatusOr<FailedRows> LastFailedRows(const std::string& store, const std::string& file);

}  // namespace facet

#endif  // FACET_CORE_APP_FAILED_ROWS_H_
