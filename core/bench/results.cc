#include "core/bench/results.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/base/file.h"
#include "core/base/status.h"

namespace facet {
namespace {

// Seconds of a unit of time.
const std::map<std::string, double>& TimeUnits() {
  static const auto& units =
      *new std::map<std::string, double>{{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1.0}};
  return units;
}

// Numbers of an entry that are no counters of the benchmark's own.
bool IsOwnCounter(const std::string& field) {
  static const auto& known =
      *new std::set<std::string>{"family_index",     "per_family_instance_index",
                                 "repetitions",      "repetition_index",
                                 "threads",          "iterations",
                                 "real_time",        "cpu_time",
                                 "items_per_second", "allocs_per_iter",
                                 "max_bytes_used",   "total_allocated_bytes",
                                 "net_heap_growth"};
  return known.count(field) == 0;
}

// What Google Benchmark appends to a name to say how it is timed.
bool SaysHowItIsTimed(const std::string& part) {
  if (part == "real_time" || part == "manual_time" || part == "process_time") return true;
  for (const char* prefix : {"iterations:", "repeats:", "min_time:", "min_warmup_time:"}) {
    if (absl::StartsWith(part, prefix)) return true;
  }
  return false;
}

BenchCase CaseNamed(const std::string& name) {
  BenchCase made;
  made.name = made.label = name;
  std::vector<std::string> parts = absl::StrSplit(name, '/');
  while (parts.size() > 1 && SaysHowItIsTimed(parts.back())) parts.pop_back();
  if (parts.size() < 3) return made;
  made.component = parts[1];
  made.label = absl::StrJoin(parts.begin() + 2, parts.end(), "/");
  return made;
}

bool IsRepetition(const Json& entry) {
  return entry.value("run_type", std::string("iteration")) == "iteration";
}

std::string NameOfRun(const Json& entry) {
  return entry.value("run_name", entry.at("name").get<std::string>());
}

void AddRepetition(const Json& entry, BenchCase* made) {
  if (entry.value("error_occurred", false)) {
    if (made->error.empty()) made->error = entry.value("error_message", std::string("no reason"));
    return;
  }
  const auto unit = TimeUnits().find(entry.value("time_unit", std::string("ns")));
  if (unit == TimeUnits().end()) throw std::invalid_argument("unknown unit of time");
  const double time = entry.at("real_time").get<double>();
  if (!(time > 0.0) || !std::isfinite(time)) {
    throw std::invalid_argument(absl::StrCat(NameOfRun(entry), " took ", time));
  }
  made->seconds.push_back(time * unit->second);
  for (const auto& [field, value] : entry.items()) {
    if (!value.is_number()) continue;
    if (field == "items_per_second") made->items_per_second.push_back(value.get<double>());
    if (IsOwnCounter(field)) made->counters[field].push_back(value.get<double>());
  }
}

// Repetitions in random order are written in the order in which the last of a case ended.
void SortAsRegistered(Json* entries) {
  const auto place = [](const Json& entry) {
    return std::tuple(entry.value("family_index", 0), entry.value("per_family_instance_index", 0));
  };
  std::stable_sort(entries->begin(), entries->end(),
                   [&place](const Json& a, const Json& b) { return place(a) < place(b); });
}

std::string MachineOf(const Json& context) {
  const Json machine = context.value("machine", Json::object());
  return absl::StrCat(machine.value("cpu", std::string("an unknown processor")), ", ",
                      machine.value("cores", context.value("num_cpus", 0)), " cores");
}

std::vector<BenchCase> CasesOf(const Json& entries) {
  std::vector<BenchCase> cases;
  std::map<std::string, size_t> index;
  for (const Json& entry : entries) {
    if (!IsRepetition(entry)) continue;
    const std::string name = NameOfRun(entry);
    const auto [found, is_new] = index.emplace(name, cases.size());
    if (is_new) cases.push_back(CaseNamed(name));
    AddRepetition(entry, &cases[found->second]);
  }
  return cases;
}

}  // namespace

std::vector<LeftOut> LeftOutFromJson(const Json& json) {
  if (json.is_string()) {
    const auto text = json.get<std::string>();
    const absl::StatusOr<Json> list = ParseJson(text, "left_out");
    if (list.ok() && list->is_array()) return LeftOutFromJson(*list);
    return text.empty() ? std::vector<LeftOut>() : std::vector<LeftOut>{{"", text}};
  }
  std::vector<LeftOut> left_out;
  if (!json.is_array()) return left_out;
  for (const Json& each : json) {
    if (!each.is_object()) continue;
    left_out.push_back({each.value("name", std::string()), each.value("reason", std::string())});
  }
  return left_out;
}

Json ToJson(const std::vector<LeftOut>& left_out) {
  Json json = Json::array();
  for (const LeftOut& each : left_out) {
    json.push_back({{"name", each.name}, {"reason", each.reason}});
  }
  return json;
}

absl::StatusOr<BenchResults> BenchResultsFromJson(Json json, const std::string& name) {
  try {
    if (!json.at("context").is_object()) throw std::invalid_argument("\"context\" is no object");
    if (!json.at("benchmarks").is_array()) throw std::invalid_argument("\"benchmarks\" is no list");
    BenchResults results;
    results.document = std::move(json);
    SortAsRegistered(&results.document["benchmarks"]);
    results.cases = CasesOf(results.document["benchmarks"]);
    const Json& context = results.document["context"];
    results.machine = MachineOf(context);
    results.clock_varies = context.value("cpu_scaling_enabled", false);
    results.left_out = LeftOutFromJson(context.value("left_out", Json()));
    return results;
  } catch (const std::exception& exception) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": this is no JSON of Google Benchmark (", exception.what(),
                     "); `facet bench KIND --out FILE.json` writes one"));
  }
}

absl::StatusOr<BenchResults> BenchResultsFromText(const std::string& text,
                                                  const std::string& name) {
  FACET_ASSIGN_OR_RETURN(Json json,
                         ParseJson(absl::StrReplaceAll(text, {{": NaN", ": null"},
                                                              {": Infinity", ": null"},
                                                              {": -Infinity", ": null"}}),
                                   name));
  return BenchResultsFromJson(std::move(json), name);
}

absl::StatusOr<BenchResults> ReadBenchResults(const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is no regular file"));
  }
  FACET_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return BenchResultsFromText(text, path);
}

const BenchCase* FindCase(const BenchResults& results, const std::string& name) {
  for (const BenchCase& each : results.cases) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

size_t FewestRepetitions(const BenchResults& results) {
  size_t fewest = 0;
  for (const BenchCase& each : results.cases) {
    if (!each.Measured()) continue;
    fewest = fewest == 0 ? each.seconds.size() : std::min(fewest, each.seconds.size());
  }
  return fewest;
}

}  // namespace facet
