#include <algorithm>
#include <cstddef>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/base/file.h"
#include "core/report/curation.h"
#include "core/report/figures.h"
#include "core/report/html_parts.h"
#include "core/report/text.h"

namespace facet {
namespace {

constexpr int kBarPx = 110, kMeterPx = 40;

// A bar of `full` px length filled up to `share`, and in outline up to `before`.
std::string Bar(int full, double share, double before, const char* colour) {
  const auto px = [&](double part) { return std::clamp(part, 0.0, 1.0) * full; };
  std::string out = absl::StrFormat(
      "<svg class=\"bar\" viewBox=\"0 0 %d 12\" width=\"%d\" height=\"12\" aria-hidden=\"true\">",
      full, full);
  if (before > 0.0) {
    absl::StrAppendFormat(&out, "<rect y=\"1\" width=\"%.1f\" height=\"10\" fill=\"var(--line)\"/>",
                          px(before));
  }
  if (share > 0.0) {
    absl::StrAppendFormat(&out, "<rect y=\"1\" width=\"%.1f\" height=\"10\" fill=\"%s\"/>",
                          std::max(px(share), 1.0), colour);
  }
  return out + "</svg>";
}

double MostImages(const CurationTable& table) {
  double most = 0.0;
  for (const CurationStage& stage : table.stages) {
    if (const Metric* images = FindMetric(*stage.curation, "images")) {
      most = std::max(most, images->value);
    }
  }
  return most;
}

// What the stage left, within what it was given.
std::string ImagesBar(const CurationTable& table, const CurationStage& stage, double most) {
  const Metric* left = FindMetric(*stage.curation, "images");
  if (left == nullptr || !(most > 0.0)) return "";
  double given = 0.0;
  if (stage.before >= 0) {
    const auto before = static_cast<size_t>(stage.before);
    const Metric* images = FindMetric(*table.stages[before].curation, "images");
    if (images != nullptr) given = images->value;
  }
  return Bar(kBarPx, left->value / most, given / most, "var(--accent)");
}

std::string Chain(const CurationTable& table) {
  std::vector<std::pair<std::string, const char*>> heads = {{"row", ""}, {"stage", ""}};
  const auto is_change = [&](size_t column) {
    return static_cast<int>(column) == table.change_column;
  };
  for (size_t i = 0; i < table.columns.size(); ++i) {
    heads.push_back({table.columns[i], "num"});
    if (is_change(i)) heads.push_back({"", "bars"});
  }
  const double most = MostImages(table);
  std::string rows;
  for (const CurationStage& stage : table.stages) {
    absl::StrAppend(&rows, "<tr>", Cell(EscapeHtml(absl::StrJoin(stage.rows, ", ")), "id"),
                    Cell(EscapeHtml(stage.curation->component)));
    for (size_t i = 0; i < stage.cells.size(); ++i) {
      const Metric* metric = stage.common[i];
      std::string cell = EscapeHtml(stage.cells[i]);
      if (metric != nullptr && metric->unit == "%") {
        cell = Bar(kMeterPx, metric->value / 100.0, 1.0, "var(--good)") + cell;
      }
      rows += Cell(cell, is_change(i) ? "num muted" : "num");
      if (is_change(i)) rows += Cell(ImagesBar(table, stage, most), "bars");
    }
    rows += "</tr>\n";
  }
  std::string out = absl::StrCat("<div class=\"chain\">", Table(Heads(heads), rows), "</div>");
  for (const std::string& note : table.notes) out += Note(note);
  return out;
}

// Reasons of removal ("removed: near duplicate") have bars on one scale.
std::string OwnFigures(const CurationStage& stage) {
  if (stage.own.empty()) return "";
  const auto is_reason = [](const Metric& metric) {
    return metric.name.rfind("removed", 0) == 0 && metric.unit != "%";
  };
  double most = 0.0;
  for (const Metric* metric : stage.own) {
    if (is_reason(*metric)) most = std::max(most, metric->value);
  }
  std::vector<std::pair<std::string, const char*>> heads = {
      {"figure", ""}, {"value", "num"}, {"n", "num"}, {"standard error", ""}};
  if (most > 0.0) heads.insert(heads.begin() + 2, {"", "bars"});
  std::string rows;
  for (const Metric* metric : stage.own) {
    absl::StrAppend(&rows, "<tr>", Cell(EscapeHtml(WithUnit(metric->name, metric->unit))),
                    Cell(EscapeHtml(FormatStageFigure(*metric)), "num"));
    if (most > 0.0) {
      rows += Cell(is_reason(*metric) ? Bar(kBarPx, metric->value / most, 0.0, "var(--warn)") : "",
                   "bars");
    }
    absl::StrAppend(&rows, Cell(FormatCount(metric->count), "num muted"),
                    Cell(EscapeHtml(metric->error_kind), "muted"), "</tr>\n");
  }
  return Table(Heads(heads), rows);
}

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
  std::string about = RowNames(stage);
  if (!curation.from.empty()) absl::StrAppend(&about, ", goes on from row ", curation.from);
  std::string out = absl::StrCat("<div class=\"stage\"><h3>", EscapeHtml(curation.component),
                                 " <span class=\"muted\">", EscapeHtml(about), "</span></h3>\n",
                                 OwnFigures(stage), Figures(curation));
  if (!curation.notices.empty()) out += "<ul class=\"notices\">";
  for (const std::string& notice : curation.notices) {
    absl::StrAppend(&out, "<li>", EscapeHtml(notice), "</li>\n");
  }
  if (!curation.notices.empty()) out += "</ul>\n";
  return absl::StrCat(out, Sheets(curation, folder), "</div>\n");
}

}  // namespace

std::string CurationHtml(const Report& report, const std::string& sheet_folder) {
  const CurationTable table = MakeCurationTable(report);
  if (table.stages.empty()) return "";
  std::string out = Chain(table);
  for (const CurationStage& stage : table.stages) out += Stage(stage, sheet_folder);
  return out;
}

}  // namespace facet
