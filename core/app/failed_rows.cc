#include "core/app/failed_rows.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "core/app/run_state.h"
#include "core/report/find_results.h"

namespace facet {

absl::StatusOr<FailedRows> LastFailedRows(const std::string& store, const std::string& file) {
  const absl::StatusOr<std::vector<std::string>> runs = FindRuns(store, file);
  if (!runs.ok()) {
    return absl::NotFoundError(absl::StrCat("no run of ", file, " is in the store ", store,
                                            ": without --retry-failed, `run` computes all rows"));
  }
  FailedRows failed;
  failed.run = runs->front();
  std::set<std::string> rows;
  for (const Json& event : ReadEvents(failed.run)) {
    if (event.value("state", Json()) != "failed") continue;
    const auto users = event.find("rows");
    if (users == event.end() || !users->is_array()) continue;
    for (const Json& row : *users) {
      if (row.is_string()) rows.insert(row.get<std::string>());
    }
  }
  failed.rows.assign(rows.begin(), rows.end());
  return failed;
}

}  // namespace facet
