#include "core/config/reference.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/options.h"
#include "core/base/check.h"
#include "core/base/suggest.h"
#include "core/config/toml_reader.h"
#include "core/config/value_check.h"
#include "core/config/value_hints.h"

namespace facet {
namespace {

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

template <class Options>
std::vector<OptionSpec> Specs() {
  absl::StatusOr<Json> schema = ParseJson(SchemaOf<Options>(), "the reference's schema");
  FACET_CHECK(schema.ok());
  absl::StatusOr<std::vector<OptionSpec>> specs = ParseSchema(*schema);
  FACET_CHECK(specs.ok());
  return *std::move(specs);
}

// The members of `node` that `specs` declare; `others` are keys that are read elsewhere.
Json ReadTable(const Node& node, const std::string& path, const std::vector<OptionSpec>& specs,
               const std::vector<std::string>& others, Problems* problems) {
  std::vector<std::string> known = others;
  for (const OptionSpec& spec : specs) known.push_back(spec.name);
  Json values = Json::object();
  for (const auto& [name, member] : node.members) {
    if (absl::c_linear_search(others, name)) continue;
    const std::string& key = name;
    const auto spec = absl::c_find_if(specs, [&](const OptionSpec& s) { return s.name == key; });
    if (spec == specs.end()) {
      Diagnostic& problem =
          problems->Error("E0201", member.key, absl::StrCat(path, " has no key \"", name, "\""));
      const std::string nearest = Nearest(name, known);
      if (!nearest.empty()) problem.caret_note = absl::StrCat("did you mean `", nearest, "`?");
      problem.facts.push_back(absl::StrCat("keys: ", absl::StrJoin(known, ", ")));
      continue;
    }
    const ValueContext context = {absl::StrCat(path, ": ", name), "the format", nullptr, false};
    std::optional<Json> value = CheckValue(member, *spec, context, problems);
    values[name] = value ? *std::move(value) : spec->default_value;
  }
  for (const OptionSpec& spec : specs) {
    if (!spec.required || values.contains(spec.name)) continue;
    problems->Error("E0205", node.value, absl::StrCat(path, " needs the key `", spec.name, "`"));
  }
  return values;
}

bool IsTable(const Node& node, const std::string& what, const std::string& example,
             Problems* problems) {
  if (node.is_table()) return true;
  Diagnostic& problem =
      problems->Error("E0202", node.value, absl::StrCat(what, " must be a table, got ", Got(node)));
  if (!example.empty()) problem.caret_note = absl::StrCat("did you mean ", example, "?");
  return false;
}

std::vector<ReferenceValue> ReadMetrics(const Node& row, const std::string& id,
                                        Problems* problems) {
  static const auto* const kSpecs = new std::vector<OptionSpec>(Specs<MetricOptions>());
  std::vector<std::pair<std::pair<int, int>, ReferenceValue>> found;
  for (const auto& [metric, node] : row.members) {
    const std::string path = absl::StrCat("row ", id, ", ", metric);
    const std::string example =
        node.scalar.is_number() ? absl::StrCat("{ value = ", Dump(node.scalar), " }") : "";
    if (!IsTable(node, path, example, problems)) continue;
    const Json values = ReadTable(node, path, *kSpecs, {}, problems);
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
                        const std::vector<std::string>& row_ids, Problems* problems) {
  static const auto* const kSpecs = new std::vector<OptionSpec>(Specs<FileOptions>());
  Reference reference;
  std::optional<Node> root = ReadTomlFile(path, &asked_by, problems);
  if (!root) return reference;
  root->value.origin = {path, 1, 1};
  const Json head = ReadTable(*root, "a reference file", *kSpecs, {"row"}, problems);
  reference.title = head.value("title", "");
  reference.source = head.value("source", "");
  const Node* rows = root->Find("row");
  if (rows == nullptr || !IsTable(*rows, "row", "[row.ID]", problems)) return reference;
  for (const auto& [id, row] : rows->members) {
    if (!IsTable(row, absl::StrCat("row ", id), "", problems)) continue;
    if (!absl::c_linear_search(row_ids, id)) {
      Diagnostic& problem = problems->Warning(
          "E0507", row.key, absl::StrCat("the experiment has no row \"", id, "\""));
      const std::string nearest = Nearest(id, row_ids);
      if (!nearest.empty()) problem.caret_note = absl::StrCat("did you mean `", nearest, "`?");
    }
    reference.rows[id] = ReadMetrics(row, id, problems);
  }
  return reference;
}

}  // namespace facet
