#include "core/app/library_releases.h"

#include <sys/stat.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "core/graph/executor.h"

namespace facet {
namespace {

// Tells a file from its successor; links are followed, so that a changed alternative is seen.
std::string FileState(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) return "missing";
  return absl::StrCat(info.st_size, ":", info.st_mtim.tv_sec, ".", info.st_mtim.tv_nsec, ":",
                      info.st_ino);
}

Json LoaderEnvironment() {
  Json environment = Json::object();
  for (const char* name : {"LD_LIBRARY_PATH", "LD_PRELOAD"}) {
    const char* value = std::getenv(name);
    environment[name] = value == nullptr ? "" : value;
  }
  return environment;
}

bool IsCurrent(const Json& kept, const std::string& worker_path) {
  if (kept.value("worker", Json()) != Json({worker_path, FileState(worker_path)}) ||
      kept.value("environment", Json()) != LoaderEnvironment() || !kept.contains("libraries")) {
    return false;
  }
  for (const auto& [path, state] : kept.value("files", Json::object()).items()) {
    if (state != FileState(path)) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> LibraryReleases(const std::string& worker_path,
                                                                   const std::string& cache_path) {
  const absl::StatusOr<Json> kept = ReadJsonFile(cache_path);
  if (kept.ok() && kept->is_object() && IsCurrent(*kept, worker_path)) {
    return kept->at("libraries").get<std::map<std::string, std::string>>();
  }
  const absl::StatusOr<std::string> output = CaptureOutput({worker_path, "versions"});
  if (!output.ok()) {
    return absl::UnavailableError(
        absl::StrCat("the worker program cannot be run: ", output.status().message()));
  }
  FACET_ASSIGN_OR_RETURN(const Json answer, ParseJson(*output, "the worker's releases"));
  Json entry = {{"worker", {worker_path, FileState(worker_path)}},
                {"environment", LoaderEnvironment()},
                {"libraries", answer.at("libraries")},
                {"files", Json::object()}};
  for (const Json& path : answer.at("files")) {
    entry["files"][path.get<std::string>()] = FileState(path);
  }
  FACET_RETURN_IF_ERROR(WriteFileAtomically(cache_path, DumpPretty(entry)));
  return entry["libraries"].get<std::map<std::string, std::string>>();
}

}  // namespace facet
