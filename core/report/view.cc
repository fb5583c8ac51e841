#include "core/report/view.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/report/comparison.h"
#include "core/report/text.h"

namespace facet {
namespace {

std::string RowList(const std::vector<std::string>& ids) {
  return absl::StrCat(ids.size() == 1 ? "row " : "rows ", absl::StrJoin(ids, ", "));
}

// "text (rows 1, 2)" for each distinct text, "text" where it is that of all.
std::vector<std::string> Grouped(const std::vector<std::pair<std::string, std::string>>& id_text) {
  std::vector<std::string> order, lines;
  std::map<std::string, std::vector<std::string>> ids;
  for (const auto& [id, text] : id_text) {
    if (ids[text].empty()) order.push_back(text);
    ids[text].push_back(id);
  }
  for (const std::string& text : order) {
    lines.push_back(order.size() == 1 ? text : absl::StrCat(text, " (", RowList(ids[text]), ")"));
  }
  return lines;
}

void AddNotes(const Report& report, ResultTable* table) {
  std::vector<std::pair<std::string, std::string>> errors, metrics;
  for (const ResultCells& cells : table->rows) {
    const ReportRow& row = *cells.row;
    const Metric* metric = ShownMetric(row);
    if (metric == nullptr || cells.count.empty()) continue;
    metrics.emplace_back(row.id, WithUnit(metric->name, metric->unit));
    if (metric->error_kind != kCounted) errors.emplace_back(row.id, metric->error_kind);
  }
  const std::vector<std::string> names = Grouped(metrics);
  if (names.size() > 1) {
    for (const std::string& name : names) table->notes.push_back(name);
  }
  if (!errors.empty()) {
    table->notes.push_back(absl::StrCat("± standard error: ", absl::StrJoin(Grouped(errors), "; "),
                                        "; n: pairs, images or faces that a figure rests on"));
  }
  std::vector<std::pair<std::string, std::string>> reported;
  for (const ReportRow& row : report.rows) {
    if (row.state == ReportRow::State::kReported) reported.emplace_back(row.id, row.reason);
  }
  if (!reported.empty()) {
    table->notes.push_back(
        absl::StrCat("reported, not computed here: ", absl::StrJoin(Grouped(reported), "; ")));
  }
  if (table->has_references) {
    const bool source = !report.reference_source.empty();
    table->notes.push_back(
        absl::StrCat("paper: ", source ? report.reference_source : report.reference_title));
    if (!table->has_verdicts) {
      table->notes.push_back("the reference gives no tolerance: differences are not judged");
    }
  }
}

constexpr char kTime[] = "time/";

// Milliseconds per image of a stage; negative: unknown.
double MillisecondsPerImage(const ReportRow& row, const std::string& stage) {
  for (const ReportStage& each : row.stages) {
    auto images = each.counts.find("images");
    if (images == each.counts.end()) images = each.counts.find("faces");
    if (each.name != stage || !(each.seconds >= 0.0) || images == each.counts.end()) continue;
    if (images->second > 0) return 1000.0 * each.seconds / static_cast<double>(images->second);
  }
  return -1.0;
}

// Head and cells of one column beside the headline.
void AddColumn(const std::string& name, ResultTable* table) {
  std::set<std::string> units;
  const bool is_time = absl::StartsWith(name, kTime);
  const std::string stage = is_time ? name.substr(sizeof(kTime) - 1) : "";
  for (ResultCells& cells : table->rows) {
    cells.more.emplace_back("–");
    if (cells.row->state != ReportRow::State::kDone) continue;
    if (is_time) {
      const double milliseconds = MillisecondsPerImage(*cells.row, stage);
      if (milliseconds >= 0.0) cells.more.back() = absl::StrFormat("%.3g", milliseconds);
    } else if (const Metric* metric = FindMetric(cells.row->evaluation, name)) {
      cells.more.back() = FormatMetric(*metric);
      units.insert(metric->unit);
    }
  }
  if (is_time) {
    table->columns.push_back(absl::StrCat(stage, " [ms/image]"));
    table->notes.push_back(
        absl::StrCat("time of ", stage,
                     ": of the run that made the artifact, with all its threads; benchmarks "
                     "compare components under equal conditions"));
  } else {
    table->columns.push_back(units.size() == 1 ? WithUnit(name, *units.begin()) : name);
  }
}

std::string ChangeText(const ReportChange& change) {
  const auto shown = [](const std::string& value) { return value.empty() ? "none" : value; };
  return absl::StrCat(change.path, " ", shown(change.from), " → ", shown(change.to));
}

}  // namespace

ResultTable MakeResultTable(const Report& report) {
  ResultTable table;
  table.reference = "paper";
  // Rows may be about different things (stages of a data set, and networks): what has a column of
  // its own is not shown in that of the others' headline too.
  const auto has_column = [&](const Metric* metric) {
    return metric != nullptr &&
           std::count(report.columns.begin(), report.columns.end(), metric->name) > 0;
  };
  const bool others =
      std::any_of(report.rows.begin(), report.rows.end(), [&](const ReportRow& row) {
        return ShownMetric(row) != nullptr && !has_column(ShownMetric(row));
      });
  std::set<std::string> full, base;
  for (const ReportRow& row : report.rows) {
    ResultCells cells;
    cells.row = &row;
    const Metric* metric = ShownMetric(row);
    cells.ours = metric == nullptr ? StateName(row.state) : FormatMetric(*metric);
    if (others && has_column(metric)) {
      cells.ours = "–";
    } else if (metric != nullptr) {
      cells.count = FormatCount(metric->count);
      full.insert(WithUnit(metric->name, metric->unit));
      base.insert(WithUnit(BaseName(metric->name), metric->unit));
    }
    if (const ReportReference* reference = ShownReference(row)) {
      table.has_references = true;
      cells.reference = FormatValue(reference->value, reference->unit);
    }
    if (const std::optional<double> difference = ReferenceDifference(row)) {
      cells.difference = FormatDifference(*difference, metric->unit);
    }
    cells.verdict = Verdict(row);
    table.has_verdicts = table.has_verdicts || !cells.verdict.empty();
    table.rows.push_back(std::move(cells));
  }
  table.metric = full.size() == 1 ? *full.begin() : base.size() == 1 ? *base.begin() : "result";
  AddNotes(report, &table);
  for (const std::string& column : report.columns) AddColumn(column, &table);
  return table;
}

ChangeTable MakeChangeTable(const Report& report) {
  ChangeTable table;
  std::set<std::string> methods, units;
  for (const ReportRow& row : report.rows) {
    const ReportRow* parent = FindRow(report, row.parent);
    if (parent == nullptr) continue;
    ChangeCells cells;
    cells.row = &row;
    cells.parent = parent;
    for (const ReportChange& change : row.changes) cells.changes.push_back(ChangeText(change));
    std::string why;
    if (const auto paired = CompareToParent(row, *parent, &why)) {
      cells.compared = true;
      cells.value = paired->value;
      cells.low = paired->low;
      cells.high = paired->high;
      cells.difference = FormatDifference(paired->value, paired->unit);
      cells.interval = absl::StrCat("[", FormatDifference(paired->low, paired->unit), ", ",
                                    FormatDifference(paired->high, paired->unit), "]");
      methods.insert(paired->method);
      units.insert(paired->unit);
    } else {
      cells.difference = why;
    }
    table.rows.push_back(std::move(cells));
  }
  if (units.size() == 1 && *units.begin() != "1") table.unit = *units.begin();
  if (!methods.empty()) {
    table.note = absl::StrCat("Δ: difference", table.unit == "%" ? " in percentage points" : "",
                              ", with its 95 % interval from ", absl::StrJoin(methods, "; "));
  }
  return table;
}

std::string Summary(const Report& report) {
  std::map<ReportRow::State, int> counts;
  for (const ReportRow& row : report.rows) ++counts[row.state];
  std::string text = absl::StrCat(counts[ReportRow::State::kDone], " of ", report.rows.size(),
                                  report.rows.size() == 1 ? " row done" : " rows done");
  for (const auto& [state, count] : counts) {
    if (state == ReportRow::State::kDone || count == 0) continue;
    absl::StrAppend(&text, ", ", count, " ", StateName(state));
  }
  return text;
}

std::vector<NoticeLine> MakeNotices(const Report& report) {
  std::vector<std::pair<std::string, std::string>> order;  // text, stage
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> rows;
  const auto add = [&](const std::string& text, const std::string& stage, const std::string& id) {
    std::vector<std::string>& ids = rows[{text, stage}];
    if (ids.empty()) order.emplace_back(text, stage);
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  };
  std::set<std::string> curators;  // what they say stands with their stage
  for (const ReportRow& row : report.rows) {
    if (!row.curation.has_value()) continue;
    curators.insert(row.curation->notices.begin(), row.curation->notices.end());
  }
  for (const ReportRow& row : report.rows) {
    for (const ReportStage& stage : row.stages) {
      for (const std::string& notice : stage.notices) {
        if (curators.count(notice) == 0) add(notice, stage.name, row.id);
      }
    }
    for (const std::string& notice : row.evaluation.notices) add(notice, "evaluate", row.id);
  }
  std::vector<NoticeLine> lines;
  for (const auto& key : order) {
    const bool all = rows[key].size() == report.rows.size() && report.rows.size() > 1;
    lines.push_back(
        {key.first, absl::StrCat(key.second, ", ", all ? "all rows" : RowList(rows[key]))});
  }
  return lines;
}

}  // namespace facet
