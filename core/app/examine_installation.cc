// The worker's libraries, the plugin folders, and the data that experiments name.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/app/build_info.h"
#include "core/app/finding.h"
#include "core/base/child_process.h"
#include "core/base/file.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostNamed = 8;
const ChildLimits kWorkerLimits = {absl::Seconds(30), size_t{4} << 20};

std::string FirstOf(const std::vector<std::string>& names) {
  const size_t shown = std::min(names.size(), kMostNamed);
  return absl::StrCat(
      absl::StrJoin(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
      names.size() > shown ? absl::StrCat(" and ", names.size() - shown, " more") : "");
}

std::string FolderText(const std::string& path) {
  return fs::path(path).parent_path().lexically_normal().string();
}

// What the experiments want of one variable: "lfw/people.txt" -> the files that name it.
using Wanted = std::map<std::string, std::set<std::string>>;

// Every "${NAME}/path" and "${NAME:-default}/path" of a text that begins a string; comments have
// them without quotes.
void AddWanted(const std::string& text, const std::string& file,
               std::map<std::string, Wanted>* wanted) {
  for (size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 2)) {
    const size_t close = text.find('}', at), quote = text.find_first_of("\"'\n", at);
    const bool begins = at > 0 && (text[at - 1] == '"' || text[at - 1] == '\'');
    if (!begins || close == std::string::npos || quote == std::string::npos || quote < close)
      continue;
    const std::string inside = text.substr(at + 2, close - at - 2);
    std::string rest = text.substr(close + 1, quote - close - 1);
    if (absl::StartsWith(rest, "/")) rest.erase(0, 1);
    (*wanted)[inside.substr(0, inside.find(":-"))][rest].insert(file);
  }
}

Finding ExamineVariable(const std::string& name, const Wanted& wanted) {
  Finding finding;
  finding.section = "data";
  std::set<std::string> experiments;
  for (const auto& [path, files] : wanted) experiments.insert(files.begin(), files.end());
  const std::string users = absl::StrCat(experiments.size(), " of the experiments here");
  const char* const value = std::getenv(name.c_str());
  finding.facts = {{"variable", name}, {"experiments", experiments}};
  if (value == nullptr || *value == '\0') {
    finding.text =
        absl::StrCat(name, " is not set; ", users, " take data from there, the others need none");
    return finding;
  }
  finding.facts["value"] = value;
  std::error_code error;
  if (!fs::is_directory(value, error)) {
    finding.level = Finding::Level::kProblem;
    finding.text = absl::StrCat(name, " = ", value, ": there is no such folder");
    finding.cure = absl::StrCat("set it to the folder of the data (DATA.md), or unset it");
    return finding;
  }
  std::vector<std::string> there, missing;
  for (const auto& [path, files] : wanted) {
    (fs::exists(fs::path(value) / path, error) ? there : missing).push_back(path);
  }
  finding.facts["there"] = there;
  finding.facts["missing"] = missing;
  finding.text = absl::StrCat(name, " = ", value, ": ", there.size(), " of ", wanted.size(),
                              " files and folders that ", users, " name are there");
  if (!missing.empty()) {
    finding.level = Finding::Level::kWarning;
    absl::StrAppend(&finding.text, "; not ", FirstOf(missing));
    finding.cure = "only experiments that name them need them; DATA.md says where they come from";
  }
  return finding;
}

Finding FolderFinding(const std::string& folder, const Catalogue& catalogue) {
  Finding finding;
  finding.section = "plugins";
  std::set<std::string> libraries;
  int components = 0;
  for (const ComponentInfo& component : catalogue.components()) {
    if (FolderText(component.library_path) != folder) continue;
    libraries.insert(component.library_path);
    ++components;
  }
  std::error_code error;
  finding.text = !fs::is_directory(folder, error)
                     ? absl::StrCat(folder, ": not there")
                     : absl::StrCat(folder, ": ", components, " components of ", libraries.size(),
                                    " libraries");
  finding.facts = {{"folder", folder}, {"components", components}, {"libraries", libraries.size()}};
  return finding;
}

}  // namespace

Findings ExamineLibraries(const VerbContext& context, bool* unusable) {
  Finding self;
  self.section = "facet";
  self.text =
      absl::StrCat("version ", kVersion, ", build ", HostBuildId(), " in ", context.home_folder());
  self.facts = BuildInfo();
  Finding worker;
  worker.section = "libraries";
  const absl::StatusOr<std::string> output =
      CaptureOutput({context.worker_path(), "versions"}, kWorkerLimits);
  const absl::StatusOr<Json> said =
      output.ok() ? ParseJson(*output, "the worker's releases") : output.status();
  *unusable = !said.ok();
  if (!said.ok()) {
    worker.level = Finding::Level::kProblem;
    worker.text = absl::StrCat("the worker program cannot be run: ", said.status().message());
    worker.cure = absl::StrCat(
        "nothing can be computed: install the packages that it misses, or "
        "build facet again; `",
        context.worker_path(), " versions` shows it");
    return {self, worker};
  }
  Findings findings = {self};
  for (const char* const part : {"libraries", "details"}) {
    const Json parts = said->value(part, Json::object());
    for (const auto& [name, release] : parts.items()) {
      worker.text = absl::StrCat(name, ": ", release.get<std::string>());
      worker.facts = {{"name", name}, {"release", release}};
      findings.push_back(worker);
    }
  }
  return findings;
}

Findings ExaminePlugins(const VerbContext& context) {
  VerbContext quiet = context;  // problems are findings here
  quiet.verbosity = -1;
  const Catalogue& catalogue = quiet.catalogue();
  Findings findings;
  for (const std::string& folder : context.plugin_folders()) {
    findings.push_back(FolderFinding(folder, catalogue));
  }
  for (const PluginProblem& problem : catalogue.problems()) {
    Finding finding;
    finding.section = "plugins";
    finding.level = Finding::Level::kWarning;
    finding.text = std::string(problem.status.message());
    if (!absl::StrContains(finding.text, problem.path)) {
      finding.text = absl::StrCat(problem.path, ": ", finding.text);
    }
    finding.cure = "it is left out; the others are not concerned";
    finding.facts = {{"path", problem.path}};
    findings.push_back(finding);
  }
  if (catalogue.components().empty()) {
    findings.push_back({Finding::Level::kProblem, "plugins", "there is no component at all",
                        "install facet as a whole, or name a folder of plugins (--plugin-path)"});
  }
  return findings;
}

Findings ExamineData(const std::string& experiments_folder) {
  std::map<std::string, Wanted> wanted;
  std::error_code error;
  fs::directory_iterator entry(experiments_folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() != ".toml") continue;
    const absl::StatusOr<std::string> text = ReadFile(entry->path().string());
    if (text.ok()) AddWanted(*text, entry->path().filename().string(), &wanted);
  }
  Findings findings;
  for (const auto& [variable, paths] : wanted) {
    findings.push_back(ExamineVariable(variable, paths));
  }
  return findings;
}

}  // namespace facet
