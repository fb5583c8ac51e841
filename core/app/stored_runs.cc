#include "core/app/stored_runs.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/regular_file.h"
#include "core/base/status.h"
#include "core/graph/store_contents.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr char kPinFile[] = "/pinned";

// Folders below one, sorted by name; none where it is not there.
absl::StatusOr<std::vector<std::string>> FoldersBelow(const std::string& folder) {
  std::vector<std::string> folders;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) folders.push_back(entry->path().string());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return FileError(error.value(), absl::StrCat("cannot list ", folder));
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

// Every string under the name "key", however deep: of events, and of the stages of a row.
void AddKeys(const Json& json, std::set<std::string>* keys) {
  if (json.is_object()) {
    const auto key = json.find("key");
    if (key != json.end() && key->is_string() && IsSha256Hex(key->get<std::string>())) {
      keys->insert(key->get<std::string>());
    }
  }
  if (!json.is_structured()) return;
  for (const Json& part : json) AddKeys(part, keys);
}

// A line that a kill cut short names no stage that began, and what is no file nothing: in its place
// was a record that is lost.
absl::Status AddKeysOf(const std::string& path, std::set<std::string>* keys) {
  if (!CheckRegularFile(path).ok()) return absl::OkStatus();
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (absl::IsNotFound(text.status())) return absl::OkStatus();
  FACET_RETURN_IF_ERROR(text.status());
  if (const absl::StatusOr<Json> whole = ParseJson(*text, path); whole.ok()) {
    AddKeys(*whole, keys);
    return absl::OkStatus();
  }
  for (const absl::string_view line : absl::StrSplit(*text, '\n')) {
    const absl::StatusOr<Json> json = ParseJson(std::string(line), path);
    if (json.ok()) AddKeys(*json, keys);
  }
  return absl::OkStatus();
}

absl::StatusOr<StoredRun> ReadStoredRun(const std::string& folder) {
  StoredRun run;
  run.folder = folder;
  run.id = fs::path(folder).filename().string();
  run.experiment = fs::path(folder).parent_path().filename().string();
  const FolderSize size = SizeOf(folder);
  run.bytes = size.bytes;
  run.changed_s = size.changed_s;
  std::error_code error;
  run.is_pinned = fs::exists(folder + kPinFile, error);
  FACET_RETURN_IF_ERROR(AddKeysOf(folder + "/events.jsonl", &run.keys));
  FACET_ASSIGN_OR_RETURN(const std::vector<std::string> rows, FoldersBelow(folder + "/rows"));
  for (const std::string& row : rows) {
    FACET_RETURN_IF_ERROR(AddKeysOf(row + "/metrics.json", &run.keys));
  }
  return run;
}

}  // namespace

absl::StatusOr<std::vector<StoredRun>> ListRuns(const std::string& store_folder) {
  std::vector<StoredRun> runs;
  FACET_ASSIGN_OR_RETURN(const std::vector<std::string> experiments,
                         FoldersBelow(store_folder + "/runs"));
  for (const std::string& experiment : experiments) {
    FACET_ASSIGN_OR_RETURN(const std::vector<std::string> folders, FoldersBelow(experiment));
    for (const std::string& folder : folders) {
      FACET_ASSIGN_OR_RETURN(StoredRun run, ReadStoredRun(folder));
      runs.push_back(std::move(run));
    }
  }
  return runs;
}

std::vector<StoredRun> RunsToLetGo(const std::vector<StoredRun>& runs, int64_t before_s,
                                   int64_t keep_last) {
  std::vector<StoredRun> let_go;
  std::map<std::string, int64_t> newer;
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    if (run->is_pinned) continue;
    const bool is_surplus = keep_last >= 0 && newer[run->experiment]++ >= keep_last;
    if (is_surplus || run->changed_s < before_s) let_go.push_back(*run);
  }
  std::reverse(let_go.begin(), let_go.end());
  return let_go;
}

int64_t DaysAgo(int64_t days) {
  // More than any file is old, and few enough to count in seconds.
  constexpr int64_t kMostDays = 1'000'000;
  return absl::ToUnixSeconds(absl::Now()) - std::min(days, kMostDays) * int64_t{24 * 3600};
}

absl::Status SetPinned(const StoredRun& run, bool pinned) {
  const std::string path = run.folder + kPinFile;
  if (pinned) return WriteFileAtomically(path, "");
  if (::unlink(path.c_str()) == 0) return absl::OkStatus();
  if (errno == ENOENT) return absl::NotFoundError(absl::StrCat(run.name(), " is not pinned"));
  return FileError(errno, absl::StrCat("cannot remove ", path));
}

}  // namespace facet
