#include "core/app/library_releases.h"

#include <sys/stat.h>

#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/app/signals.h"
#include "core/base/child_process.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/regular_file.h"
#include "core/base/status.h"

namespace facet {
namespace {

// Tells a file from its successor; links are followed, so that a changed alternative is seen.
std::string FileState(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) return "missing";
  return absl::StrCat(info.st_size, ":", info.st_mtim.tv_sec, ".", info.st_mtim.tv_nsec, ":",
                      info.st_ino);
}

// Everything that the answer depends on: the worker, the loader's environment, and the libraries
// that it found.
Json Circumstances(const std::string& worker_path, const std::vector<std::string>& files) {
  Json circumstances = {{"worker", absl::StrCat(worker_path, " ", FileState(worker_path))}};
  for (const char* name : {"LD_LIBRARY_PATH", "LD_PRELOAD"}) {
    const char* value = std::getenv(name);
    circumstances[name] = value == nullptr ? "" : value;
  }
  circumstances["files"] = Json::object();
  for (const std::string& path : files) circumstances["files"][path] = FileState(path);
  return circumstances;
}

bool IsCurrent(const Json& kept, const std::string& worker_path) {
  if (!kept.is_object() || !kept.contains("libraries") || !kept.contains("circumstances")) {
    return false;
  }
  std::vector<std::string> files;
  // A copy with a name: items() of a temporary would outlive it.
  const Json kept_files = kept["circumstances"].value("files", Json::object());
  for (const auto& [path, state] : kept_files.items()) {
    files.push_back(path);
  }
  return kept["circumstances"] == Circumstances(worker_path, files);
}

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> LibraryReleases(const std::string& worker_path,
                                                                   const std::string& cache_path) {
  const absl::Status is_file = CheckRegularFile(cache_path);
  const absl::StatusOr<Json> kept = is_file.ok() ? ReadJsonFile(cache_path) : is_file;
  if (kept.ok() && IsCurrent(*kept, worker_path)) {
    return kept->at("libraries").get<std::map<std::string, std::string>>();
  }
  const absl::StatusOr<std::string> output = CaptureOutput({worker_path, "versions"});
  if (!output.ok()) {
    return absl::UnavailableError(
        absl::StrCat("the worker program cannot be run: ", output.status().message()));
  }
  FACET_ASSIGN_OR_RETURN(const Json answer, ParseJson(*output, "the worker's releases"));
  const Json entry = {
      {"libraries", answer.at("libraries")},
      {"circumstances",
       Circumstances(worker_path, answer.at("files").get<std::vector<std::string>>())}};
  const SignalPause pause;
  // A store that is read-only or full remembers nothing: the next to ask waits again.
  (void)WriteFileAtomically(cache_path, DumpPretty(entry));
  return entry.at("libraries").get<std::map<std::string, std::string>>();
}

}  // namespace facet
