#include "core/config/reference.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "core/api/options.h"
#include "core/base/suggest.h"
#include "core/config/declared_table.h"
#include "core/config/json_schema.h"
#include "core/config/toml_reader.h"
#include "core/config/value_hints.h"

namespace facet {
namespace {

// Keys of a row that are no metrics.
constexpr char kCells[] = "columns", kRoc[] = "roc";

// The keys of the file and of a metric, declared like any options.
struct FileOptions {
  int64_t schema = 1;
  std::string title, source;
  void Visit(OptionVisitor& v) {
    v("schema", schema, Required(Range(1, 1)), "the format of the file");
    v("title", title, Any(), "what the numbers are");
    v("source", source, Any(), "where they are printed");
  }
};
struct MetricOptions {
  double value = 0.0;
  std::string unit, note;
  double tolerance = 0.0;
  void Visit(OptionVisitor& v) {
    v("value", value, Required(Any()), "the published number");
    v("unit", unit, Any(), "its unit");
    v("note", note, Any(), "a remark");
    v("tolerance", tolerance, AtLeast(0), "how far a result may be from it, in its unit");
  }
};

struct RocOptions {
  std::vector<double> far, tar;
  std::string note;
  void Visit(OptionVisitor& v) {
    v("far", far, Required(Range(0, 1)), "false accept rates, rising [1]");
    v("tar", tar, Required(Range(0, 1)), "the true accept rate at each [1]");
    v("note", note, Any(), "where the curve is printed, and how it was read");
  }
};

ReferenceRoc ReadRoc(const Node& node, const std::string& path, Problems* problems) {
  static const auto* const kSpecs = new std::vector<OptionSpec>(DeclaredKeys<RocOptions>());
  ReferenceRoc roc;
  if (!ExpectTable(node, path, "{ far = [...], tar = [...] }", problems)) return roc;
  const Json values = ReadDeclaredTable(node, path, *kSpecs, {}, problems);
  roc.far = values.value("far", roc.far);
  roc.tar = values.value("tar", roc.tar);
  roc.note = values.value("note", "");
  if (!values.contains("far") || !values.contains("tar")) return {};
  std::string wrong;
  if (roc.far.size() != roc.tar.size()) {
    wrong = absl::StrCat("has ", roc.far.size(), " far and ", roc.tar.size(), " tar");
  } else if (roc.far.size() < 2) {
    wrong = "needs at least two points";
  } else if (!std::is_sorted(roc.far.begin(), roc.far.end())) {
    wrong = "needs far in rising order";
  }
  if (wrong.empty()) return roc;
  problems->Error("E0302", node.value, absl::StrCat(path, " ", wrong));
  return {};
}

// The experiment has no row or column of that name, perhaps for a typo.
void WarnUnknown(const std::string& name, const Place& place, const std::string& what,
                 const std::vector<std::string>& known, Problems* problems) {
  if (absl::c_linear_search(known, name)) return;
  Diagnostic& problem = problems->Warning(
      "E0507", place, absl::StrCat("the experiment has no ", what, " \"", name, "\""));
  const std::string nearest = Nearest(name, known);
  if (!nearest.empty()) problem.caret_note = absl::StrCat("did you mean `", nearest, "`?");
}

std::map<std::string, std::string> ReadCells(const Node& node, const std::string& path,
                                             const std::vector<std::string>& columns,
                                             Problems* problems) {
  std::map<std::string, std::string> cells;
  if (!ExpectTable(node, path, "{ \"Networks\" = \"1\" }", problems)) return cells;
  for (const auto& [column, cell] : node.members) {
    WarnUnknown(column, cell.key, "column", columns, problems);
    if (cell.text() != nullptr) {
      cells[column] = *cell.text();
      continue;
    }
    Diagnostic& problem = problems->Error(
        "E0301", cell.value, absl::StrCat(path, ": ", column, " must be text, got ", Got(cell)));
    if (cell.scalar.is_number()) {
      problem.caret_note = absl::StrCat("did you mean \"", Dump(cell.scalar), "\"?");
    }
  }
  return cells;
}

std::vector<ReferenceValue> ReadMetrics(const Node& row, const std::string& id,
                                        Problems* problems) {
  static const auto* const kSpecs = new std::vector<OptionSpec>(DeclaredKeys<MetricOptions>());
  std::vector<std::pair<std::pair<int, int>, ReferenceValue>> found;
  for (const auto& [metric, node] : row.members) {
    if (metric == kCells || metric == kRoc) continue;
    const std::string path = absl::StrCat("row ", id, ", ", metric);
    const std::string example =
        node.scalar.is_number() ? absl::StrCat("{ value = ", Dump(node.scalar), " }") : "";
    if (!ExpectTable(node, path, example, problems)) continue;
    const Json values = ReadDeclaredTable(node, path, *kSpecs, {}, problems);
    ReferenceValue value;
    value.metric = metric;
    value.value = values.value("value", 0.0);
    value.unit = values.value("unit", "");
    value.note = values.value("note", "");
    value.tolerance = values.value("tolerance", -1.0);
    found.push_back({{node.key.origin.line, node.key.origin.column}, std::move(value)});
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<ReferenceValue> metrics;
  for (auto& [place, value] : found) metrics.push_back(std::move(value));
  return metrics;
}

}  // namespace

Reference ReadReference(const std::string& path, const Place& asked_by,
                        const std::vector<std::string>& row_ids,
                        const std::vector<std::string>& columns, Problems* problems) {
  static const auto* const kSpecs = new std::vector<OptionSpec>(DeclaredKeys<FileOptions>());
  Reference reference;
  std::optional<Node> root = ReadTomlFile(path, &asked_by, problems);
  if (!root) return reference;
  root->value.origin = {path, 1, 1};
  const Json head = ReadDeclaredTable(*root, "a reference file", *kSpecs, {"row"}, problems);
  reference.title = head.value("title", "");
  reference.source = head.value("source", "");
  const Node* rows = root->Find("row");
  if (rows == nullptr || !ExpectTable(*rows, "row", "[row.ID]", problems)) return reference;
  for (const auto& [id, row] : rows->members) {
    if (!ExpectTable(row, absl::StrCat("row ", id), "", problems)) continue;
    WarnUnknown(id, row.key, "row", row_ids, problems);
    reference.rows[id] = ReadMetrics(row, id, problems);
    const std::string about = absl::StrCat("row ", id, ", ");
    if (const Node* cells = row.Find(kCells)) {
      reference.cells[id] = ReadCells(*cells, about + kCells, columns, problems);
    }
    if (const Node* roc = row.Find(kRoc)) {
      ReferenceRoc read = ReadRoc(*roc, about + kRoc, problems);
      if (!read.far.empty()) reference.rocs[id] = std::move(read);
    }
  }
  return reference;
}

Json ReferenceSchema() {
  Json row = {{"type", "object"},
              {"additionalProperties", TableSchema(DeclaredKeys<MetricOptions>())}};
  row["properties"][kCells] = {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
  row["properties"][kRoc] = TableSchema(DeclaredKeys<RocOptions>());
  Json schema = SchemaDocument("published numbers for an experiment of facet");
  schema.update(TableSchema(DeclaredKeys<FileOptions>()));
  schema["properties"]["schema"]["const"] = 1;
  schema["properties"]["row"] = {{"type", "object"}, {"additionalProperties", std::move(row)}};
  return schema;
}

}  // namespace facet
