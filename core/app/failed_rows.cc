#include "core/app/failed_rows.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "core/base/json_lines.h"

namespace facet {

absl::StatusOr<FailedRows> LastFailedRows(const std::string& store, const std::string& file) {
  namespace fs = std::filesystem;
  const std::string folder = absl::StrCat(store, "/runs/", fs::path(file).stem().string());
  FailedRows failed;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    // The name begins with the time in UTC.
    if (fs::exists(entry->path() / "events.jsonl")) {
      failed.run = std::max(failed.run, entry->path().string());
    }
  }
  if (failed.run.empty()) {
    return absl::NotFoundError(absl::StrCat("no run of ", file, " is in the store ", store, " (",
                                            folder,
                                            "): without --retry-failed, `run` computes all rows"));
  }
  std::set<std::string> rows;
  JsonLineReader reader(failed.run + "/events.jsonl");
  while (true) {
    const absl::StatusOr<std::optional<Json>> event = reader.Next();
    // Its last line was cut off with the host that wrote it.
    if (!event.ok() || !event->has_value()) break;
    const Json& said = **event;
    if (!said.is_object() || said.value("state", Json()) != "failed") continue;
    const auto users = said.find("rows");
    if (users == said.end() || !users->is_array()) continue;
    for (const Json& row : *users) {
      if (row.is_string()) rows.insert(row.get<std::string>());
    }
  }
  failed.rows.assign(rows.begin(), rows.end());
  return failed;
}

}  // namespace facet
