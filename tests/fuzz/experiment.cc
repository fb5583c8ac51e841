// An experiment file, one that it may extend ("base.toml"), published figures ("reference.toml") and
// --set options, one a line; what was resolved is written and read again.
#include "core/config/experiment.h"

#include <sstream>

#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "core/base/json.h"
#include "core/config/columns.h"
#include "core/config/fixture_catalogue.h"
#include "core/config/inputs.h"
#include "core/config/resolved.h"
#include "core/pipeline/experiment_layout.h"
#include "core/stages/stage_types.h"
#include "tests/fuzz/fuzz.h"

namespace facet {

void Fuzz(std::string_view bytes) {
  static const auto* const kCatalogue =
      new Catalogue(MakeFixtureCatalogue(FuzzFolder() + "/plugins"));
  static const auto* const kLayout = new ExperimentLayout(MakeExperimentLayout(AllStageTypes()));
  const std::vector<std::string_view> parts = FuzzParts(bytes, 4);
  const std::string path = WriteFuzzFile("experiment.toml", parts[0]);
  std::vector<Override> overrides;
  std::istringstream lines{std::string(parts[1])};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    overrides.push_back({line, absl::StrCat("--set #", overrides.size() + 1)});
  }
  WriteFuzzFile("base.toml", parts[2]);
  WriteFuzzFile("reference.toml", parts[3]);
  const LoadResult loaded = LoadExperiment(path, overrides, *kLayout, *kCatalogue);
  FACET_CHECK(!RenderAll(loaded.diagnostics, /*colour=*/true).empty() || loaded.ok());
  if (!loaded.ok()) return;
  (void)CheckInputs(loaded, *kLayout, *kCatalogue);
  (void)Dump(ResolvedJson(loaded.experiment));
  const std::string written = ResolvedToml(loaded.experiment);
  const LoadResult again =
      LoadExperiment(WriteFuzzFile("resolved.toml", written), {}, *kLayout, *kCatalogue);
  FACET_CHECK(again.ok());
  FACET_CHECK(again.experiment.rows.size() == loaded.experiment.rows.size());
  for (size_t i = 0; i < loaded.experiment.rows.size(); ++i) {
    FACET_CHECK(again.experiment.rows[i].slots == loaded.experiment.rows[i].slots);
  }
}

}  // namespace facet
