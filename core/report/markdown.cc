#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/report/curation.h"
#include "core/report/grids.h"
#include "core/report/report.h"
#include "core/report/summary.h"
#include "core/report/text.h"

namespace facet {
namespace {

std::string Bullets(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) absl::StrAppend(&out, "- ", EscapeMarkdown(text), "\n");
  return out;
}

std::string Chapter(const char* title, const Grid& grid) {
  if (grid.NumRows() == 0) return "";
  std::string out = absl::StrCat("\n## ", title, "\n\n", MarkdownTable(grid));
  for (const std::string& note : grid.notes) {
    absl::StrAppend(&out, "\n", EscapeMarkdown(note), "\n");
  }
  return out;
}

std::string FigureText(const Report& report) {
  const Grid grid = FigureGrid(report);
  return grid.NumRows() == 0 ? "" : "\n## All figures\n\n" + MarkdownTable(grid);
}

std::string StagesText(const Report& report) {
  const Grid grid = StageGrid(report);
  if (grid.NumRows() == 0) return "";
  return absl::StrCat("\n## Stages\n\n", MarkdownTable(grid), "\n", Bullets(grid.notes));
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

std::string FailureText(const Report& report) {
  std::string out;
  for (const ReasonLine& line : MakeReasons(report)) {
    const ReportRow& row = *line.rows.front();
    std::string about = line.about();
    about[0] = 'R';
    absl::StrAppend(&out, "\n**", EscapeMarkdown(about), "**: ", EscapeMarkdown(row.reason), "\n");
    if (!row.log_tail.empty()) absl::StrAppend(&out, "\n", Fenced(row.log_tail));
  }
  return out;
}

std::string HistogramTable(const Histogram& histogram) {
  const Grid grid = HistogramGrid(histogram);
  if (grid.NumRows() > 0) return "\n" + MarkdownTable(grid);
  return absl::StrCat("\n", EscapeMarkdown(histogram.name), ": nothing was counted.\n");
}

std::string SheetLink(const ReportSheet& sheet, const std::string& folder) {
  const std::string title = absl::StrReplaceAll(EscapeMarkdown(sheet.title), {{"]", "\\]"}});
  const std::string images = absl::StrCat(", ", Images(sheet.cells));
  if (sheet.file.empty()) return absl::StrCat("- ", title, images, ", no picture\n");
  return absl::StrCat("- [", title, "](", UrlPath(InFolder(folder, sheet.file)), ")", images, "\n");
}

std::string StageText(const CurationStage& stage, const std::string& folder) {
  const ReportCuration& curation = *stage.curation;
  std::string out = absl::StrCat("\n### ", EscapeMarkdown(curation.component), ", ",
                                 EscapeMarkdown(RowNames(stage.rows)), "\n");
  const Grid own = OwnFigureGrid(curation);
  if (own.NumRows() > 0) out += "\n" + MarkdownTable(own);
  for (const Histogram& histogram : curation.histograms) out += HistogramTable(histogram);
  if (!curation.notices.empty()) out += "\n" + Bullets(curation.notices);
  if (!curation.sheets.empty()) out += "\nContact sheets:\n\n";
  for (const ReportSheet& sheet : curation.sheets) out += SheetLink(sheet, folder);
  return out;
}

std::string CurationText(const Report& report, const std::string& folder) {
  const std::vector<CurationStage> stages = CurationStages(report);
  if (stages.empty()) return "";
  const Grid grid = CurationGrid(stages);
  std::string out = absl::StrCat("\n## Building the data set\n\n", MarkdownTable(grid), "\n",
                                 Bullets(grid.notes));
  for (const CurationStage& stage : stages) out += StageText(stage, folder);
  return out;
}

}  // namespace

std::string RenderMarkdown(const Report& report, const std::string& folder) {
  const Grid results = ResultGrid(report);
  std::string out =
      absl::StrCat("# ", EscapeMarkdown(report.title.empty() ? "Results" : report.title), "\n\n",
                   Summary(report), ".\n\n", MarkdownTable(results), "\n", Bullets(results.notes),
                   FailureText(report), Chapter("What changed", ChangeGrid(report)),
                   Chapter("Effects of the parts", EffectGrid(report)),
                   CurationText(report, folder), FigureText(report));
  const std::vector<NoticeLine> notices = MakeNotices(report);
  if (!notices.empty()) out += "\n## Notices\n\n";
  for (const NoticeLine& notice : notices) {
    absl::StrAppend(&out, "- ", EscapeMarkdown(notice.text), " (", EscapeMarkdown(notice.about),
                    ")\n");
  }
  out += StagesText(report);
  if (!report.command.empty()) absl::StrAppend(&out, "\n## Reproduce\n\n", Fenced(report.command));
  if (!report.provenance.empty()) out += "\n";
  for (const auto& [name, value] : report.provenance) {
    absl::StrAppend(&out, "- ", EscapeMarkdown(name), ": ", EscapeMarkdown(value), "\n");
  }
  return out;
}

}  // namespace facet
