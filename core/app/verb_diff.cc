#include "core/app/verb_diff.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/app/compared_side.h"
#include "core/app/key_changes.h"
#include "core/report/comparison.h"
#include "core/report/text.h"

namespace facet {
namespace {

constexpr char kTestSet[] = "test.dataset";  // the stage

struct DiffArguments {
  std::string a, b;
  std::vector<std::string> sets;
  bool json = false, exit_code = false;
};

// Names of both, in order.
template <class Map>
std::set<std::string> Names(const Map& a, const Map& b) {
  std::set<std::string> names;
  for (const auto& [name, value] : a) names.insert(name);
  for (const auto& [name, value] : b) names.insert(name);
  return names;
}

// [{"path", "a", "b"}...] of what differs.
Json DifferentProvenance(const ComparedSide& a, const ComparedSide& b) {
  Json changes = Json::array();
  for (const std::string& name : Names(a.provenance, b.provenance)) {
    const auto left = a.provenance.find(name), right = b.provenance.find(name);
    const bool in_a = left != a.provenance.end(), in_b = right != b.provenance.end();
    // A file that has not run has no provenance but its own.
    if ((a.is_file && !in_a) || (b.is_file && !in_b)) continue;
    const Json before = in_a ? left->second : Json(), after = in_b ? right->second : Json();
    if (before != after) changes.push_back({{"path", name}, {"a", before}, {"b", after}});
  }
  return changes;
}

Json DifferentValues(const ComparedRow& a, const ComparedRow& b) {
  Json changes = Json::array();
  for (const std::string& path : Names(a.values, b.values)) {
    const auto left = a.values.find(path), right = b.values.find(path);
    const ComparedValue before = left == a.values.end() ? ComparedValue() : left->second;
    const ComparedValue after = right == b.values.end() ? ComparedValue() : right->second;
    if (before.value == after.value) continue;
    changes.push_back({{"path", path},
                       {"a", before.value},
                       {"b", after.value},
                       {"a_origin", before.origin},
                       {"b_origin", after.origin}});
  }
  return changes;
}

Json DifferentKeys(const ComparedRow& a, const ComparedRow& b) {
  Json changes = Json::array();
  for (const std::string& stage : Names(a.keys, b.keys)) {
    const auto left = a.keys.find(stage), right = b.keys.find(stage);
    const Json before = left == a.keys.end() ? Json() : Json(left->second);
    const Json after = right == b.keys.end() ? Json() : Json(right->second);
    if (before != after) changes.push_back({{"stage", stage}, {"a", before}, {"b", after}});
  }
  return changes;
}

Json MetricJson(const Metric* metric) {
  if (metric == nullptr) return Json();
  Json json = {{"value", metric->value}, {"unit", metric->unit}};
  if (metric->standard_error >= 0) json["standard_error"] = metric->standard_error;
  return json;
}

const std::vector<Metric>& MetricsOf(const ComparedRow& row) {
  static const auto* const kNone = new std::vector<Metric>();
  return row.result && row.result->state == ReportRow::State::kDone ? row.result->evaluation.metrics
                                                                    : *kNone;
}

// Metrics that both or one have, where they differ.
Json DifferentMetrics(const ComparedRow& a, const ComparedRow& b) {
  Json changes = Json::array();
  if (!a.result || !b.result) return changes;  // a file has none
  std::vector<std::string> names;
  for (const ComparedRow* row : {&a, &b}) {
    for (const Metric& metric : MetricsOf(*row)) {
      if (!absl::c_linear_search(names, metric.name)) names.push_back(metric.name);
    }
  }
  const auto find = [](const ComparedRow& row, const std::string& name) -> const Metric* {
    for (const Metric& metric : MetricsOf(row)) {
      if (metric.name == name) return &metric;
    }
    return nullptr;
  };
  for (const std::string& name : names) {
    const Metric *left = find(a, name), *right = find(b, name);
    if (left != nullptr && right != nullptr && left->value == right->value) continue;
    Json change = {{"metric", name}, {"a", MetricJson(left)}, {"b", MetricJson(right)}};
    change["text"] = absl::StrCat(
        name, "  ", left == nullptr ? "absent" : FormatMetric(*left), " -> ",
        right == nullptr ? "absent" : FormatMetric(*right),
        right == nullptr || right->unit == "1" || right->unit.empty() ? "" : " " + right->unit);
    changes.push_back(std::move(change));
  }
  return changes;
}

// Of the headlines, B minus A, with its interval where both were scored on the same pairs.
Json Headline(const ComparedRow& a, const ComparedRow& b) {
  if (!a.result || !b.result) return Json();
  // Rows of two runs may be called alike and be of two test sets, whose folds are no pairs.
  const auto left = a.keys.find(kTestSet), right = b.keys.find(kTestSet);
  if (left != a.keys.end() && right != b.keys.end() && left->second != right->second) {
    return {{"why_not", "the test sets have other keys"}};
  }
  std::string why;
  const std::optional<PairedDifference> difference = CompareToParent(*b.result, *a.result, &why);
  if (!difference) return {{"why_not", why}};
  return {{"value", difference->value},
          {"low", difference->low},
          {"high", difference->high},
          {"unit", difference->unit},
          {"method", difference->method}};
}

std::string StateOf(const ComparedRow& row) {
  return row.result ? StateName(row.result->state) : "not run";
}

Json DiffRows(const ComparedRow& a, const ComparedRow& b) {
  Json json = {{"a", a.id},
               {"b", b.id},
               {"configuration", DifferentValues(a, b)},
               {"keys", DifferentKeys(a, b)},
               {"metrics", DifferentMetrics(a, b)},
               {"headline", Headline(a, b)}};
  if (a.result && b.result) json["states"] = {StateOf(a), StateOf(b)};
  return json;
}

bool Differs(const Json& row) {
  return !row["configuration"].empty() || !row["keys"].empty() || !row["metrics"].empty() ||
         (row.contains("states") && row["states"][0] != row["states"][1]);
}

const ComparedRow* FindComparedRow(const ComparedSide& side, const std::string& id) {
  const auto found =
      absl::c_find_if(side.rows, [&](const ComparedRow& row) { return row.id == id; });
  return found == side.rows.end() ? nullptr : &*found;
}

Json DiffSides(const ComparedSide& a, const ComparedSide& b) {
  Json json = {{"schema", 1},
               {"a", a.name},
               {"b", b.name},
               {"provenance", DifferentProvenance(a, b)},
               {"rows", Json::array()},
               {"only_a", Json::array()},
               {"only_b", Json::array()}};
  if (a.one_row && b.one_row) {
    json["rows"].push_back(DiffRows(a.rows.front(), b.rows.front()));
    return json;
  }
  for (const ComparedRow& row : a.rows) {
    if (const ComparedRow* other = FindComparedRow(b, row.id)) {
      json["rows"].push_back(DiffRows(row, *other));
    } else {
      json["only_a"].push_back(row.id);
    }
  }
  // One row against a whole: the others were not asked about.
  if (a.one_row || b.one_row) {
    json["only_a"] = a.one_row ? json["only_a"] : Json::array();
    return json;
  }
  for (const ComparedRow& row : b.rows) {
    if (FindComparedRow(a, row.id) == nullptr) json["only_b"].push_back(row.id);
  }
  return json;
}

std::string OriginsText(const Json& change) {
  const std::string a = change["a_origin"], b = change["b_origin"];
  if (a.empty() && b.empty()) return "";
  if (a == b) return absl::StrCat("  (", a, ")");
  return absl::StrCat("  (", a.empty() ? "absent" : a, " -> ", b.empty() ? "absent" : b, ")");
}

// "+0.30 %, 95 % interval -0.10 to 0.70 (10 paired folds, t interval)"
std::string HeadlineText(const Json& headline) {
  const std::string unit = headline["unit"];
  return absl::StrCat(
      "difference ", FormatDifference(headline["value"], unit), unit == "1" ? "" : " " + unit,
      ", 95 % interval ", FormatDifference(headline["low"], unit), " to ",
      FormatDifference(headline["high"], unit), " (", headline["method"].get<std::string>(), ")");
}

std::string RowText(const Json& row) {
  const std::string a = row["a"], b = row["b"];
  std::string text = absl::StrCat("\nrow ", a, a == b ? "" : absl::StrCat(" -> ", b), "\n");
  if (!Differs(row)) return text + "  nothing differs\n";
  for (const Json& change : row["configuration"]) {
    absl::StrAppend(&text, "  ", change["path"].get<std::string>(), "  ", ShortValue(change["a"]),
                    " -> ", ShortValue(change["b"]), OriginsText(change), "\n");
  }
  std::vector<std::string> stages;
  for (const Json& change : row["keys"]) stages.push_back(change["stage"]);
  if (!stages.empty()) {
    absl::StrAppend(&text, "  other keys: ", absl::StrJoin(stages, ", "), "\n");
  }
  if (row.contains("states") && row["states"][0] != row["states"][1]) {
    absl::StrAppend(&text, "  ", row["states"][0].get<std::string>(), " -> ",
                    row["states"][1].get<std::string>(), "\n");
  }
  for (const Json& change : row["metrics"]) {
    absl::StrAppend(&text, "  ", change["text"].get<std::string>(), "\n");
  }
  const Json& headline = row["headline"];
  if (headline.is_object() && !row["metrics"].empty()) {
    absl::StrAppend(
        &text, "  ",
        headline.contains("why_not")
            ? absl::StrCat("no paired interval: ", headline["why_not"].get<std::string>())
            : HeadlineText(headline),
        "\n");
  }
  return text;
}

std::string DiffText(const Json& diff) {
  std::string text = absl::StrCat("A  ", diff["a"].get<std::string>(), "\nB  ",
                                  diff["b"].get<std::string>(), "\n");
  if (!diff["provenance"].empty()) absl::StrAppend(&text, "\nprovenance\n");
  for (const Json& change : diff["provenance"]) {
    absl::StrAppend(&text, "  ", change["path"].get<std::string>(), "  ", ShortValue(change["a"]),
                    " -> ", ShortValue(change["b"]), "\n");
  }
  for (const Json& row : diff["rows"]) absl::StrAppend(&text, RowText(row));
  for (const auto& [list, side] : {std::pair("only_a", "A"), std::pair("only_b", "B")}) {
    const std::vector<std::string> ids = diff[list];
    if (!ids.empty()) absl::StrAppend(&text, "\nonly in ", side, ": ", RowNames(ids), "\n");
  }
  return text;
}

int Diff(const DiffArguments& arguments, VerbContext& context) {
  int exit_code = kExitDone;
  const auto a = ReadComparedSide(arguments.a, {}, context, &exit_code);
  if (!a) return exit_code;
  const auto b = ReadComparedSide(arguments.b, arguments.sets, context, &exit_code);
  if (!b) return exit_code;
  const Json diff = DiffSides(*a, *b);
  const std::string text = arguments.json ? DumpPretty(diff) : DiffText(diff);
  std::fputs(text.c_str(), stdout);
  const bool differ = !diff["provenance"].empty() || !diff["only_a"].empty() ||
                      !diff["only_b"].empty() || absl::c_any_of(diff["rows"], &Differs);
  return differ && arguments.exit_code ? kExitRowFailed : kExitDone;
}

}  // namespace

void AddDiffVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<DiffArguments>();
  Command verb = program.Subcommand(
      "diff", "how two runs, rows or experiment files differ: settings, provenance, keys, figures");
  const char* what =
      "a run (its name or folder), an experiment's latest, or FILE.toml; #ROW: one of its rows";
  verb.Positional("A", &arguments->a, what).Required();
  verb.Positional("B", &arguments->b, what).Required();
  verb.Option("--set", &arguments->sets, "override of B, if it is a file; repeatable")
      .TypeName("[ROW:]PATH=VALUE");
  verb.Flag("--json", &arguments->json, "one JSON document");
  verb.Flag("--exit-code", &arguments->exit_code, "exit with 1 if they differ");
  verb.OnRun([arguments, &context] { return Diff(*arguments, context); });
}

}  // namespace facet
