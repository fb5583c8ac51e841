#include "core/app/new_plugin.h"

#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/api/kinds.h"
#include "core/app/signals.h"
#include "core/base/file.h"
#include "core/base/status.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

// What a source includes beside core/api and core/base.
struct Needs {
  bool torch = false, curation = false;
  std::set<std::string> opencv;  // modules
};

Needs NeedsOf(const std::string& source) {
  Needs needs;
  for (const absl::string_view line : absl::StrSplit(source, '\n')) {
    if (absl::StartsWith(line, "#include \"plugins/curators/")) needs.curation = true;
    if (!absl::StartsWith(line, "#include <")) continue;
    const absl::string_view header = line.substr(10, line.find('>') - 10);
    const std::vector<std::string> parts = absl::StrSplit(header, absl::ByAnyChar("/."));
    if (parts.size() < 3) continue;
    if (parts[0] == "ATen" || parts[0] == "torch" || parts[0] == "c10") needs.torch = true;
    if (parts[0] == "opencv2") needs.opencv.insert(parts[1]);
  }
  return needs;
}

std::string CMakeNeeds(const Needs& needs) {
  return absl::StrCat(needs.torch ? " TORCH" : "", needs.curation ? " CURATION" : "",
                      needs.opencv.empty() ? "" : " OPENCV ", absl::StrJoin(needs.opencv, " "));
}

std::string BazelNeeds(const Needs& needs) {
  std::string lines = needs.curation ? "\n    curation = True," : "";
  if (!needs.opencv.empty()) {
    absl::StrAppend(&lines, "\n    opencv = [\"", absl::StrJoin(needs.opencv, "\", \""), "\"],");
  }
  if (needs.torch) absl::StrAppend(&lines, "\n    torch = True,");
  return lines;
}

std::string Packages(const Needs& needs) {
  return absl::StrCat("pkgconf libabsl-dev libgtest-dev libgmock-dev",
                      needs.torch ? " libtorch-dev" : "", needs.curation ? " libsqlite3-dev" : "",
                      needs.opencv.empty() ? "" : " libopencv-dev");
}

}  // namespace

std::string CamelCase(const std::string& name) {
  std::string camel;
  const std::vector<std::string> words = absl::StrSplit(name, '_', absl::SkipEmpty());
  for (const std::string& word : words) {
    camel += absl::ascii_toupper(static_cast<unsigned char>(word[0]));
    camel += word.substr(1);
  }
  return camel;
}

absl::Status CheckComponentName(const std::string& name) {
  bool fits = !name.empty() && absl::ascii_islower(static_cast<unsigned char>(name[0])) &&
              name.back() != '_' && !absl::StrContains(name, "__");
  for (const char c : name) {
    fits = fits && (absl::ascii_islower(static_cast<unsigned char>(c)) ||
                    absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '_');
  }
  // Targets of CMake, and names that the skeletons have already.
  static const std::set<std::string> kTaken = {"all",     "clean",   "edit_cache",    "help",
                                               "install", "options", "rebuild_cache", "test"};
  if (fits && kTaken.count(name) > 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", name, "\" is a name that build files have already; take another, such as my_", name));
  }
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", name, "\" cannot be a component's name: it begins with a small letter and ",
      "consists of small letters, digits and single _, such as my_loss"));
}

absl::StatusOr<std::map<std::string, std::string>> FilesOf(const NewPlugin& plugin) {
  const std::string skeleton = absl::StrCat(plugin.home, "/skeleton/");
  const std::string stem = absl::StrCat("new_", plugin.kind);
  std::map<std::string, std::string> files;
  for (const char* ending : {".cc", "_test.cc", ".toml"}) {
    FACET_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(absl::StrCat(skeleton, plugin.kind, "/", stem, ending)));
    files[plugin.name + ending] =
        absl::StrReplaceAll(text, {{stem, plugin.name}, {CamelCase(stem), CamelCase(plugin.name)}});
  }
  const Needs needs = NeedsOf(files[plugin.name + ".cc"]);
  const std::vector<std::pair<std::string, std::string>> words = {
      {"@NAME@", plugin.name},
      {"@KIND@", plugin.kind},
      {"@FOLDER@", PluralOf(plugin.kind)},
      {"@FACET@", plugin.home},
      {"@COMMAND@", plugin.command},
      {"@CMAKE_NEEDS@", CMakeNeeds(needs)},
      {"@BAZEL_NEEDS@", BazelNeeds(needs)},
      {"@PACKAGES@", Packages(needs)}};
  const std::map<std::string, std::string> project = {{"CMakeLists.txt", "CMakeLists.txt.in"},
                                                      {"WORKSPACE", "WORKSPACE.in"},
                                                      {"BUILD", "BUILD.in"},
                                                      {".bazelrc", "bazelrc.in"},
                                                      {".gitignore", "gitignore.in"},
                                                      {"README.md", "README.md.in"}};
  for (const auto& [name, from] : project) {
    FACET_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(absl::StrCat(skeleton, "project/", from)));
    files[name] = absl::StrReplaceAll(text, words);
  }
  return files;
}

absl::StatusOr<std::vector<std::string>> WriteNewPlugin(const NewPlugin& plugin) {
  FACET_RETURN_IF_ERROR(CheckComponentName(plugin.name));
  const auto files = FilesOf(plugin);
  if (!files.ok()) {
    return absl::NotFoundError(
        absl::StrCat(files.status().message(), ": this facet was installed without its kit"));
  }
  std::error_code error;
  if (fs::exists(plugin.folder, error) && !fs::is_empty(plugin.folder, error)) {
    return absl::AlreadyExistsError(absl::StrCat(
        plugin.folder, " is there and not empty; name another folder with --dir, or remove it"));
  }
  const SignalPause pause;  // all of them or none
  fs::create_directories(plugin.folder, error);
  if (error) {
    return absl::PermissionDeniedError(
        absl::StrCat("cannot make the folder ", plugin.folder, ": ", error.message()));
  }
  std::vector<std::string> names;
  for (const auto& [name, text] : *files) {
    FACET_RETURN_IF_ERROR(WriteFileAtomically(absl::StrCat(plugin.folder, "/", name), text));
    names.push_back(name);
  }
  return names;
}

}  // namespace facet
