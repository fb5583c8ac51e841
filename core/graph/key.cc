#include "core/graph/key.h"

#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/check.h"
#include "core/base/hash.h"

namespace facet {
namespace {

// The option of `role` that an external's name "role.option" speaks of; empty: another role's.
std::string OptionOfRole(const std::string& external, const std::string& role) {
  return absl::StartsWith(external, role + ".") ? external.substr(role.size() + 1) : "";
}

const std::string& CalledCode(const ComponentUse& use, const KeyEnvironment& environment) {
  static const auto* const kNothing = new std::string(DigestOfCalls({}, {}));
  const auto found = environment.called_code.find(use.library_digest);
  return found == environment.called_code.end() ? *kNothing : found->second;
}

Json ComponentDocument(const std::string& role, const ComponentUse& use, const StageSpec& stage,
                       const std::map<std::string, std::string>& external_digests,
                       const KeyEnvironment& environment) {
  Json options = use.options;
  for (const ExternalInput& external : stage.externals) {
    const std::string option = OptionOfRole(external.option, role);
    if (option.empty()) continue;
    const std::vector<std::string> parts = absl::StrSplit(option, '.');
    FACET_CHECK(options.contains(parts[0]));
    Json& named = options[parts[0]];
    size_t index = 0;
    const bool of_list = parts.size() == 2 && absl::SimpleAtoi(parts[1], &index);
    FACET_CHECK(of_list ? index < named.size() : parts.size() == 1);
    Json content = {{"content", external_digests.at(external.option)}};
    (of_list ? named[index] : named) = std::move(content);
  }
  Json document = Json::object();
  document["kind"] = use.kind;
  document["name"] = use.name;
  document["options"] = std::move(options);
  document["library"] = use.library_digest;
  document["calls"] = CalledCode(use, environment);
  return document;
}

// Settings may name inputs too: an external "weights.file" is the option `file` of the table
// `weights`. Its content stands for its path.
Json SettingsDocument(const StageSpec& stage,
                      const std::map<std::string, std::string>& external_digests,
                      std::set<std::string>* named) {
  Json settings = stage.settings;
  for (const ExternalInput& external : stage.externals) {
    const std::vector<std::string> parts = absl::StrSplit(external.option, '.');
    if (parts.size() != 2 || !settings.contains(parts[0]) || !settings[parts[0]].is_object() ||
        !settings[parts[0]].contains(parts[1])) {
      continue;
    }
    settings[parts[0]][parts[1]] = {{"content", external_digests.at(external.option)}};
    named->insert(external.option);
  }
  return settings;
}

// The names of a list of tables: what each says of itself as `name`, else its place.
std::vector<std::string> NamesOfTables(const Json& list) {
  std::vector<std::string> names;
  for (const Json& table : list) {
    const bool named = table.contains("name") && table["name"].is_string();
    names.push_back(named ? table["name"].get<std::string>() : absl::StrCat(names.size()));
  }
  return names;
}

bool IsListOfTables(const Json& json) {
  return json.is_array() && !json.empty() &&
         absl::c_all_of(json, [](const Json& each) { return each.is_object(); });
}

void Flatten(const Json& json, const std::string& path, std::map<std::string, Json>& leaves) {
  if (IsListOfTables(json)) {
    const std::vector<std::string> names = NamesOfTables(json);
    leaves[path] = names;  // their order counts
    for (size_t i = 0; i < names.size(); ++i) {
      Json table = json[i];
      table.erase("name");
      Flatten(table, absl::StrCat(path, ".", names[i]), leaves);
    }
    return;
  }
  if (!json.is_object() || json.empty()) {
    leaves[path] = json;
    return;
  }
  for (const auto& [name, value] : json.items()) {
    Flatten(value, path.empty() ? name : absl::StrCat(path, ".", name), leaves);
  }
}

// What may differ between stages that are alike.
bool IsOfCircumstance(const std::string& path) {
  return path == "code" || path == "seed" || path == "threads" ||
         absl::StartsWith(path, "inputs.") || absl::StartsWith(path, "externals.") ||
         absl::StartsWith(path, "libraries.") ||
         (absl::StartsWith(path, "components.") &&
          (absl::EndsWith(path, ".library") || absl::EndsWith(path, ".calls")));
}

std::string Shown(const Json& value) {
  if (value.is_null()) return "absent";
  std::string text = Dump(value);
  if (value.is_string() && value.get_ref<const std::string&>().size() == 64) {
    text = value.get_ref<const std::string&>().substr(0, 8);
  }
  return text.size() > 40 ? absl::StrCat(text.substr(0, 37), "...") : text;
}

}  // namespace

// A symbol that this libfacet has not would not load.
std::string DigestOfCalls(const std::vector<std::string>& calls,
                          const std::map<std::string, std::string>& interface_code) {
  std::string text;
  for (const std::string& symbol : calls) {
    const auto found = interface_code.find(symbol);
    absl::StrAppend(&text, symbol, " ", found == interface_code.end() ? "" : found->second, "\n");
  }
  return Sha256Hex(text);
}

StageKey ComputeKey(const StageSpec& stage, const std::map<std::string, std::string>& input_digests,
                    const std::map<std::string, std::string>& external_digests,
                    const KeyEnvironment& environment) {
  std::set<std::string> named;
  Json document = {{"format", kKeyFormat},
                   {"stage", stage.type},
                   {"settings", SettingsDocument(stage, external_digests, &named)}};
  const auto code = environment.stage_code.find(stage.type);
  FACET_CHECK(code != environment.stage_code.end());
  document["code"] = code->second;
  Json components = Json::object();
  for (const auto& [role, use] : stage.components) {
    components[role] = ComponentDocument(role, use, stage, external_digests, environment);
    for (const ExternalInput& external : stage.externals) {
      if (!OptionOfRole(external.option, role).empty()) named.insert(external.option);
    }
  }
  if (!components.empty()) document["components"] = std::move(components);
  for (const ExternalInput& external : stage.externals) {
    if (named.count(external.option) > 0) continue;
    document["externals"][external.option] = external_digests.at(external.option);
  }
  for (const auto& [port, producer] : stage.inputs) {
    document["inputs"][port] = input_digests.at(port);
  }
  for (const std::string& library : stage.libraries) {
    document["libraries"][library] = environment.libraries.at(library);
  }
  if (stage.uses_seed) document["seed"] = stage.seed;
  if (!stage.device.empty()) document["device"] = stage.device;
  if (!stage.precision.empty()) document["precision"] = stage.precision;
  if (stage.threads > 0) document["threads"] = stage.threads;
  return {Sha256Hex(Dump(document)), std::move(document)};
}

std::string PendingInput(const std::string& producer_key) {
  return absl::StrCat("pending:", producer_key);
}

std::map<std::string, Json> KeyLeaves(const Json& document) {
  std::map<std::string, Json> leaves;
  Flatten(document, "", leaves);
  return leaves;
}

std::string LikenessDigest(const std::map<std::string, Json>& leaves) {
  std::string text;
  for (const auto& [path, value] : leaves) {
    if (!IsOfCircumstance(path)) absl::StrAppend(&text, path, " ", Dump(value), "\n");
  }
  return Sha256Hex(text);
}

std::vector<KeyDifference> CompareKeys(const Json& before, const Json& after) {
  const std::map<std::string, Json> old_leaves = KeyLeaves(before), new_leaves = KeyLeaves(after);
  std::map<std::string, KeyDifference> differences;
  for (const auto& [path, value] : old_leaves) {
    const auto found = new_leaves.find(path);
    if (found == new_leaves.end()) {
      differences[path] = {path, value, nullptr};
    } else if (found->second != value) {
      differences[path] = {path, value, found->second};
    }
  }
  for (const auto& [path, value] : new_leaves) {
    if (old_leaves.count(path) == 0) differences[path] = {path, nullptr, value};
  }
  std::vector<KeyDifference> sorted;
  for (auto& [path, difference] : differences) sorted.push_back(std::move(difference));
  return sorted;
}

std::string DescribeDifference(const KeyDifference& difference) {
  const std::vector<std::string> parts = absl::StrSplit(difference.path, '.');
  const std::string change =
      absl::StrCat(" ", Shown(difference.before), " -> ", Shown(difference.after));
  if (difference.path == "code") return "the code of this stage";
  if (parts[0] == "inputs" && parts.size() == 2) return absl::StrCat("input ", parts[1]);
  if (parts[0] == "libraries") return absl::StrCat("release of ", parts[1], change);
  if (parts[0] == "externals") return absl::StrCat("content of ", difference.path.substr(10));
  if (parts[0] == "components" && parts.size() >= 3) {
    const std::string& role = parts[1];
    if (parts[2] == "library") return absl::StrCat("the plugin of ", role);
    if (parts[2] == "calls")
      return absl::StrCat("facet's code that the plugin of ", role, " calls");
    if (parts[2] == "name" || parts[2] == "kind") return absl::StrCat(role, change);
    if (parts.back() == "content") return absl::StrCat("content of ", role, ".", parts[3]);
    if (parts.size() >= 4)
      return absl::StrCat(role, ".", absl::StrJoin(parts.begin() + 3, parts.end(), "."), change);
  }
  if (parts[0] == "settings" && parts.size() > 2 && parts.back() == "content") {
    return absl::StrCat("content of ", absl::StrJoin(parts.begin() + 1, parts.end() - 1, "."));
  }
  if (parts[0] == "settings")
    return absl::StrCat(difference.path.substr(9 < difference.path.size() ? 9 : 0), change);
  return absl::StrCat(difference.path, change);
}

}  // namespace facet
