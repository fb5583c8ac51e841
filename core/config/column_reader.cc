#include "core/config/column_reader.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/suggest.h"
#include "core/config/columns.h"
#include "core/config/declared_table.h"
#include "core/config/json_schema.h"
#include "core/config/value_hints.h"

namespace facet {
namespace {

struct ColumnOptions {
  std::string name, of, otherwise, absent = "–";
  void Visit(OptionVisitor& v) {
    v("name", name, Required(Any()), "the column's head");
    v("of", of, Required(Any()), "a slot, an option, or count/STAGE/WHAT");
    v("otherwise", otherwise, Any(), "what stands for a value that is not in `values`");
    v("absent", absent, Any(), "what stands where the row has no such value");
  }
};

std::map<std::string, std::string> ReadValues(const Node& values, const std::string& path,
                                              Problems* problems) {
  std::map<std::string, std::string> read;
  if (!ExpectTable(values, path, "{ none = \"no\" }", problems)) return read;
  for (const auto& [value, shown] : values.members) {
    if (shown.text() != nullptr) {
      read[value] = *shown.text();
    } else {
      problems->Error("E0301", shown.value,
                      absl::StrCat(path, ": ", value, " must be text, got ", Got(shown)));
    }
  }
  return read;
}

// Heads of the table, of its CSV file and of its JSON, whatever the case.
bool IsTablesOwn(const std::string& name) {
  static const auto* const kNames = new std::set<std::string>{
      "row",   "label",          "parent",     "state",   "metric",      "value",
      "n",     "standard_error", "error_kind", "unit",    "count",       "reference",
      "paper", "difference",     "tolerance",  "verdict", "measured_on", "95 % interval"};
  return kNames->count(absl::AsciiStrToLower(name)) > 0;
}

bool HasOption(const Slot& slot, const std::string& option, const Catalogue& catalogue) {
  const auto named = [&](const std::vector<OptionSpec>& options) {
    return absl::c_any_of(options, [&](const OptionSpec& spec) { return spec.name == option; });
  };
  if (slot.fill == Slot::Fill::kSettings) return named(slot.options);
  if (slot.fill != Slot::Fill::kComponent) return false;
  return option == "use" ||
         absl::c_any_of(catalogue.components(), [&](const ComponentInfo& component) {
           return component.kind == slot.kind && named(component.options);
         });
}

bool IsOfARow(const std::string& of, const ExperimentLayout& layout, const Catalogue& catalogue) {
  if (layout.Find(of) != nullptr) return true;
  const Slot* slot = layout.Find(ParentOf(of));
  return slot != nullptr && HasOption(*slot, LastName(of), catalogue);
}

void CheckOf(const SettingColumn& column, const Place& place, const ExperimentLayout& layout,
             const Catalogue& catalogue, Problems* problems) {
  constexpr char kHelp[] =
      "`of` is a slot (train.aligner), an option (train.data.root) or a stage's count "
      "(count/train.pack/crops)";
  const std::string told =
      absl::StrCat("column ", column.name, ": a row has no \"", column.of, "\"");
  if (const auto [stage, count] = CountOfColumn(column); !stage.empty()) {
    if (count.empty()) problems->Error("E0302", place, told).help = kHelp;
    return;
  }
  if (IsOfARow(column.of, layout, catalogue)) return;
  std::vector<std::string> known;
  for (const Slot& slot : layout.slots) known.push_back(ShownPath(slot.path));
  Diagnostic& problem = problems->Error("E0201", place, told);
  const std::string nearest = Nearest(column.of, known);
  if (!nearest.empty()) problem.caret_note = absl::StrCat("did you mean `", nearest, "`?");
  problem.help = kHelp;
}

}  // namespace

Json ColumnSchema() {
  Json schema = TableSchema(DeclaredKeys<ColumnOptions>());
  schema["properties"]["values"] = {{"type", "object"},
                                    {"additionalProperties", {{"type", "string"}}},
                                    {"description", "value -> what the cell shows"}};
  return schema;
}

std::vector<SettingColumn> ReadColumns(const Node& columns, const ExperimentLayout& layout,
                                       const Catalogue& catalogue, Problems* problems) {
  static const auto* const kSpecs = new std::vector<OptionSpec>(DeclaredKeys<ColumnOptions>());
  std::vector<SettingColumn> read;
  if (columns.type != Node::Type::kArray) {
    problems
        ->Error("E0202", columns.is_table() ? columns.key : columns.value,
                "column must be a list of tables")
        .caret_note = "did you mean [[column]]?";
    return read;
  }
  std::set<std::string> names;
  for (const Node& node : columns.elements) {
    if (!ExpectTable(node, "a column", "", problems)) continue;
    const Json said = ReadDeclaredTable(node, "a column", *kSpecs, {"values"}, problems);
    const Node *name = node.Find("name"), *of = node.Find("of");
    if (name == nullptr || of == nullptr) continue;
    SettingColumn column;
    column.name = said.value("name", "");
    column.of = said.value("of", "");
    column.otherwise = said.value("otherwise", "");
    column.absent = said.value("absent", ColumnOptions().absent);
    if (const Node* values = node.Find("values")) {
      column.values = ReadValues(*values, absl::StrCat("column ", column.name), problems);
    }
    CheckOf(column, of->value, layout, catalogue, problems);
    if (IsTablesOwn(column.name)) {
      problems->Error("E0212", name->value,
                      absl::StrCat("the table has a column \"", column.name, "\" of its own"));
    } else if (!names.insert(column.name).second) {
      problems->Error("E0212", name->value,
                      absl::StrCat("two columns have the name \"", column.name, "\""));
    }
    read.push_back(std::move(column));
  }
  return read;
}

}  // namespace facet
