#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "core/report/curation.h"
#include "core/report/report.h"
#include "core/report/text.h"
#include "core/report/view.h"

namespace facet {
namespace {

std::string Line(const std::vector<std::string>& cells) {
  return absl::StrCat("| ", absl::StrJoin(cells, " | "), " |\n");
}

std::string Results(const Report& report) {
  const ResultTable table = MakeResultTable(report);
  std::vector<std::string> heads = {"row", "label", EscapeMarkdown(table.metric), "n"};
  std::vector<std::string> rules = {"---", "---", "---:", "---:"};
  for (const std::string& column : table.columns) {
    heads.push_back(EscapeMarkdown(column));
    rules.push_back("---:");
  }
  if (table.has_references) {
    heads.insert(heads.end(), {table.reference, "difference"});
    rules.insert(rules.end(), {"---:", "---:"});
  }
  if (table.has_verdicts) {
    heads.push_back("verdict");
    rules.push_back("---");
  }
  std::string out = Line(heads) + Line(rules);
  for (const ResultCells& cells : table.rows) {
    std::vector<std::string> line = {EscapeMarkdown(cells.row->id),
                                     EscapeMarkdown(cells.row->label), cells.ours, cells.count};
    line.insert(line.end(), cells.more.begin(), cells.more.end());
    if (table.has_references) {
      line.push_back(cells.reference.empty() ? "–" : cells.reference);
      line.push_back(cells.difference.empty() ? "–" : cells.difference);
    }
    if (table.has_verdicts) line.push_back(cells.verdict);
    out += Line(line);
  }
  out += "\n";
  for (const std::string& note : table.notes) {
    absl::StrAppend(&out, "- ", EscapeMarkdown(note), "\n");
  }
  return out;
}

std::string Changes(const Report& report) {
  const ChangeTable table = MakeChangeTable(report);
  if (table.rows.empty()) return "";
  std::string out = "\n## What changed\n\n" + Line({"rows", "Δ", "95 % interval", "what changed"}) +
                    Line({"---", "---:", "---", "---"});
  for (const ChangeCells& cells : table.rows) {
    out += Line(
        {EscapeMarkdown(absl::StrCat(cells.row->id, " vs ", cells.parent->id)),
         cells.compared ? cells.difference : "–",
         EscapeMarkdown(cells.compared ? cells.interval : cells.difference),
         cells.changes.empty() ? "nothing" : EscapeMarkdown(absl::StrJoin(cells.changes, "; "))});
  }
  if (!table.note.empty()) absl::StrAppend(&out, "\n", EscapeMarkdown(table.note), "\n");
  return out;
}

std::string Metrics(const Report& report) {
  std::string out;
  for (const ReportRow& row : report.rows) {
    for (const Metric& metric : row.evaluation.metrics) {
      if (row.state != ReportRow::State::kDone) continue;
      out += Line({EscapeMarkdown(row.id), EscapeMarkdown(WithUnit(metric.name, metric.unit)),
                   FormatMetric(metric), FormatCount(metric.count),
                   EscapeMarkdown(metric.error_kind)});
    }
  }
  if (out.empty()) return "";
  return "\n## All figures\n\n" + Line({"row", "figure", "value", "n", "standard error"}) +
         Line({"---", "---", "---:", "---:", "---"}) + out;
}

// A fence longer than any run of backquotes inside.
std::string Fenced(const std::string& text) {
  size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = run > longest ? run : longest;
  }
  const std::string fence(longest < 3 ? 3 : longest + 1, '`');
  return absl::StrCat(fence, "\n", text, text.empty() || text.back() == '\n' ? "" : "\n", fence,
                      "\n");
}

std::string Failures(const Report& report) {
  std::string out;
  for (const ReportRow& row : report.rows) {
    const bool failed = row.state == ReportRow::State::kFailed;
    if (!failed && row.state != ReportRow::State::kSkipped) continue;
    absl::StrAppend(&out, "\n**Row ", EscapeMarkdown(row.id), failed ? " failed" : " skipped",
                    "**: ", EscapeMarkdown(row.reason), "\n");
    if (!row.log_tail.empty()) absl::StrAppend(&out, "\n", Fenced(row.log_tail));
  }
  return out;
}

std::string StageTable(const CurationTable& table) {
  std::vector<std::string> heads = {"row", "stage"}, rules = {"---", "---"};
  for (const std::string& column : table.columns) {
    heads.push_back(EscapeMarkdown(column));
    rules.emplace_back("---:");
  }
  std::string out = Line(heads) + Line(rules);
  for (const CurationStage& stage : table.stages) {
    std::vector<std::string> line = {EscapeMarkdown(absl::StrJoin(stage.rows, ", ")),
                                     EscapeMarkdown(stage.curation->component)};
    for (const std::string& cell : stage.cells) line.push_back(EscapeMarkdown(cell));
    out += Line(line);
  }
  out += "\n";
  for (const std::string& note : table.notes) {
    absl::StrAppend(&out, "- ", EscapeMarkdown(note), "\n");
  }
  return out;
}

std::string HistogramTable(const Histogram& histogram) {
  std::string lines;
  for (size_t i = 0; i < histogram.counts.size(); ++i) {
    if (histogram.counts[i] == 0) continue;
    lines += Line({BinName(histogram, i), FormatCount(histogram.counts[i])});
  }
  if (lines.empty()) {
    return absl::StrCat("\n", EscapeMarkdown(histogram.name), ": nothing was counted.\n");
  }
  return "\n" +
         Line({EscapeMarkdown(absl::StrCat(histogram.name, ": ", histogram.x_label)), "count"}) +
         Line({"---:", "---:"}) + lines;
}

std::string SheetLink(const ReportSheet& sheet, const std::string& folder) {
  const std::string title = absl::StrReplaceAll(EscapeMarkdown(sheet.title), {{"]", "\\]"}});
  const std::string images = absl::StrCat(", ", Images(sheet.cells));
  if (sheet.file.empty()) return absl::StrCat("- ", title, images, ", no picture\n");
  return absl::StrCat("- [", title, "](", UrlPath(InFolder(folder, sheet.file)), ")", images, "\n");
}

std::string Stage(const CurationStage& stage, const std::string& folder) {
  const ReportCuration& curation = *stage.curation;
  std::string out = absl::StrCat("\n### ", EscapeMarkdown(curation.component), ", ",
                                 EscapeMarkdown(RowNames(stage)), "\n");
  if (!stage.own.empty()) {
    out += "\n" + Line({"figure", "value", "n"}) + Line({"---", "---:", "---:"});
  }
  for (const Metric* metric : stage.own) {
    out += Line({EscapeMarkdown(WithUnit(metric->name, metric->unit)), FormatStageFigure(*metric),
                 FormatCount(metric->count)});
  }
  for (const Histogram& histogram : curation.histograms) out += HistogramTable(histogram);
  if (!curation.notices.empty()) out += "\n";
  for (const std::string& notice : curation.notices) {
    absl::StrAppend(&out, "- ", EscapeMarkdown(notice), "\n");
  }
  if (!curation.sheets.empty()) out += "\nContact sheets:\n\n";
  for (const ReportSheet& sheet : curation.sheets) out += SheetLink(sheet, folder);
  return out;
}

std::string Curation(const Report& report, const std::string& folder) {
  const CurationTable table = MakeCurationTable(report);
  if (table.stages.empty()) return "";
  std::string out = "\n## Building the data set\n\n" + StageTable(table);
  for (const CurationStage& stage : table.stages) out += Stage(stage, folder);
  return out;
}

}  // namespace

std::string RenderMarkdown(const Report& report, const std::string& folder) {
  std::string out =
      absl::StrCat("# ", EscapeMarkdown(report.title.empty() ? "Results" : report.title), "\n\n",
                   Summary(report), ".\n\n", Results(report), Failures(report), Changes(report),
                   Curation(report, folder), Metrics(report));
  const std::vector<NoticeLine> notices = MakeNotices(report);
  if (!notices.empty()) out += "\n## Notices\n\n";
  for (const NoticeLine& notice : notices) {
    absl::StrAppend(&out, "- ", EscapeMarkdown(notice.text), " (", EscapeMarkdown(notice.about),
                    ")\n");
  }
  if (!report.command.empty()) absl::StrAppend(&out, "\n## Reproduce\n\n", Fenced(report.command));
  if (!report.provenance.empty()) out += "\n";
  for (const auto& [name, value] : report.provenance) {
    absl::StrAppend(&out, "- ", EscapeMarkdown(name), ": ", EscapeMarkdown(value), "\n");
  }
  return out;
}

}  // namespace facet
