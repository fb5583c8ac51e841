// One side of `facet diff`: a run, or an experiment file as it would run now.
//
//   table4                   the latest run of that experiment (or its name, or its folder)
//   table4/2026...-f4487b#4  one row of a run
//   table4.toml              the file, resolved and planned; nothing runs
//   table4.toml#4            one of its rows
#ifndef FACET_CORE_APP_COMPARED_SIDE_H_
#define FACET_CORE_APP_COMPARED_SIDE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/app/verb.h"
#include "core/base/json.h"
#include "core/report/report.h"

namespace facet {

// A value of a row, flattened: "train.loss.margin", "train.loss.use", "order of train.augmentation".
struct ComparedValue {
  Json value;
  std::string origin;  // "table4.toml:13:9", "default"
};

struct ComparedRow {
  std::string id, label;
  std::map<std::string, ComparedValue> values;
  std::map<std::string, std::string> keys;  // stage -> key; of a file a stand-in where it waits
  std::optional<ReportRow> result;          // of a run, as far as it is
};

struct ComparedSide {
  std::string name;                        // "run table4/2026...-f4487b", "table4.toml"
  std::map<std::string, Json> provenance;  // flattened: "libraries.torch", "plugins.loss/softmax"
  std::vector<ComparedRow> rows;           // one, where one was named
  bool one_row = false;
  bool is_file = false;
};

// Null after a failure, which has been told on stderr; *exit_code says which.
std::optional<ComparedSide> ReadComparedSide(const std::string& what,
                                             const std::vector<std::string>& sets,
                                             VerbContext& context, int* exit_code);

}  // namespace facet

#endif  // FACET_CORE_APP_COMPARED_SIDE_H_
