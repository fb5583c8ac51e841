// The runs that are kept under a store, and what of the cache each of them reaches: the keys that its
// events and its rows name (run_record.h).
#ifndef FACET_CORE_APP_STORED_RUNS_H_
#define FACET_CORE_APP_STORED_RUNS_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

struct StoredRun {
  std::string experiment, id;  // of runs/<experiment>/<id>
  std::string folder;
  int64_t bytes = 0;      // of its record
  int64_t changed_s = 0;  // the last time, Unix time
  bool is_pinned = false;
  std::set<std::string> keys;

  std::string name() const { return experiment + "/" + id; }
};

// By experiment, then by time. An error if a run cannot be read: what it needs is not known.
absl::StatusOr<std::vector<StoredRun>> ListRuns(const std::string& store_folder);

// Those to let go: changed before `before_s` (0: none for that), and of each experiment all but the
// newest `keep_last` (below 0: none for that). A pinned run stays, and is not counted.
std::vector<StoredRun> RunsToLetGo(const std::vector<StoredRun>& runs, int64_t before_s,
                                   int64_t keep_last);

// Seconds since 1970 of so many days before now; of more than all time, before everything.
int64_t DaysAgo(int64_t days);

// A run that is pinned stays, with all that it reaches.
absl::Status SetPinned(const StoredRun& run, bool pinned);

}  // namespace facet

#endif  // FACET_CORE_APP_STORED_RUNS_H_
