#include "core/config/inputs.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/suggest.h"
#include "core/base/text_columns.h"
#include "core/config/file_contents.h"
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

// With the quotes around it, where the value is a text.
Place PlaceOf(const Origin& origin, const Problems& problems) {
  Place place;
  place.origin = origin;
  const std::string line = problems.LineAt(origin);
  const std::string rest = line.substr(ByteOfColumn(line, origin.column));
  const size_t close = rest.empty() ? std::string::npos : rest.find(rest[0], 1);
  const bool quoted = !rest.empty() && (rest[0] == '"' || rest[0] == '\'');
  place.width = quoted && close != std::string::npos ? CodePoints(rest.substr(0, close + 1)) : 1;
  return place;
}

void CheckExists(const std::string& text, const OptionSpec& option, const std::string& path,
                 const Place& place, Problems* problems) {
  std::error_code error;
  const bool wants_folder = option.NamesFolder();
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

// A file that is there and yet not what the option is for. What is named as it is may be meant: an
// option whose text names that suffix wants it.
void CheckContent(const std::string& text, const OptionSpec& option, const std::string& path,
                  const Place& place, Problems* problems) {
  std::error_code error;
  if (option.NamesFolder() || option.MayBeMissing() || !fs::is_regular_file(text, error)) return;
  const FileContent foreign = ForeignContent(text);
  const std::string suffix = fs::path(text).extension().string();
  if (foreign.what.empty() || (foreign.as_named && absl::StrContains(option.doc, suffix))) return;
  const std::string message = absl::StrCat(path, ": ", text, " is ", foreign.what);
  Diagnostic& problem = foreign.as_named ? problems->Warning("E0603", place, message)
                                         : problems->Error("E0603", place, message);
  problem.facts.push_back(absl::StrCat("wanted: ", option.doc));
  problem.help = foreign.help;
}

using CheckFile = void (*)(const std::string& text, const OptionSpec& option,
                           const std::string& path, const Place& place, Problems* problems);

// For each file and folder that the options of these rows name.
std::vector<Diagnostic> CheckAll(const std::vector<const Row*>& rows,
                                 const ExperimentLayout& layout, const Catalogue& catalogue,
                                 const std::map<std::string, std::string>& texts,
                                 const std::vector<CheckFile>& checks) {
  Problems problems;
  for (const auto& [source, text] : texts) problems.AddText(source, text);
  for (const Row* row : rows) {
    for (const auto& [path, value] : row->slots) {
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
        const auto origin = row->origins.find(full);
        const Place place =
            PlaceOf(origin == row->origins.end() ? Origin() : origin->second, problems);
        for (const Json& one : named.is_array() ? named : Json::array({named})) {
          const std::string& text = one.get_ref<const std::string&>();
          if (text.empty()) continue;
          for (const CheckFile check : checks) check(text, option, full, place, &problems);
        }
      }
    }
  }
  return problems.Take();
}

}  // namespace

std::vector<Diagnostic> CheckInputs(const LoadResult& loaded, const ExperimentLayout& layout,
                                    const Catalogue& catalogue) {
  std::vector<const Row*> rows;
  for (const Row& row : loaded.experiment.rows) {
    if (row.skip.empty()) rows.push_back(&row);
  }
  return CheckAll(rows, layout, catalogue, loaded.texts, {&CheckExists, &CheckContent});
}

std::vector<Diagnostic> CheckContents(const std::vector<const Row*>& rows,
                                      const ExperimentLayout& layout, const Catalogue& catalogue) {
  return CheckAll(rows, layout, catalogue, {}, {&CheckContent});
}

}  // namespace facet
