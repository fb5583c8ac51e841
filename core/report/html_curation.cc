#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/report/curation.h"
#include "core/report/figures.h"
#include "core/report/html_parts.h"
#include "core/report/text.h"

namespace facet {
namespace {

std::string Figures(const ReportCuration& curation) {
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
                                 own.NumRows() == 0 ? "" : HtmlTable(own), Figures(curation));
  if (!curation.notices.empty()) out += "<ul class=\"notices\">";
  for (const std::string& notice : curation.notices) {
    absl::StrAppend(&out, "<li>", EscapeHtml(notice), "</li>\n");
  }
  if (!curation.notices.empty()) out += "</ul>\n";
  return absl::StrCat(out, Sheets(curation, folder), "</div>\n");
}

}  // namespace

std::string CurationHtml(const Report& report, const std::string& sheet_folder) {
  const std::vector<CurationStage> stages = CurationStages(report);
  if (stages.empty()) return "";
  const Grid grid = CurationGrid(stages);
  std::string out = absl::StrCat("<div class=\"chain\">", HtmlTable(grid), "</div>", Notes(grid));
  for (const CurationStage& stage : stages) out += Stage(stage, sheet_folder);
  return out;
}

}  // namespace facet
