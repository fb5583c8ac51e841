#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/report/comparison.h"
#include "core/report/figures.h"
#include "core/report/html_parts.h"
#include "core/report/html_style.h"
#include "core/report/report.h"
#include "core/report/text.h"
#include "core/report/view.h"

namespace facet {
namespace {

constexpr double kNormalQuantile = 1.96;  // 95 % of a normal distribution

std::string Section(const std::string& title, const std::string& body) {
  return body.empty()
             ? ""
             : absl::StrCat("<section><h2>", EscapeHtml(title), "</h2>\n", body, "</section>\n");
}

std::string State(const std::string& name) {
  const bool bad = name == "failed";
  return absl::StrCat("<span class=\"", bad ? "bad" : "muted", "\">", name, "</span>");
}

std::string VerdictHtml(const std::string& verdict) {
  if (verdict.empty()) return "";
  return absl::StrCat("<span class=\"", verdict == "differs" ? "warn" : "good", "\">",
                      verdict == "differs" ? "≠ "
                      : verdict == "match" ? "= "
                                           : "≈ ",
                      verdict, "</span>");
}

// A row whose figure is not that of the table has none here.
const Metric* MetricOf(const ResultCells& cells) {
  return cells.count.empty() ? nullptr : ShownMetric(*cells.row);
}

IntervalScale ResultScale(const ResultTable& table) {
  IntervalScale scale;
  for (const ResultCells& cells : table.rows) {
    const ReportRow& row = *cells.row;
    const Metric* metric = MetricOf(cells);
    if (metric == nullptr) continue;
    const double half = kNormalQuantile * std::max(metric->standard_error, 0.0);
    scale.Include(metric->value - half);
    scale.Include(metric->value + half);
    if (ReferenceDifference(row)) scale.Include(ShownReference(row)->value);
  }
  scale.Pad();
  return scale;
}

std::string ResultInterval(const ResultCells& cells, const IntervalScale& scale) {
  const ReportRow& row = *cells.row;
  const Metric* metric = MetricOf(cells);
  if (metric == nullptr) return "";
  const double half = kNormalQuantile * std::max(metric->standard_error, 0.0);
  const bool paper = ReferenceDifference(row).has_value();
  return IntervalSvg(scale, metric->value, metric->value - half, metric->value + half,
                     paper ? &ShownReference(row)->value : nullptr, false);
}

std::string Results(const Report& report) {
  const ResultTable table = MakeResultTable(report);
  const IntervalScale scale = ResultScale(table);
  std::vector<std::pair<std::string, const char*>> heads = {
      {"row", ""}, {"label", ""}, {table.metric, "num"}, {"95 % interval", "wide"}, {"n", "num"}};
  for (const std::string& column : table.columns) heads.push_back({column, "num"});
  if (table.has_references) {
    heads.push_back({table.reference, "num"});
    heads.push_back({"difference", "num"});
  }
  if (table.has_verdicts) heads.push_back({"verdict", ""});
  std::string rows;
  for (const ResultCells& cells : table.rows) {
    const Metric* metric = MetricOf(cells);
    absl::StrAppend(&rows, "<tr>", Cell(EscapeHtml(cells.row->id), "id"),
                    Cell(EscapeHtml(cells.row->label)),
                    Cell(metric == nullptr ? State(cells.ours) : Figure(*metric), "num"),
                    Cell(ResultInterval(cells, scale), "wide"), Cell(cells.count, "num muted"));
    for (const std::string& more : cells.more) rows += Cell(EscapeHtml(more), "num");
    if (table.has_references) {
      absl::StrAppend(&rows, Cell(cells.reference.empty() ? "–" : cells.reference, "num"),
                      Cell(cells.difference.empty() ? "–" : cells.difference, "num"));
    }
    if (table.has_verdicts) rows += Cell(VerdictHtml(cells.verdict));
    rows += "</tr>\n";
  }
  std::string out = Table(Heads(heads), rows);
  if (!scale.empty) {
    out += table.has_references
               ? "<p class=\"note\">● ours with 1.96 standard errors either way, ◇ paper</p>\n"
               : "<p class=\"note\">● with 1.96 standard errors either way</p>\n";
  }
  for (const std::string& note : table.notes) out += Note(note);
  return out;
}

std::string Failures(const Report& report) {
  std::string out;
  for (const ReportRow& row : report.rows) {
    const bool failed = row.state == ReportRow::State::kFailed;
    if (!failed && row.state != ReportRow::State::kSkipped) continue;
    absl::StrAppend(&out, "<div class=\"", failed ? "failure" : "skipped", "\"><h3>Row ",
                    EscapeHtml(row.id), failed ? " failed" : " skipped", "</h3><p>",
                    EscapeHtml(row.reason), "</p>");
    if (!row.log_path.empty()) {
      absl::StrAppend(&out, "<p class=\"note\">log: <code>", EscapeHtml(row.log_path),
                      "</code></p>");
    }
    if (!row.log_tail.empty()) absl::StrAppend(&out, "<pre>", EscapeHtml(row.log_tail), "</pre>");
    out += "</div>\n";
  }
  return out;
}

std::string ChangeList(const ChangeCells& cells) {
  if (cells.changes.empty()) return "<span class=\"muted\">nothing</span>";
  std::string out = "<ul class=\"changes\">";
  for (const std::string& change : cells.changes) {
    const size_t blank = change.find(' ');
    absl::StrAppend(&out, "<li><code>", EscapeHtml(change.substr(0, blank)), "</code>",
                    EscapeHtml(blank == std::string::npos ? "" : change.substr(blank)), "</li>");
  }
  return out + "</ul>";
}

std::string Changes(const Report& report) {
  const ChangeTable table = MakeChangeTable(report);
  if (table.rows.empty()) return "";
  IntervalScale scale;
  scale.Include(0.0);
  for (const ChangeCells& cells : table.rows) {
    if (!cells.compared) continue;
    for (const double value : {cells.low, cells.high, cells.value}) scale.Include(value);
  }
  scale.Pad();
  std::string rows;
  for (const ChangeCells& cells : table.rows) {
    absl::StrAppend(
        &rows, "<tr>",
        Cell(absl::StrCat("<b>", EscapeHtml(cells.row->id), "</b> <span class=\"muted\">vs ",
                          EscapeHtml(cells.parent->id), "</span>"),
             "id"),
        Cell(ChangeList(cells)));
    if (cells.compared) {
      absl::StrAppend(
          &rows, Cell("<b>" + cells.difference + "</b>", "num"), Cell(cells.interval, "num muted"),
          Cell(IntervalSvg(scale, cells.value, cells.low, cells.high, nullptr, true), "wide"));
    } else {
      absl::StrAppend(&rows, "<td colspan=\"3\" class=\"muted\">", EscapeHtml(cells.difference),
                      "</td>");
    }
    rows += "</tr>\n";
  }
  return Table(Heads({{"rows", ""},
                      {"what changed", ""},
                      {WithUnit("Δ", table.unit), "num"},
                      {"95 % interval", "num"},
                      {"", "wide"}}),
               rows) +
         Note(table.note);
}

std::string RocFigures(const Report& report) {
  const Plot linear = RocPlot(report, false);
  if (linear.lines.empty()) return "";
  return absl::StrCat("<div class=\"plots\">", RenderPlot(linear, 500, 430, false),
                      RenderPlot(RocPlot(report, true), 500, 430, false), "</div>", Legend(linear),
                      Note("Dotted: false reject rate = false accept rate; the points are where "
                           "the curves meet it."));
}

std::string TrainingFigures(const Report& report) {
  const std::vector<Plot> plots = TrainingPlots(report);
  if (plots.empty()) return "";
  std::string out = "<div class=\"plots\">";
  const Plot* longest = &plots[0];
  for (const Plot& plot : plots) {
    out += RenderPlot(plot, 500, 300, false);
    if (plot.lines.size() > longest->lines.size()) longest = &plot;
  }
  return absl::StrCat(out, "</div>", Legend(*longest));
}

std::string Metrics(const Report& report) {
  std::string rows;
  for (const ReportRow& row : report.rows) {
    if (row.state != ReportRow::State::kDone) continue;
    for (size_t i = 0; i < row.evaluation.metrics.size(); ++i) {
      const Metric& metric = row.evaluation.metrics[i];
      absl::StrAppend(&rows, i == 0 ? "<tr class=\"first\">" : "<tr>",
                      Cell(i == 0 ? EscapeHtml(row.id) : "", "id"),
                      Cell(EscapeHtml(WithUnit(metric.name, metric.unit))),
                      Cell(Figure(metric), "num"), Cell(FormatCount(metric.count), "num muted"),
                      Cell(EscapeHtml(metric.error_kind), "muted"), "</tr>\n");
    }
  }
  if (rows.empty()) return "";
  return absl::StrCat("<details><summary>every row, every figure</summary>",
                      Table(Heads({{"row", ""},
                                   {"figure", ""},
                                   {"value", "num"},
                                   {"n", "num"},
                                   {"standard error", ""}}),
                            rows),
                      "</details>\n");
}

struct SharedStage {
  const ReportStage* stage = nullptr;
  std::vector<std::string> rows;
};

// Stages with one key are one.
std::vector<SharedStage> SharedStages(const Report& report) {
  std::vector<SharedStage> stages;
  std::map<std::string, size_t> places;
  for (const ReportRow& row : report.rows) {
    for (const ReportStage& stage : row.stages) {
      const std::string id = stage.key.empty() ? absl::StrCat(row.id, "/", stage.name) : stage.key;
      const auto [place, is_new] = places.emplace(id, stages.size());
      if (is_new) stages.push_back({&stage, {}});
      stages[place->second].rows.push_back(row.id);
    }
  }
  return stages;
}

std::string Stages(const Report& report) {
  static const std::map<ReportStage::State, std::string> kNames = {
      {ReportStage::State::kNotRun, "not run"},
      {ReportStage::State::kCached, "cached"},
      {ReportStage::State::kRun, "run"},
      {ReportStage::State::kFailed, "failed"}};
  const std::vector<SharedStage> stages = SharedStages(report);
  if (stages.empty()) return "";
  std::string rows;
  double total = 0.0;
  for (const SharedStage& each : stages) {
    std::vector<std::string> counts;
    for (const auto& [name, count] : each.stage->counts) {
      counts.push_back(absl::StrCat(EscapeHtml(name), " <b>", FormatCount(count), "</b>"));
    }
    total += std::max(each.stage->seconds, 0.0);
    absl::StrAppend(&rows, "<tr>", Cell("<code>" + EscapeHtml(each.stage->name) + "</code>"),
                    Cell(EscapeHtml(absl::StrJoin(each.rows, ", "))),
                    Cell(State(kNames.at(each.stage->state))),
                    Cell(FormatSeconds(each.stage->seconds), "num"),
                    Cell(absl::StrJoin(counts, " · "), "counts"), "</tr>\n");
  }
  return Table(Heads({{"stage", ""}, {"rows", ""}, {"state", ""}, {"time", "num"}, {"counts", ""}}),
               rows) +
         Note(absl::StrCat(stages.size(), " stages, ", FormatSeconds(total),
                           " of computing, that of cached ones included. Stages with equal inputs "
                           "and settings are shared by rows."));
}

std::string Notices(const Report& report) {
  const std::vector<NoticeLine> notices = MakeNotices(report);
  if (notices.empty()) return "";
  std::string out = "<ul class=\"notices\">";
  for (const NoticeLine& notice : notices) {
    absl::StrAppend(&out, "<li>", EscapeHtml(notice.text), " <span class=\"muted\">",
                    EscapeHtml(notice.about), "</span></li>\n");
  }
  return out + "</ul>\n";
}

std::string Provenance(const Report& report) {
  std::string out;
  if (!report.command.empty()) {
    absl::StrAppend(&out, "<pre class=\"command\">", EscapeHtml(report.command), "</pre>\n");
  }
  if (report.provenance.empty()) return out;
  out += "<dl>";
  for (const auto& [name, value] : report.provenance) {
    absl::StrAppend(&out, "<dt>", EscapeHtml(name), "</dt><dd>", EscapeHtml(value), "</dd>\n");
  }
  return out + "</dl>\n";
}

std::string Document(const Report& report, const std::string& sheet_folder) {
  const std::string title = EscapeHtml(report.title.empty() ? "Results" : report.title);
  return absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
      title, "</title>\n<style>\n", HtmlStyle(), "</style></head>\n<body>\n<header><h1>", title,
      "</h1><p>", EscapeHtml(Summary(report)), "</p></header>\n<main>\n<section>", Results(report),
      Failures(report), "</section>\n", Section("What changed, and what it did", Changes(report)),
      Section("Building the data set", CurationHtml(report, sheet_folder)),
      Section("Receiver operating characteristic", RocFigures(report)),
      Section("Training", TrainingFigures(report)), Section("All figures", Metrics(report)),
      Section("Notices", Notices(report)), Section("Stages", Stages(report)),
      Section("Reproduce", Provenance(report)), "</main>\n</body></html>\n");
}

}  // namespace

std::string RenderHtml(const Report& report) { return Document(report, ""); }

std::string RenderHtmlAlone(const Report& report, const std::string& folder) {
  return Document(report, folder.empty() ? "." : folder);
}

}  // namespace facet
