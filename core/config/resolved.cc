#include "core/config/resolved.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

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

// The row's slots by their paths, names that it gives in their order.
std::vector<std::string> PathsInOrder(const Row& row) {
  std::vector<std::pair<std::vector<std::pair<size_t, std::string>>, std::string>> keyed;
  for (const auto& [path, value] : row.slots) {
    auto& [key, slot] = keyed.emplace_back();
    slot = path;
    std::string parent;
    const std::vector<std::string> parts = absl::StrSplit(path, '.');
    for (const std::string& name : parts) {
      const auto found = row.order.find(parent);
      size_t rank = 0;
      if (found != row.order.end()) {
        const std::vector<std::string>& names = found->second;
        rank = static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
      }
      key.emplace_back(rank, name);
      parent = parent.empty() ? name : absl::StrCat(parent, ".", name);
    }
  }
  std::sort(keyed.begin(), keyed.end());
  std::vector<std::string> paths;
  for (const auto& [key, path] : keyed) paths.push_back(path);
  return paths;
}

// Dotted names throughout, since a table's header ends the keys of the row itself.
void AppendTable(const Row& row, const std::string& path, std::string* text) {
  const Json& value = row.slots.at(path);
  absl::StrAppend(text, "\n");
  if (value.contains("use")) {
    const std::string use = absl::StrCat(path, ".use");
    AppendLine(use, value["use"], OriginComment(row, use), text);
  }
  for (const auto& [name, option] : value.items()) {
    const std::string full = absl::StrCat(path, ".", name);
    if (name != "use") AppendLine(full, option, OriginComment(row, full), text);
  }
}

void AppendRow(const Row& row, std::string* text) {
  absl::StrAppend(text, "\n[[row]]  # ", OriginText(row.origin),
                  row.parent.empty() ? "" : absl::StrCat(", extends ", row.parent),
                  row.swept.empty() ? "" : absl::StrCat(", a point of ", row.swept),
                  row.part.empty() ? "" : absl::StrCat(", changes ", row.part),
                  row.repeats.empty() ? "" : absl::StrCat(", a copy of ", row.repeats), "\n");
  AppendLine("id", row.id, "", text);
  AppendLine("label", row.label, "", text);
  if (!row.skip.empty()) AppendLine(row.reported ? "reported" : "skip", row.skip, "", text);
  if (!row.unset.empty()) AppendLine("unset", row.unset, "", text);
  const std::vector<std::string> paths = PathsInOrder(row);
  for (const std::string& path : paths) {
    const Json& value = row.slots.at(path);
    if (!value.is_object()) AppendLine(path, value, OriginComment(row, path), text);
  }
  for (const std::string& path : paths) {
    if (row.slots.at(path).is_object()) AppendTable(row, path, text);
  }
}

void AppendColumn(const SettingColumn& column, std::string* text) {
  absl::StrAppend(text, "\n[[column]]\n");
  AppendLine("name", column.name, "", text);
  AppendLine("of", column.of, "", text);
  for (const auto& [value, shown] : column.values) {
    AppendLine(absl::StrCat("values.", TomlValue(value)), shown, "", text);
  }
  if (!column.otherwise.empty()) AppendLine("otherwise", column.otherwise, "", text);
  AppendLine("absent", column.absent, "", text);
}

}  // namespace

std::string ResolvedToml(const Experiment& experiment) {
  std::string text = "schema = 1\n";
  if (!experiment.title.empty()) AppendLine("title", experiment.title, "", &text);
  if (!experiment.reference_path.empty()) {
    AppendLine("reference", experiment.reference_path, "", &text);
  }
  if (!experiment.columns.empty()) AppendLine("columns", experiment.columns, "", &text);
  for (const SettingColumn& column : experiment.setting_columns) AppendColumn(column, &text);
  for (const Row& row : experiment.rows) AppendRow(row, &text);
  return text;
}

Json ResolvedJson(const Experiment& experiment) {
  Json rows = Json::array();
  for (const Row& row : experiment.rows) {
    Json origins = Json::object();
    for (const auto& [path, origin] : row.origins) origins[path] = OriginText(origin);
    Json& made = rows.emplace_back(Json{{"id", row.id},
                                        {"label", row.label},
                                        {"skip", row.skip},
                                        {"reported", row.reported},
                                        {"extends", row.parent},
                                        {"slots", row.slots},
                                        {"order", row.order},
                                        {"origins", origins}});
    if (!row.repeats.empty()) made["repeats"] = row.repeats;
    if (!row.compared_with.empty()) {
      made["compared_with"] = row.compared_with;
      made["part"] = row.part;
    }
    if (row.swept.empty()) continue;
    made["swept"] = row.swept;
    made["axes"] = Json::array();
    for (const auto& [path, value] : row.axes) {
      made["axes"].push_back({{"path", path}, {"value", value}});
    }
  }
  return {{"schema", 1}, {"title", experiment.title}, {"path", experiment.path}, {"rows", rows}};
}

}  // namespace facet
