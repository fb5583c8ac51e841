#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/report/curation.h"
#include "core/report/figures.h"
#include "core/report/grids.h"
#include "core/report/html_style.h"
#include "core/report/report.h"
#include "core/report/summary.h"
#include "core/report/sweep.h"
#include "core/report/text.h"

namespace facet {
namespace {

std::string Note(const std::string& text) {
  return text.empty() ? "" : absl::StrCat("<p class=\"note\">", EscapeHtml(text), "</p>\n");
}

std::string Notes(const Grid& grid) {
  std::string out = Note(grid.picture_note);
  for (const std::string& note : grid.notes) out += Note(note);
  return out;
}

std::string Legend(const Plot& plot) {
  std::string out = "<ul class=\"legend\">";
  for (const PlotLine* line : NamedLines(plot)) {
    absl::StrAppend(&out,
                    "<li><svg width=\"22\" height=\"8\" aria-hidden=\"true\"><line x1=\"0\" "
                    "x2=\"22\" y1=\"4\" y2=\"4\" stroke=\"",
                    line->colour, "\" stroke-width=\"2.5\"",
                    line->dashed ? " stroke-dasharray=\"5 3\"" : "", "/></svg>",
                    EscapeHtml(line->name), "</li>");
  }
  return out + "</ul>\n";
}

std::string Section(const std::string& title, const std::string& body) {
  return body.empty()
             ? ""
             : absl::StrCat("<section><h2>", EscapeHtml(title), "</h2>\n", body, "</section>\n");
}

std::string TableAndNotes(const Grid& grid) { return HtmlTable(grid) + Notes(grid); }

std::string Section(const std::string& title, const Grid& grid) {
  return Section(title, grid.NumRows() == 0 ? "" : TableAndNotes(grid));
}

std::string Failures(const Report& report) {
  std::string out;
  for (const ReasonLine& line : MakeReasons(report)) {
    const ReportRow& row = *line.rows.front();
    std::string about = line.about();
    about[0] = 'R';
    absl::StrAppend(&out, "<div class=\"", line.failed ? "failure" : "skipped", "\"><h3>",
                    EscapeHtml(about), "</h3><p>", EscapeHtml(row.reason), "</p>");
    if (!row.log_path.empty()) {
      absl::StrAppend(&out, "<p class=\"note\">log: <code>", EscapeHtml(row.log_path),
                      "</code></p>");
    }
    if (!row.log_tail.empty()) absl::StrAppend(&out, "<pre>", EscapeHtml(row.log_tail), "</pre>");
    out += "</div>\n";
  }
  return out;
}

std::string StageFigures(const ReportCuration& curation) {
  constexpr int kWidthPx = 500, kHeightPx = 290;
  std::string plots, empty;
  for (const Plot& plot : CurationPlots(curation)) {
    absl::StrAppend(&plots, "<div>", RenderPlot(plot, kWidthPx, kHeightPx, false),
                    plot.lines.size() > 1 ? Legend(plot) : "", "</div>");
  }
  for (const Histogram& histogram : curation.histograms) {
    const Plot plot = HistogramPlot(histogram);
    if (plot.bars.empty()) {
      absl::StrAppend(&empty, Note(absl::StrCat(histogram.name, ": nothing was counted")));
    } else {
      absl::StrAppend(&plots, "<div>", RenderPlot(plot, kWidthPx, kHeightPx, false), "</div>");
    }
  }
  if (!plots.empty()) plots = absl::StrCat("<div class=\"plots\">", plots, "</div>\n");
  return plots + empty;
}

std::string Picture(const ReportSheet& sheet, const std::string& folder) {
  const std::string missing = Note("There is no picture of it.");
  if (sheet.file.empty()) return missing;
  const std::string alt = EscapeHtml(absl::StrCat(sheet.title, ", ", Images(sheet.cells)));
  if (folder.empty()) {
    const std::string url = UrlPath(sheet.file);
    return absl::StrCat("<a href=\"", url, "\"><img loading=\"lazy\" src=\"", url, "\" alt=\"", alt,
                        "\"></a>");
  }
  const absl::StatusOr<std::string> bytes = ReadFile(InFolder(folder, sheet.file));
  if (!bytes.ok()) return missing;
  return absl::StrCat("<img src=\"data:image/jpeg;base64,", absl::Base64Escape(*bytes), "\" alt=\"",
                      alt, "\">");
}

// Closed: pictures are loaded, or at least drawn, when they are looked at.
std::string Sheets(const ReportCuration& curation, const std::string& folder) {
  std::string out;
  for (const ReportSheet& sheet : curation.sheets) {
    absl::StrAppend(&out, "<details class=\"sheet\"><summary>", EscapeHtml(sheet.title),
                    " <span class=\"muted\">", Images(sheet.cells), "</span></summary>",
                    Picture(sheet, folder), "</details>\n");
  }
  return out;
}

std::string Stage(const CurationStage& stage, const std::string& folder) {
  const ReportCuration& curation = *stage.curation;
  std::string about = RowNames(stage.rows);
  if (!curation.from.empty()) absl::StrAppend(&about, ", goes on from row ", curation.from);
  const Grid own = OwnFigureGrid(curation);
  std::string out = absl::StrCat("<div class=\"stage\"><h3>", EscapeHtml(curation.component),
                                 " <span class=\"muted\">", EscapeHtml(about), "</span></h3>\n",
                                 own.NumRows() == 0 ? "" : HtmlTable(own), StageFigures(curation));
  if (!curation.notices.empty()) out += "<ul class=\"notices\">";
  for (const std::string& notice : curation.notices) {
    absl::StrAppend(&out, "<li>", EscapeHtml(notice), "</li>\n");
  }
  if (!curation.notices.empty()) out += "</ul>\n";
  return absl::StrCat(out, Sheets(curation, folder), "</div>\n");
}

std::string Curation(const Report& report, const std::string& sheet_folder) {
  const std::vector<CurationStage> stages = CurationStages(report);
  if (stages.empty()) return "";
  const Grid grid = CurationGrid(stages);
  std::string out = absl::StrCat("<div class=\"chain\">", HtmlTable(grid), "</div>", Notes(grid));
  for (const CurationStage& stage : stages) out += Stage(stage, sheet_folder);
  return out;
}

std::string SweepFigures(const Report& report) {
  const std::vector<Plot> plots = SweepPlots(report);
  if (plots.empty()) return "";
  std::string out = "<div class=\"plots\">";
  for (const Plot& plot : plots) {
    absl::StrAppend(&out, "<div>", RenderPlot(plot, 500, 320, false),
                    plot.lines.size() > 1 ? Legend(plot) : "", "</div>");
  }
  return absl::StrCat(out, "</div>",
                      Note("With 95 % intervals of each point by itself; a ring: the highest "
                           "point, where it is separable from all others (notes below the table "
                           "of results)."));
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

std::string Figures(const Report& report) {
  const Grid grid = FigureGrid(report);
  if (grid.NumRows() == 0) return "";
  return absl::StrCat("<details><summary>every row, every figure</summary>", HtmlTable(grid),
                      "</details>\n");
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
      "</h1><p>", EscapeHtml(Summary(report)), "</p></header>\n<main>\n<section>",
      TableAndNotes(ResultGrid(report)), Failures(report), "</section>\n",
      Section("What changed, and what it did", ChangeGrid(report)),
      Section("Effects of the parts", EffectGrid(report)), Section("Sweeps", SweepFigures(report)),
      Section("Building the data set", Curation(report, sheet_folder)),
      Section("Receiver operating characteristic", RocFigures(report)),
      Section("Training", TrainingFigures(report)), Section("All figures", Figures(report)),
      Section("Notices", Notices(report)), Section("Stages", StageGrid(report)),
      Section("Reproduce", Provenance(report)), "</main>\n</body></html>\n");
}

}  // namespace

std::string RenderHtml(const Report& report) { return Document(report, ""); }

std::string RenderHtmlAlone(const Report& report, const std::string& folder) {
  return Document(report, folder.empty() ? "." : folder);
}

}  // namespace facet
