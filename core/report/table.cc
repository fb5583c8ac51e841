#include "core/report/table.h"

#include "absl/strings/str_cat.h"
#include "core/report/curation.h"
#include "core/report/grids.h"
#include "core/report/summary.h"

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
  for (const Grid& grid :
       {ChangeGrid(report), EffectGrid(report), CurationGrid(CurationStages(report))}) {
    if (grid.NumRows() > 0) absl::StrAppend(&out, "\n", TableAndNotes(grid, style));
  }
  for (const ReasonLine& line : MakeReasons(report)) {
    if (line.failed && !style.failures) continue;
    const std::string& reason = line.rows.front()->reason;
    absl::StrAppend(&out, "\n",
                    TerminalText(line.about(), line.failed ? Tone::kBad : Tone::kMuted, style),
                    reason.empty() ? "" : ": ", TerminalText(reason, Tone::kPlain, style), "\n");
  }
  return out;
}

}  // namespace facet
