// Where the results of a run lie: <store>/runs/<experiment>/<time>-<digest>/report/results.json.
#ifndef FACET_CORE_REPORT_FIND_RESULTS_H_
#define FACET_CORE_REPORT_FIND_RESULTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace facet {

// The path of the results.json that `run` means: such a file, a run's folder or its report folder,
// the name of a run, an experiment's name or file (its latest run), or, if empty, the latest run of
// the store. NotFound says what was looked for and which runs there are.
absl::StatusOr<std::string> FindResults(const std::string& store, const std::string& run);

// The folders of the runs that `run` means, the latest first, whether or not they have results, and
// last those that were killed before they wrote their plan: a run's folder, the name of a run
// ("20261130T162248Z-56b7fb", "table4/2026..."), an experiment's name or file (all its runs); if
// empty, all runs of the store. NotFound says which runs there are.
absl::StatusOr<std::vector<std::string>> FindRuns(const std::string& store, const std::string& run);

// The folders of all runs of a store, the latest first.
std::vector<std::string> RunFolders(const std::string& store);

}  // namespace facet

#endif  // FACET_CORE_REPORT_FIND_RESULTS_H_
