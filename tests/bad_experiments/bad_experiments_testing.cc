#include "tests/bad_experiments/bad_experiments_testing.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "core/config/fixture_catalogue.h"
#include "core/pipeline/experiment_layout.h"
#include "core/stages/stage_types.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

const Catalogue& Components() {
  static const auto* const kCatalogue = new Catalogue(
      MakeFixtureCatalogue((std::filesystem::path(::testing::TempDir()) / "plugins").string()));
  return *kCatalogue;
}

LoadResult LoadIt(const std::string& path, const std::vector<Override>& overrides) {
  setenv("FACET_TEST_DATA", "/data", 1);
  unsetenv("FACET_TEST_DATE");
  return LoadExperiment(path, overrides, MakeExperimentLayout(AllStageTypes()), Components());
}

}  // namespace

std::string BadExperimentsFolder() {
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/facet/tests/bad_experiments/");
}

LoadResult LoadBadExperiment(const std::string& file, const std::vector<std::string>& sets) {
  return LoadExperimentAt(BadExperimentsFolder() + file, sets);
}

LoadResult LoadWithOverrides(const std::string& file, const std::vector<Override>& overrides) {
  return LoadIt(BadExperimentsFolder() + file, overrides);
}

LoadResult LoadExperimentAt(const std::string& path, const std::vector<std::string>& sets) {
  std::vector<Override> overrides;
  for (const std::string& set : sets) {
    overrides.push_back({set, absl::StrCat("--set #", overrides.size() + 1)});
  }
  return LoadIt(path, overrides);
}

std::vector<Diagnostic> Errors(const LoadResult& result) {
  std::vector<Diagnostic> errors;
  std::copy_if(
      result.diagnostics.begin(), result.diagnostics.end(), std::back_inserter(errors),
      [](const Diagnostic& problem) { return problem.severity == Diagnostic::Severity::kError; });
  return errors;
}

std::string AllThatIsSaid(const Diagnostic& problem) {
  std::string said = absl::StrCat(problem.message, "\n", problem.caret_note, "\n", problem.help);
  for (const std::string& fact : problem.facts) absl::StrAppend(&said, "\n", fact);
  return said;
}

std::set<std::string> ExperimentsIn(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".toml") names.insert(entry.path().filename().string());
  }
  return names;
}

}  // namespace facet
