// What of a store is used by whom, for `facet cache du` and `ls`.
#ifndef FACET_CORE_APP_CACHE_USE_H_
#define FACET_CORE_APP_CACHE_USE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/app/stored_runs.h"
#include "core/base/json.h"
#include "core/graph/store_contents.h"

namespace facet {

struct CacheUse {
  StoreContents contents;
  std::vector<StoredRun> runs;
  std::set<std::string> pinned;   // keys that are pinned, and what their entries were made of
  std::set<std::string> reached;  // by runs and pins

  std::vector<std::string> RunsOf(const std::string& key) const;  // names
};
absl::StatusOr<CacheUse> LookAtCache(const Store& store);

// Bytes and number of what has a name, each file counted once.
struct UseLine {
  std::string name;
  int64_t count = 0, bytes = 0;
};
struct UseSummary {
  std::vector<UseLine> by_type, by_run, by_kind;  // of entries; of runs; of what no entry is
  UseLine unreached, all;                         // entries
};
UseSummary SummarizeUse(const CacheUse& use);
Json ToJson(const UseSummary& summary);

}  // namespace facet

#endif  // FACET_CORE_APP_CACHE_USE_H_
