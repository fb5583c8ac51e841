#include "core/config/experiment.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/config/column_reader.h"
#include "core/config/document.h"
#include "core/config/made_rows.h"
#include "core/config/named_slots.h"
#include "core/config/overrides.h"
#include "core/config/reference.h"
#include "core/config/row_check.h"
#include "core/config/row_links.h"
#include "core/config/row_tree.h"
#include "core/config/source.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> FirstNames(const ExperimentLayout& layout) {
  std::set<std::string> names;
  for (const Slot& slot : layout.slots) names.insert(slot.path.substr(0, slot.path.find('.')));
  return {names.begin(), names.end()};
}

// A setting for all rows does not switch an optional group on; if no row has it, it has no effect.
void CheckEffect(const std::vector<ParsedOverride>& overrides, const std::vector<RowTree>& rows,
                 const ExperimentLayout& layout, Problems* problems) {
  for (const ParsedOverride& override : overrides) {
    const Slot* slot = nullptr;
    for (const Slot& candidate : layout.slots) {
      const std::string& group = candidate.optional_group;
      if (!group.empty() && override.path.substr(0, override.path.find('.')) == group) {
        slot = &candidate;
      }
    }
    if (slot == nullptr || absl::c_any_of(rows, [&](const RowTree& row) {
          return HasGroup(layout, row.slots, slot->optional_group);
        })) {
      continue;
    }
    problems
        ->Error("E0206", override.place, absl::StrCat("no row has `", slot->optional_group, "`"))
        .help = absl::StrCat(
        "a row gets it by naming its components, or by --set ROW:", override.path, "=...");
  }
}

void TakeSources(const Document& document, const std::string& reference, Experiment* experiment) {
  std::vector<std::string> sources = document.files;
  if (!reference.empty()) sources.push_back(reference);
  for (const std::string& source : sources) {
    experiment->sources.push_back(fs::absolute(source).lexically_normal().string());
  }
}

// The ids that a reference may name: those of copies are not among them, but what they repeat is.
std::vector<std::string> PublishedIds(const Document& document, const std::vector<RowTree>& rows) {
  std::vector<std::string> ids = document.RowIds();
  std::set<std::string> known(ids.begin(), ids.end());
  const auto add = [&](const std::string& id) {
    if (known.insert(id).second) ids.push_back(id);
  };
  for (const RowTree& row : rows) add(row.repeats.empty() ? row.id : row.repeats);
  // Of copies and points that a file has as plain rows.
  for (const RowLayers& row : document.rows) add(row.id.substr(0, row.id.find_first_of(",@")));
  return ids;
}

void Load(const std::string& path, const std::vector<Override>& overrides,
          const ExperimentLayout& layout, const Catalogue& catalogue, Problems* problems,
          Experiment* experiment) {
  experiment->path = path;
  Document document = ReadDocument(path, FirstNames(layout), problems);
  if (document.files.empty()) return;
  experiment->title = document.title;
  experiment->columns = document.columns;
  if (document.setting_columns.key.origin.line > 0) {
    experiment->setting_columns =
        ReadColumns(document.setting_columns, layout, catalogue, problems);
  }
  for (const Override& override : overrides) {
    document.folders[override.source] = fs::current_path().string();
  }
  const ParsedOverrides parsed = ParseOverrides(overrides, layout, problems);
  const std::vector<RowTree> trees = BuildRowTrees(document, parsed, layout, problems);

  RowChecker checker(layout, catalogue, document.folders, problems);
  checker.CheckBase(BaseTree(document, layout, problems));
  for (const RowTree& tree : trees) experiment->rows.push_back(checker.Check(tree));
  CheckRowLinks(layout, trees, experiment->rows, problems);
  CheckEffect(parsed.sets, trees, layout, problems);

  std::string reference_path;
  if (const std::string* name = document.reference.text(); name != nullptr && !name->empty()) {
    const Place& place = document.reference.value;
    std::vector<std::string> columns;
    for (const SettingColumn& each : experiment->setting_columns) columns.push_back(each.name);
    reference_path = PathBeside(place.origin.source, *name);
    experiment->reference =
        ReadReference(reference_path, place, PublishedIds(document, trees), columns, problems);
    experiment->reference_path = fs::absolute(reference_path).lexically_normal().string();
  }
  TakeSources(document, reference_path, experiment);
  if (!problems->has_errors()) CheckMadeRows(trees, &experiment->rows, problems);
}

}  // namespace

bool LoadResult::ok() const {
  return absl::c_none_of(diagnostics, [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Diagnostic::Severity::kError;
  });
}

std::string ShownIds(const std::vector<std::string>& ids) {
  constexpr size_t kShown = 30;
  if (ids.size() <= kShown) return absl::StrJoin(ids, ", ");
  return absl::StrCat(absl::StrJoin(ids.begin(), ids.begin() + kShown, ", "), ", and ",
                      ids.size() - kShown, " more");
}

LoadResult LoadExperiment(const std::string& path, const std::vector<Override>& overrides,
                          const ExperimentLayout& layout, const Catalogue& catalogue) {
  LoadResult result;
  Problems problems;
  try {
    Load(path, overrides, layout, catalogue, &problems, &result.experiment);
  } catch (const fs::filesystem_error& exception) {  // the caller's folder is gone, say
    Place place;
    place.origin.source = path;
    problems.Error("E0101", place, exception.what());
  }
  result.texts = problems.texts();
  result.experiment.environment = problems.variables();
  result.diagnostics = problems.Take();
  return result;
}

}  // namespace facet
