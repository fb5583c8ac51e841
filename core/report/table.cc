#include "core/report/table.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "core/base/text_columns.h"
#include "core/report/curation.h"
#include "core/report/text.h"
#include "core/report/view.h"

namespace facet {
namespace {

constexpr size_t kMaxChanges = 4;  // on one line; the other reports have all

struct Cell {
  std::string text;
  const char* colour = "";  // ANSI parameters
};

struct Column {
  std::string head;
  bool right = false;  // aligned
};

constexpr char kBold[] = "1", kDim[] = "2", kRed[] = "31", kGreen[] = "32", kYellow[] = "33";

class Writer {
 public:
  explicit Writer(const TableStyle& style) : style_(style) {}

  std::string Text(const std::string& text) const {
    if (!style_.ascii) return text;
    return absl::StrReplaceAll(text, {{"±", "+-"},
                                      {"\u2212", "-"},
                                      {"→", "->"},
                                      {"–", "-"},
                                      {"Δ", "delta"},
                                      {"─", "-"},
                                      {"·", "-"}});
  }
  std::string Paint(const std::string& text, const std::string& colour) const {
    if (!style_.colour || colour.empty() || text.empty()) return text;
    return absl::StrCat("\033[", colour, "m", text, "\033[0m");
  }

  std::string Table(const std::vector<Column>& columns, std::vector<std::vector<Cell>> rows) const {
    std::vector<int> widths;
    for (size_t c = 0; c < columns.size(); ++c) {
      int width = DisplayWidth(Text(columns[c].head));
      for (std::vector<Cell>& row : rows) {
        row[c].text = Text(OneLine(row[c].text));
        width = std::max(width, DisplayWidth(row[c].text));
      }
      widths.push_back(width);
    }
    std::vector<Cell> heads, rules;
    for (size_t c = 0; c < columns.size(); ++c) {
      heads.push_back({Text(columns[c].head), kBold});
      std::string rule;
      for (int i = 0; i < widths[c]; ++i) rule += Text("─");
      rules.push_back({rule, kDim});
    }
    std::string out = Line(columns, widths, heads) + Line(columns, widths, rules);
    for (const std::vector<Cell>& row : rows) out += Line(columns, widths, row);
    return out;
  }

 private:
  std::string Line(const std::vector<Column>& columns, const std::vector<int>& widths,
                   const std::vector<Cell>& cells) const {
    std::string line, pending;  // blanks are written only before something
    for (size_t c = 0; c < cells.size(); ++c) {
      const std::string pad(static_cast<size_t>(widths[c] - DisplayWidth(cells[c].text)), ' ');
      if (columns[c].right) pending += pad;
      if (!cells[c].text.empty()) {
        line += pending + Paint(cells[c].text, cells[c].colour);
        pending.clear();
      }
      if (!columns[c].right) pending += pad;
      pending += "  ";
    }
    return line + "\n";
  }

  const TableStyle style_;
};

const char* ColourOf(const ResultCells& cells) {
  switch (cells.row->state) {
    case ReportRow::State::kFailed:
      return kRed;
    case ReportRow::State::kDone:
      return kBold;
    default:
      return kDim;
  }
}

const char* VerdictColour(const std::string& verdict) {
  return verdict == "differs" ? kYellow : kGreen;
}

std::string Results(const Report& report, const Writer& writer) {
  const ResultTable table = MakeResultTable(report);
  std::vector<Column> columns = {{"row"}, {"label"}, {table.metric, true}, {"n", true}};
  for (const std::string& column : table.columns) columns.push_back({column, true});
  if (table.has_references) {
    columns.push_back({table.reference, true});
    columns.push_back({"difference", true});
  }
  if (table.has_verdicts) columns.push_back({"verdict"});
  std::vector<std::vector<Cell>> rows;
  for (const ResultCells& cells : table.rows) {
    std::vector<Cell> row = {
        {cells.row->id}, {cells.row->label}, {cells.ours, ColourOf(cells)}, {cells.count, kDim}};
    for (const std::string& more : cells.more) row.push_back({more});
    if (table.has_references) {
      row.push_back({cells.reference.empty() ? "–" : cells.reference});
      row.push_back({cells.difference.empty() ? "–" : cells.difference});
    }
    if (table.has_verdicts) row.push_back({cells.verdict, VerdictColour(cells.verdict)});
    rows.push_back(std::move(row));
  }
  std::string out = writer.Table(columns, std::move(rows));
  for (const std::string& note : table.notes) {
    absl::StrAppend(&out, writer.Paint(writer.Text(OneLine(note)), kDim), "\n");
  }
  return out;
}

std::string Changes(const Report& report, const Writer& writer) {
  const ChangeTable table = MakeChangeTable(report);
  if (table.rows.empty()) return "";
  std::vector<std::vector<Cell>> rows;
  for (const ChangeCells& cells : table.rows) {
    std::vector<std::string> shown(cells.changes.begin(),
                                   cells.changes.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                               cells.changes.size(), kMaxChanges)));
    if (cells.changes.size() > kMaxChanges) {
      shown.push_back(absl::StrCat(cells.changes.size() - kMaxChanges, " more"));
    }
    rows.push_back({{absl::StrCat(cells.row->id, " vs ", cells.parent->id)},
                    {cells.compared ? cells.difference : "–", kBold},
                    {cells.compared ? cells.interval : cells.difference, kDim},
                    {shown.empty() ? "nothing" : absl::StrJoin(shown, "; ")}});
  }
  const std::vector<Column> columns = {{"rows"}, {"Δ", true}, {"95 % interval"}, {"what changed"}};
  std::string out = "\n" + writer.Table(columns, std::move(rows));
  if (!table.note.empty()) absl::StrAppend(&out, writer.Paint(writer.Text(table.note), kDim), "\n");
  return out;
}

std::string Curation(const Report& report, const Writer& writer) {
  const CurationTable table = MakeCurationTable(report);
  if (table.stages.empty()) return "";
  std::vector<Column> columns = {{"row"}, {"stage"}};
  for (const std::string& column : table.columns) columns.push_back({column, true});
  std::vector<std::vector<Cell>> rows;
  for (const CurationStage& stage : table.stages) {
    std::vector<Cell> row = {{absl::StrJoin(stage.rows, ", ")}, {stage.curation->component}};
    for (const std::string& cell : stage.cells) row.push_back({cell});
    rows.push_back(std::move(row));
  }
  std::string out = "\n" + writer.Table(columns, std::move(rows));
  for (const std::string& note : table.notes) {
    absl::StrAppend(&out, writer.Paint(writer.Text(OneLine(note)), kDim), "\n");
  }
  return out;
}

}  // namespace

std::string RenderTable(const Report& report, const TableStyle& style) {
  const Writer writer(style);
  std::string out;
  if (!report.title.empty()) {
    out = absl::StrCat(writer.Paint(writer.Text(OneLine(report.title)), kBold), "\n\n");
  }
  out += Results(report, writer) + Changes(report, writer) + Curation(report, writer);
  for (const ReportRow& row : report.rows) {
    const bool failed = row.state == ReportRow::State::kFailed;
    if (!failed && row.state != ReportRow::State::kSkipped) continue;
    absl::StrAppend(
        &out, "\n",
        writer.Paint(absl::StrCat("row ", OneLine(row.id), failed ? " failed" : " skipped"),
                     failed ? kRed : kDim),
        row.reason.empty() ? "" : ": ", writer.Text(OneLine(row.reason)), "\n");
  }
  return out;
}

}  // namespace facet
