#include "core/report/table.h"

#include "absl/strings/str_cat.h"
#include "core/report/curation.h"
#include "core/report/grids.h"

namespace facet {
namespace {

std::string TableAndNotes(const Grid& grid, const TableStyle& style) {
  std::string out = TerminalTable(grid, style);
  for (const std::string& note : grid.notes) {
    absl::StrAppend(&out, TerminalText(note, Tone::kMuted, style), "\n");
  }
  return out;
}

}  // namespace

std::string RenderTable(const Report& report, const TableStyle& style) {
  std::string out;
  if (!report.title.empty()) {
    out = absl::StrCat(TerminalText(report.title, Tone::kStrong, style), "\n\n");
  }
  out += TableAndNotes(ResultGrid(report), style);
  for (const Grid& grid : {ChangeGrid(report), CurationGrid(CurationStages(report))}) {
    if (grid.NumRows() > 0) absl::StrAppend(&out, "\n", TableAndNotes(grid, style));
  }
  for (const ReportRow& row : report.rows) {
    const bool failed = row.state == ReportRow::State::kFailed;
    if (!failed && row.state != ReportRow::State::kSkipped) continue;
    absl::StrAppend(&out, "\n",
                    TerminalText(absl::StrCat("row ", row.id, failed ? " failed" : " skipped"),
                                 failed ? Tone::kBad : Tone::kMuted, style),
                    row.reason.empty() ? "" : ": ", TerminalText(row.reason, Tone::kPlain, style),
                    "\n");
  }
  return out;
}

}  // namespace facet
