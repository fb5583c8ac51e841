#include "core/config/resolved.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace facet {
namespace {

// JSON's texts and numbers are TOML's too, but for a raw DEL.
std::string TomlValue(const Json& value) {
  if (value.is_array()) {
    return absl::StrCat("[",
                        absl::StrJoin(value, ", ",
                                      [](std::string* out, const Json& element) {
                                        out->append(TomlValue(element));
                                      }),
                        "]");
  }
  return absl::StrReplaceAll(Dump(value), {{"\x7F", "\\u007F"}});
}

std::string OriginComment(const Row& row, const std::string& path) {
  const auto origin = row.origins.find(path);
  return origin == row.origins.end() ? "" : absl::StrCat("  # ", OriginText(origin->second));
}

void AppendLine(const std::string& name, const Json& value, const std::string& comment,
                std::string* text) {
  absl::StrAppend(text, name, " = ", TomlValue(value), comment, "\n");
}

void AppendRow(const Row& row, std::string* text) {
  absl::StrAppend(text, "\n[[row]]  # ", OriginText(row.origin),
                  row.parent.empty() ? "" : absl::StrCat(", extends ", row.parent), "\n");
  AppendLine("id", row.id, "", text);
  AppendLine("label", row.label, "", text);
  if (!row.skip.empty()) AppendLine(row.reported ? "reported" : "skip", row.skip, "", text);
  // A table's header ends the keys of the row itself: single values first, by dotted names.
  for (const auto& [path, value] : row.slots) {
    if (!value.is_object()) AppendLine(path, value, OriginComment(row, path), text);
  }
  for (const auto& [path, value] : row.slots) {
    if (!value.is_object()) continue;
    absl::StrAppend(text, "\n");
    if (value.contains("use")) {
      AppendLine(absl::StrCat(path, ".use"), value["use"],
                 OriginComment(row, absl::StrCat(path, ".use")), text);
    }
    for (const auto& [name, option] : value.items()) {
      const std::string full = absl::StrCat(path, ".", name);
      if (name != "use") AppendLine(full, option, OriginComment(row, full), text);
    }
  }
}

}  // namespace

std::string ResolvedToml(const Experiment& experiment) {
  std::string text = "schema = 1\n";
  if (!experiment.title.empty()) AppendLine("title", experiment.title, "", &text);
  if (!experiment.reference_path.empty()) {
    AppendLine("reference", experiment.reference_path, "", &text);
  }
  if (!experiment.columns.empty()) AppendLine("columns", experiment.columns, "", &text);
  for (const Row& row : experiment.rows) AppendRow(row, &text);
  return text;
}

Json ResolvedJson(const Experiment& experiment) {
  Json rows = Json::array();
  for (const Row& row : experiment.rows) {
    Json origins = Json::object();
    for (const auto& [path, origin] : row.origins) origins[path] = OriginText(origin);
    rows.push_back({{"id", row.id},
                    {"label", row.label},
                    {"skip", row.skip},
                    {"reported", row.reported},
                    {"extends", row.parent},
                    {"slots", row.slots},
                    {"origins", origins}});
  }
  return {{"schema", 1}, {"title", experiment.title}, {"path", experiment.path}, {"rows", rows}};
}

}  // namespace facet
