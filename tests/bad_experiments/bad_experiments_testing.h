// Experiments of this folder, read against the slots of real rows and a few components of each kind.
#ifndef FACET_TESTS_BAD_EXPERIMENTS_BAD_EXPERIMENTS_TESTING_H_
#define FACET_TESTS_BAD_EXPERIMENTS_BAD_EXPERIMENTS_TESTING_H_

#include <set>
#include <string>
#include <vector>

#include "core/config/experiment.h"

namespace facet {

// With a / at the end.
std::string BadExperimentsFolder();

// `sets`: --set options; where a problem is in one of them, its source is "--set #1" and so on.
LoadResult LoadBadExperiment(const std::string& file, const std::vector<std::string>& sets = {});
LoadResult LoadWithOverrides(const std::string& file, const std::vector<Override>& overrides);
LoadResult LoadExperimentAt(const std::string& path, const std::vector<std::string>& sets = {});

std::vector<Diagnostic> Errors(const LoadResult& result);

// The message and whatever stands around the line of the file.
std::string AllThatIsSaid(const Diagnostic& problem);

// Names of the .toml files in a folder, without those of folders in it.
std::set<std::string> ExperimentsIn(const std::string& folder);

}  // namespace facet

#endif  // FACET_TESTS_BAD_EXPERIMENTS_BAD_EXPERIMENTS_TESTING_H_
