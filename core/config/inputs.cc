#include "core/config/inputs.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/base/suggest.h"
#include "core/base/text_columns.h"
#include "core/config/folder.h"
#include "core/config/source.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

// What lies nearest to a missing path: the folder that is still there, and a name in it.
void Explain(const fs::path& path, Diagnostic* problem) {
  std::error_code error;
  fs::path child = path;
  fs::path folder = path.parent_path();
  while (!fs::exists(folder, error) && folder.has_relative_path()) {
    child = folder;
    folder = folder.parent_path();
  }
  const std::string nearest = Nearest(child.filename().string(), NamesIn(folder.string()));
  if (!nearest.empty()) {
    problem->caret_note = absl::StrCat("did you mean `", (folder / nearest).string(), "`?");
  }
  if (child != path) problem->facts.push_back(absl::StrCat(child.string(), " does not exist"));
}

void CheckOne(const std::string& text, const OptionSpec& option, const std::string& path,
              const Origin& origin, Problems* problems) {
  if (text.empty()) return;
  std::error_code error;
  const bool wants_folder = option.NamesFolder();
  Place place;
  place.origin = origin;
  const std::string line = problems->LineAt(origin);
  const std::string rest = line.substr(ByteOfColumn(line, origin.column));
  const size_t close = rest.empty() ? std::string::npos : rest.find(rest[0], 1);
  const bool quoted = !rest.empty() && (rest[0] == '"' || rest[0] == '\'');
  place.width = quoted && close != std::string::npos ? CodePoints(rest.substr(0, close + 1)) : 1;
  const fs::file_status status = fs::status(text, error);
  if (!fs::exists(status)) {
    if (option.MayBeMissing()) return;
    Diagnostic& problem = problems->Error(
        "E0601", place,
        absl::StrCat(path, ": there is no ", wants_folder ? "folder " : "file ", text));
    Explain(text, &problem);
  } else if (wants_folder != fs::is_directory(status)) {
    problems->Error("E0602", place,
                    absl::StrCat(path, ": ", text, " is ",
                                 wants_folder ? "not a folder" : "a folder, not a file"));
  } else if (!wants_folder && !fs::is_regular_file(status)) {
    problems->Error("E0602", place,
                    absl::StrCat(path, ": ", text, " is a device, a pipe or a socket, not a file"));
  }
}

}  // namespace

std::vector<Diagnostic> CheckInputs(const LoadResult& loaded, const ExperimentLayout& layout,
                                    const Catalogue& catalogue) {
  Problems problems;
  for (const auto& [source, text] : loaded.texts) problems.AddText(source, text);
  for (const Row& row : loaded.experiment.rows) {
    if (!row.skip.empty()) continue;
    for (const auto& [path, value] : row.slots) {
      const Slot* slot = layout.Find(path);
      const std::vector<OptionSpec>* options = &slot->options;
      if (slot->fill == Slot::Fill::kComponent) {
        const ComponentInfo* component = catalogue.Find(slot->kind, value.value("use", ""));
        if (component == nullptr) continue;
        options = &component->options;
      }
      if (!value.is_object()) continue;
      for (const OptionSpec& option : *options) {
        if (option.role.empty() || !value.contains(option.name)) continue;
        const Json& named = value[option.name];
        const std::string full = absl::StrCat(path, ".", option.name);
        const auto origin = row.origins.find(full);
        for (const Json& one : named.is_array() ? named : Json::array({named})) {
          CheckOne(one.get<std::string>(), option, full,
                   origin == row.origins.end() ? Origin() : origin->second, &problems);
        }
      }
    }
  }
  return problems.Take();
}

}  // namespace facet
