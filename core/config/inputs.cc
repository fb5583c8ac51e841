#include "core/config/inputs.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

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

class InputChecker {
 public:
  InputChecker(const ExperimentLayout& layout, const Catalogue& catalogue,
               const std::map<std::string, std::string>& texts, std::vector<CheckFile> checks)
      : layout_(layout), catalogue_(catalogue), checks_(std::move(checks)) {
    for (const auto& [source, text] : texts) problems_.AddText(source, text);
  }

  // Each file and folder that the row's options name.
  void Check(const Row& row) {
    for (const auto& [path, value] : row.slots) {
      if (!value.is_object()) continue;
      for (const OptionSpec* option : InputsOf(path, value)) {
        const auto named = value.find(option->name);
        if (named == value.end()) continue;
        const std::string full = absl::StrCat(path, ".", option->name);
        const auto said = row.origins.find(full);
        const Origin origin = said == row.origins.end() ? Origin() : said->second;
        if (!named->is_array()) {
          CheckOne(*named, *option, full, origin);
          continue;
        }
        for (const Json& one : *named) CheckOne(one, *option, full, origin);
      }
    }
  }

  std::vector<Diagnostic> Take() { return problems_.Take(); }

 private:
  using Inputs = std::vector<const OptionSpec*>;

  // The options that name files or folders. Rows share components: there are few.
  const Inputs& InputsOf(const std::string& path, const Json& value) {
    auto slot = slots_.find(path);
    if (slot == slots_.end()) slot = slots_.emplace(path, layout_.Find(path)).first;
    const bool is_component = slot->second->fill == Slot::Fill::kComponent;
    const auto [found, is_new] =
        inputs_.try_emplace({slot->second, is_component ? value.value("use", "") : ""});
    if (!is_new) return found->second;
    const std::vector<OptionSpec>* options = &slot->second->options;
    if (is_component) {
      const ComponentInfo* component = catalogue_.Find(slot->second->kind, found->first.second);
      if (component == nullptr) return found->second;
      options = &component->options;
    }
    for (const OptionSpec& option : *options) {
      if (!option.role.empty()) found->second.push_back(&option);
    }
    return found->second;
  }

  // What several rows take over from one place is looked at once.
  void CheckOne(const Json& named, const OptionSpec& option, const std::string& path,
                const Origin& origin) {
    const auto& text = named.get_ref<const std::string&>();
    if (text.empty() ||
        !seen_.emplace(&option, text, path, origin.source, origin.line, origin.column).second)
      return;
    const Place place = PlaceOf(origin, problems_);
    for (const CheckFile check : checks_) check(text, option, path, place, &problems_);
  }

  const ExperimentLayout& layout_;
  const Catalogue& catalogue_;
  const std::vector<CheckFile> checks_;
  Problems problems_;
  std::map<std::string, const Slot*> slots_;  // by path
  std::map<std::pair<const Slot*, std::string>, Inputs> inputs_;
  std::set<std::tuple<const OptionSpec*, std::string, std::string, std::string, int, int>> seen_;
};

}  // namespace

std::vector<Diagnostic> CheckInputs(const LoadResult& loaded, const ExperimentLayout& layout,
                                    const Catalogue& catalogue) {
  InputChecker checker(layout, catalogue, loaded.texts, {&CheckExists, &CheckContent});
  for (const Row& row : loaded.experiment.rows) {
    if (row.skip.empty()) checker.Check(row);
  }
  return checker.Take();
}

std::vector<Diagnostic> CheckContents(const std::vector<const Row*>& rows,
                                      const ExperimentLayout& layout, const Catalogue& catalogue) {
  InputChecker checker(layout, catalogue, {}, {&CheckContent});
  for (const Row* row : rows) checker.Check(*row);
  return checker.Take();
}

}  // namespace facet
