#include "core/app/remarks.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace facet {
namespace {

// Where the row says it; else the row's own place.
Origin PlaceOf(const Row& row, const std::string& slot) {
  const auto said = row.origins.find(absl::StrCat(slot, ".use"));
  const bool is_said = said != row.origins.end() && said->second.source != "default";
  return is_said ? said->second : row.origin;
}

}  // namespace

std::vector<Diagnostic> RemarkWarnings(const Experiment& experiment, const RowPlan& plan) {
  std::map<std::string, const Row*> rows;
  for (const Row& row : experiment.rows) rows[row.id] = &row;
  // Several stages may have one remark: the aligners of three rows, say.
  std::map<std::string, std::vector<std::string>> users;
  std::map<std::string, Origin> places;
  for (const auto& [stage, remarks] : plan.remarks) {
    for (const Remark& remark : remarks) {
      std::vector<std::string>& ids = users[remark.text];
      ids.insert(ids.end(), plan.At(stage).users.begin(), plan.At(stage).users.end());
      places.try_emplace(remark.text, PlaceOf(*rows.at(ids.front()), remark.slot));
    }
  }
  std::vector<Diagnostic> warnings;
  for (const auto& [text, ids] : users) {
    Diagnostic warning;
    warning.severity = Diagnostic::Severity::kWarning;
    warning.code = "E0510";
    warning.message = text;
    warning.origin = places.at(text);
    warning.facts = {absl::StrCat(ids.size() == 1 ? "row " : "rows ", ShownIds(ids))};
    warnings.push_back(std::move(warning));
  }
  return warnings;
}

}  // namespace facet
