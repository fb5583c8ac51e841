#include "core/report/find_results.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxListed = 5;

struct Run {
  std::string name, experiment;  // the name starts with the time: names sort by it
  fs::path folder;
};

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

std::vector<Run> AllRuns(const fs::path& root) {
  std::vector<Run> runs;
  std::error_code error;
  for (fs::directory_iterator experiment(root, error), end; !error && experiment != end;
       experiment.increment(error)) {
    std::error_code inner;
    for (fs::directory_iterator run(experiment->path(), inner), last; !inner && run != last;
         run.increment(inner)) {
      std::error_code ignored;
      if (!run->is_directory(ignored)) continue;
      runs.push_back(
          {run->path().filename().string(), experiment->path().filename().string(), run->path()});
    }
  }
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.name > b.name; });
  return runs;
}

std::string Listed(const std::vector<Run>& runs) {
  std::vector<std::string> names;
  for (size_t i = 0; i < std::min(runs.size(), kMaxListed); ++i) {
    names.push_back(absl::StrCat(runs[i].experiment, "/", runs[i].name));
  }
  return absl::StrCat("runs here: ", absl::StrJoin(names, ", "),
                      runs.size() > kMaxListed ? ", ..." : "");
}

// A run by its name, or the experiment that it is of.
bool IsMeant(const std::string& run, const Run& each) {
  return run.empty() || run == each.name || run == each.experiment ||
         fs::path(run).stem().string() == each.experiment ||
         run == absl::StrCat(each.experiment, "/", each.name);
}

absl::Status NoRuns(const fs::path& root) {
  return absl::NotFoundError(
      absl::StrCat("there is no run in ", root.string(), "; `facet run FILE` makes one"));
}

}  // namespace

std::vector<std::string> RunFolders(const std::string& store) {
  std::vector<std::string> folders;
  for (const Run& run : AllRuns(fs::path(store) / "runs")) folders.push_back(run.folder.string());
  return folders;
}

absl::StatusOr<std::vector<std::string>> FindRuns(const std::string& store,
                                                  const std::string& run) {
  if (!run.empty() && IsFile(fs::path(run) / "plan.json")) return std::vector<std::string>{run};
  const fs::path root = fs::path(store) / "runs";
  const std::vector<Run> runs = AllRuns(root);
  if (runs.empty()) return NoRuns(root);
  std::vector<std::string> folders;
  for (const Run& each : runs) {
    if (IsMeant(run, each)) folders.push_back(each.folder.string());
  }
  // Of a run that was killed before it said what it does there is nothing to see.
  std::stable_partition(folders.begin(), folders.end(), [](const std::string& folder) {
    return IsFile(fs::path(folder) / "plan.json");
  });
  if (!folders.empty()) return folders;
  return absl::NotFoundError(absl::StrCat("there is no run \"", run, "\"; ", Listed(runs)));
}

absl::StatusOr<std::string> FindResults(const std::string& store, const std::string& run) {
  if (!run.empty()) {
    const fs::path given(run);
    if (given.extension() == ".json" && IsFile(given)) return run;
    for (const fs::path& path : {given / "report" / "results.json", given / "results.json"}) {
      if (IsFile(path)) return path.string();
    }
  }
  const fs::path root = fs::path(store) / "runs";
  const std::vector<Run> runs = AllRuns(root);
  if (runs.empty()) return NoRuns(root);
  bool known = run.empty();
  for (const Run& each : runs) {
    const bool meant = IsMeant(run, each);
    known = known || meant;
    const fs::path results = each.folder / "report" / "results.json";
    if (meant && IsFile(results)) return results.string();
  }
  if (known) {
    return absl::NotFoundError(absl::StrCat("no row is finished yet of ",
                                            run.empty() ? "any run" : run, "; ", Listed(runs)));
  }
  return absl::NotFoundError(
      absl::StrCat("there is no run \"", run,
                   "\" and no folder of that name with report/results.json; ", Listed(runs)));
}

}  // namespace facet
