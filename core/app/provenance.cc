#include "core/app/provenance.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "core/app/build_info.h"
#include "core/app/signals.h"
#include "core/base/child_process.h"
#include "core/stages/code_digests.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxChanged = 20, kShownChanged = 3;
const ChildLimits kGitLimits = {absl::Seconds(2), size_t{4} << 20};

// No lock, and no program that the repository's settings name.
absl::StatusOr<std::string> Git(const std::string& folder, std::vector<std::string> words) {
  std::vector<std::string> command = {
      "git", "--no-optional-locks",  "-C", folder,
      "-c",  "core.fsmonitor=false", "-c", "status.relativePaths=false"};
  command.insert(command.end(), words.begin(), words.end());
  return CaptureOutput(command, kGitLimits);
}

// "1 .M N... 100644 100644 100644 <id> <id> path", "2 R. ... <score> new<TAB>old", "u ... path".
std::string ChangedPath(absl::string_view line) {
  const int fields = line[0] == '1' ? 8 : line[0] == '2' ? 9 : 10;
  size_t begin = 0;
  for (int i = 0; i < fields && begin != absl::string_view::npos; ++i) {
    begin = line.find(' ', begin);
    begin = begin == absl::string_view::npos ? begin : begin + 1;
  }
  if (begin == absl::string_view::npos) return "";
  const absl::string_view path = line.substr(begin);
  return std::string(path.substr(0, path.find('\t')));
}

// Settings of the numeric libraries and the loader, as the user made them.
Json NumericEnvironment() {
  constexpr std::array<absl::string_view, 11> kPrefixes = {"OMP_",      "GOMP_", "KMP_",    "MKL_",
                                                           "OPENBLAS_", "DNNL_", "ONEDNN_", "CUDA_",
                                                           "CUBLAS_",   "ATEN_", "LD_"};
  Json environment = Json::object();
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string name(*entry, std::strcspn(*entry, "="));
    const bool is_numeric =
        std::any_of(kPrefixes.begin(), kPrefixes.end(),
                    [&](absl::string_view p) { return absl::StartsWith(name, p); });
    if (is_numeric && name.size() < std::strlen(*entry))
      environment[name] = *entry + name.size() + 1;
  }
  return environment;
}

std::string Short(const std::string& digest) { return digest.substr(0, 12); }

std::string ShownGit(const Json& git) {
  std::string text = git.value("commit", "");
  if (!git.value("dirty", false)) return text;
  const auto changed = git.value("changed", std::vector<std::string>());
  const size_t shown = std::min(changed.size(), kShownChanged);
  absl::StrAppend(&text, " and changes: ",
                  absl::StrJoin(changed.begin(), changed.begin() + static_cast<int>(shown), ", "));
  if (changed.size() > shown) absl::StrAppend(&text, ", ...");
  return text;
}

std::string ShownDigests(const Json& digests) {
  std::vector<std::string> texts;
  for (const auto& [name, digest] : digests.items()) {
    texts.push_back(absl::StrCat(name, " ", Short(digest.get<std::string>())));
  }
  return absl::StrJoin(texts, ", ");
}

std::string ShownList(const Json& values) {
  std::vector<std::string> texts;
  for (const Json& value : values) {
    texts.push_back(value.is_string() ? value.get<std::string>() : Dump(value));
  }
  return absl::StrJoin(texts, ", ");
}

// One seed where all rows have it; else as many as there are, by their rows.
std::string ShownSeeds(const Json& rows) {
  constexpr size_t kShown = 8;
  std::map<std::string, std::vector<std::string>> ids;
  for (const auto& [id, row] : rows.items()) ids[Dump(row.value("seed", Json()))].push_back(id);
  std::vector<std::string> texts;
  for (const auto& [seed, of] : ids) {
    if (texts.size() == kShown) {
      texts.push_back("...");
      break;
    }
    texts.push_back(ids.size() == 1
                        ? seed
                        : absl::StrCat(seed, " (", of.size(), of.size() == 1 ? " row)" : " rows)"));
  }
  return absl::StrJoin(texts, ", ");
}

}  // namespace

Json GitState(const std::string& path) {
  std::error_code error;
  const fs::path file = fs::weakly_canonical(path, error);
  if (error) return nullptr;
  const std::string folder = file.parent_path().string();
  const absl::StatusOr<std::string> status =
      Git(folder, {"status", "--porcelain=v2", "--branch", "--untracked-files=no"});
  if (!status.ok()) return nullptr;
  std::string commit;
  bool dirty = false;
  std::vector<std::string> changed;
  for (absl::string_view line : absl::StrSplit(*status, '\n', absl::SkipEmpty())) {
    if (absl::ConsumePrefix(&line, "# branch.oid ")) {
      commit = std::string(line);  // which may begin with a digit, as changes do
      continue;
    }
    if (line[0] != '1' && line[0] != '2' && line[0] != 'u') continue;
    dirty = true;
    if (changed.size() < kMaxChanged) changed.push_back(ChangedPath(line));
  }
  if (commit.empty() || commit == "(initial)") return nullptr;
  const std::string name = file.filename().string();
  if (!Git(folder, {"ls-files", "--error-unmatch", "--", name}).ok()) {
    dirty = true;
    changed.insert(changed.begin(), name);
  }
  return {{"commit", commit}, {"dirty", dirty}, {"changed", changed}};
}

std::future<Json> StartGitState(const std::string& path) {
  const SignalPause pause;  // which the thread has from its start: signals are the caller's
  return std::async(std::launch::async, &GitState, path);
}

Json ArtifactProvenance(const PlannedExperiment& planned) {
  return ArtifactProvenance(planned, GitState(planned.experiment.path));
}

Json ArtifactProvenance(const PlannedExperiment& planned, Json git) {
  Json provenance = BuildInfo();
  utsname system = {};
  ::uname(&system);
  provenance["system"] = absl::StrCat(system.sysname, " ", system.release);
  provenance["cores"] = planned.machine.num_cores;
  provenance["libraries"] = planned.environment.libraries;
  provenance["git"] = std::move(git);
  return provenance;
}

Json RunProvenance(const PlannedExperiment& planned, const Json& of_artifacts,
                   const std::string& command) {
  Json provenance = of_artifacts;
  provenance["schema"] = 1;
  provenance["command"] = command;
  provenance["environment"] = NumericEnvironment();
  for (const auto& [name, value] : planned.experiment.environment) {
    provenance["environment"][name] = value;
  }
  Json rows = Json::object();
  for (const Row* row : planned.rows) {
    rows[row->id] = Json::object();
    for (const char* const slot : {"seed", "threads"}) {
      const auto found = row->slots.find(slot);
      if (found != row->slots.end()) rows[row->id][slot] = found->second;
    }
  }
  provenance["rows"] = std::move(rows);
  std::set<int64_t> threads;
  std::set<std::string> devices, precisions;
  for (const StageSpec& stage : planned.plan.graph.stages) {
    threads.insert(stage.worker_threads);
    if (!stage.device.empty()) devices.insert(stage.device);
    if (!stage.precision.empty()) precisions.insert(stage.precision);
    for (const auto& [role, use] : stage.components) {
      provenance["plugins"][use.kind + "/" + use.name] = use.library_digest;
    }
    const auto code = planned.environment.stage_code.find(stage.type);
    if (code != planned.environment.stage_code.end()) {
      provenance["stage_code"][stage.type] = code->second;
    }
  }
  provenance["threads"] = threads;
  provenance["devices"] = devices;
  provenance["precisions"] = precisions;
  return provenance;
}

Json RowProvenance(const Json& of_run, const std::string& row) {
  Json provenance = Json::object();
  for (const char* const name : {"version", "host", "interface", "cpu", "cores", "machine",
                                 "system", "libraries", "git", "command"}) {
    provenance[name] = of_run.value(name, Json());
  }
  const Json rows = of_run.value("rows", Json::object());
  if (const auto found = rows.find(row); found != rows.end()) provenance.update(*found);
  return provenance;
}

std::vector<std::pair<std::string, std::string>> ShownProvenance(const Json& of_run) {
  std::vector<std::pair<std::string, std::string>> shown;
  const auto add = [&shown](const std::string& name, const std::string& text) {
    if (!text.empty()) shown.emplace_back(name, text);
  };
  add("facet", absl::StrCat(of_run.value("version", ""), ", build ", of_run.value("host", ""),
                            ", plugin interface ", of_run.value("interface", 0)));
  if (const Json git = of_run.value("git", Json()); git.is_object()) add("git", ShownGit(git));
  const int cores = of_run.value("cores", 0);
  add("processor", absl::StrCat(of_run.value("cpu", ""), ", ", cores,
                                cores == 1 ? " core, " : " cores, ", of_run.value("machine", "")));
  add("system", of_run.value("system", ""));
  add("seed", ShownSeeds(of_run.value("rows", Json::object())));
  add("threads", ShownList(of_run.value("threads", Json::array())));
  add("device", ShownList(of_run.value("devices", Json::array())));
  add("precision", ShownList(of_run.value("precisions", Json::array())));
  const Json libraries = of_run.value("libraries", Json::object());
  for (const auto& [library, release] : libraries.items()) {
    add(library, release.get<std::string>());
  }
  add("compiled with", of_run.value("fingerprint", ""));
  std::vector<std::string> variables;
  const Json environment = of_run.value("environment", Json::object());
  for (const auto& [name, value] : environment.items()) {
    variables.push_back(absl::StrCat(name, "=", value.get<std::string>()));
  }
  add("environment", absl::StrJoin(variables, " "));
  add("plugins", ShownDigests(of_run.value("plugins", Json::object())));
  add("stage code", ShownDigests(of_run.value("stage_code", Json::object())));
  return shown;
}

}  // namespace facet
