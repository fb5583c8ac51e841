// TOML -> resolved rows. Inheritance between files and rows, overrides, defaults, checks against
// the schemas of components and settings; all problems in one go. experiments/README.md describes
// the format.
//
// Codes: E01xx files and syntax, E02xx structure and keys, E03xx values, E04xx components, E05xx
// rows, E06xx inputs (core/config/inputs.h). A default of the layout whose component no plugin
// provides is no problem here: the row has its `use` alone, and who plans it says what is missing.
#ifndef FACET_CORE_CONFIG_EXPERIMENT_H_
#define FACET_CORE_CONFIG_EXPERIMENT_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/json.h"
#include "core/config/diagnostic.h"
#include "core/config/layout.h"
#include "core/plugin/catalogue.h"

namespace facet {

struct Row {
  std::string id, label;
  std::string skip;  // reason; empty: the row is computed
  bool reported =
      false;  // left out since only its published figures are shown: `skip` is their source
  std::string parent;  // id of the row it extends; empty: none
  // Of a row that the file's `seeds`, [sweep] or [ablate] made:
  std::string repeats;        // "4" of "4@1" and "4@2": the row that they are, with their seeds
  std::string compared_with;  // [ablate]: id, without "@", of the row that it is compared with
  std::string part;           // [ablate]: what it changes of that: "train.aligner"
  std::string swept;          // [sweep]: "4" of "4,margin=0.3": the row in whose place it stands
  // [sweep]: path and value of each axis, in the order of the axes.
  std::vector<std::pair<std::string, std::string>> axes;
  Origin origin;
  // Every slot, resolved: slot path -> value with defaults filled in. A component is
  // {"use": name, options...}; an absent optional slot is missing from the map. Options with an
  // input role hold absolute paths (relative ones are relative to the file that names them).
  std::map<std::string, Json> slots;
  // Names in the order in which they were first said: "train.augmentation" -> crop, flip, erase; by
  // the path above every `*` of the layout, also where there are none.
  std::map<std::string, std::vector<std::string>> order;
  // Paths of the layout's defaults that the row goes without, or has in another order.
  std::vector<std::string> unset;
  // Origin of every value: "train.loss.margin" -> where it was said; "default" where nowhere.
  std::map<std::string, Origin> origins;
};

// One entry of a reference file: the published value of a row.
struct ReferenceValue {
  std::string metric;  // "100%-EER"
  double value = 0.0;
  std::string unit, note;
  double tolerance = -1.0;  // negative: none given
};
// A published ROC curve: points in order of `far`, both in [0, 1], at least two.
struct ReferenceRoc {
  std::vector<double> far, tar;
  std::string note;
};
struct Reference {
  std::string title, source;
  // All by row id.
  std::map<std::string, std::vector<ReferenceValue>> rows;
  std::map<std::string, std::map<std::string, std::string>> cells;  // by the column's name
  std::map<std::string, ReferenceRoc> rocs;
};

// A column that is made from what the rows say (core/config/columns.h).
struct SettingColumn {
  std::string name, of;
  std::map<std::string, std::string> values;
  std::string otherwise;  // empty: the value itself
  std::string absent;
};

struct Experiment {
  std::string path;  // as the user named it
  std::string title;
  std::vector<std::string> columns;  // figures shown beside the headline (core/report/report.h)
  std::vector<SettingColumn> setting_columns;  // before it
  Reference reference;                         // empty if the file names none
  std::string reference_path;                  // absolute
  std::vector<Row> rows;
  std::vector<std::string> sources;                // absolute paths of all files read
  std::map<std::string, std::string> environment;  // variables that its paths took, by name
};

// What a command line says over the file.
struct Override {
  enum class Kind { kSet, kAxis, kSeeds };

  std::string text;    // "7:embed.lr=0.1" or "seed=3", as given to --set
  std::string source;  // "--set #1"
  Kind kind = Kind::kSet;
};

struct LoadResult {
  Experiment experiment;                     // as far as it could be resolved
  std::vector<Diagnostic> diagnostics;       // sorted; errors: the experiment is not usable
  std::map<std::string, std::string> texts;  // source -> its text, for excerpts
  bool ok() const;
};

// "1, 2, 3", of thousands the first and how many more: the rows that there are, in a message.
std::string ShownIds(const std::vector<std::string>& ids);

LoadResult LoadExperiment(const std::string& path, const std::vector<Override>& overrides,
                          const ExperimentLayout& layout, const Catalogue& catalogue);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_EXPERIMENT_H_
