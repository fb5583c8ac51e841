#include "core/app/failed_rows.h"

#include <filesystem>
#include <set>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "core/app/run_state.h"
#include "core/base/regular_file.h"
#include "core/report/find_results.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

void AddFailedOfEvents(const std::vector<Json>& events, std::set<std::string>* rows) {
  for (const Json& event : events) {
    if (event.value("state", Json()) != "failed") continue;
    const auto users = event.find("rows");
    if (users == event.end() || !users->is_array()) continue;
    for (const Json& row : *users) {
      if (row.is_string()) rows->insert(row.get<std::string>());
    }
  }
}

// rows/<id>/metrics.json; false: there is none.
bool AddFailedOfRows(const std::string& run, std::set<std::string>* rows) {
  bool is_any = false;
  std::error_code error;
  fs::directory_iterator entry(run + "/rows", error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string path = (entry->path() / "metrics.json").string();
    if (!CheckRegularFile(path).ok()) continue;
    const absl::StatusOr<Json> row = ReadJsonFile(path);
    if (!row.ok() || !row->is_object()) continue;
    is_any = true;
    const Json id = row->value("row", Json());
    if (id.is_string() && row->value("state", Json()) == "failed") rows->insert(id);
  }
  return is_any;
}

}  // namespace

absl::StatusOr<FailedRows> LastFailedRows(const std::string& store, const std::string& file) {
  const absl::StatusOr<std::vector<std::string>> runs = FindRuns(store, file);
  if (!runs.ok()) {
    return absl::NotFoundError(absl::StrCat("no run of ", file, " is in the store ", store,
                                            ": without --retry-failed, `run` computes all rows"));
  }
  FailedRows failed;
  failed.run = runs->front();
  std::set<std::string> rows;
  const std::vector<Json> events = ReadEvents(failed.run);
  AddFailedOfEvents(events, &rows);
  if (!AddFailedOfRows(failed.run, &rows) && events.empty()) {
    return absl::DataLossError(
        absl::StrCat(failed.run,
                     "/events.jsonl holds no event: which rows failed is not known. Without "
                     "--retry-failed, `run` tries again all that failed"));
  }
  failed.rows.assign(rows.begin(), rows.end());
  return failed;
}

}  // namespace facet
