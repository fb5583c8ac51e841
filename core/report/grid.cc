#include "core/report/grid.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "core/base/text_columns.h"
#include "core/report/text.h"

namespace facet {
namespace {

std::vector<const GridColumn*> ColumnsOf(const Grid& grid, unsigned form) {
  std::vector<const GridColumn*> columns;
  for (const GridColumn& column : grid.columns) {
    if ((column.forms & form) != 0) columns.push_back(&column);
  }
  return columns;
}

// In the order of Tone: parameters of an ANSI escape, a class of the style sheet.
constexpr struct {
  const char* ansi;
  const char* html_class;
} kTones[] = {{"", ""}, {"1", ""}, {"2", "muted"}, {"32", "good"}, {"33", "warn"}, {"31", "bad"}};

std::string Shown(std::string_view text, const TableStyle& style) {
  const std::string line = OneLine(text);
  if (!style.ascii) return line;
  return absl::StrReplaceAll(line, {{"±", "+-"},
                                    {"\u2212", "-"},
                                    {"→", "->"},
                                    {"–", "-"},
                                    {"Δ", "delta"},
                                    {"─", "-"},
                                    {"·", "-"}});
}

std::string Painted(const std::string& text, Tone tone, const TableStyle& style) {
  if (!style.colour || tone == Tone::kPlain || text.empty()) return text;
  return absl::StrCat("\033[", kTones[static_cast<size_t>(tone)].ansi, "m", text, "\033[0m");
}

// Head, rule and cells of a column, painted and padded to one width.
std::vector<std::string> TerminalColumn(const GridColumn& column, const TableStyle& style) {
  std::vector<std::pair<std::string, Tone>> lines = {{Shown(column.head, style), Tone::kStrong},
                                                     {"", Tone::kMuted}};
  for (const GridCell& cell : column.cells) {
    const bool own = cell.tone != Tone::kPlain;
    lines.emplace_back(Shown(cell.text, style), own ? cell.tone : column.look.tone);
  }
  int width = 0;
  for (const auto& [text, tone] : lines) width = std::max(width, DisplayWidth(text));
  for (int i = 0; i < width; ++i) lines[1].first += style.ascii ? "-" : "─";
  std::vector<std::string> padded;
  for (const auto& [text, tone] : lines) {
    const std::string pad(static_cast<size_t>(width - DisplayWidth(text)), ' ');
    const std::string painted = Painted(text, tone, style);
    padded.push_back(column.look.right ? pad + painted : painted + pad);
  }
  return padded;
}

// The escaped texts of a form's heads and, line by line, of its cells.
template <class Escape>
std::vector<std::vector<std::string>> LinesOf(const Grid& grid, unsigned form,
                                              const Escape& escape) {
  std::vector<std::vector<std::string>> lines(grid.NumRows() + 1);
  for (const GridColumn* column : ColumnsOf(grid, form)) {
    lines[0].push_back(escape(*column, column->head));
    for (size_t row = 0; row < grid.NumRows(); ++row) {
      lines[row + 1].push_back(escape(*column, column->cells[row].text));
    }
  }
  return lines;
}

std::string TableData(const Look& look, const GridCell& cell, bool blank) {
  const std::string content = blank               ? ""
                              : cell.html.empty() ? HtmlInTone(EscapeHtml(cell.text), cell.tone)
                                                  : cell.html;
  const std::string span = cell.span > 1 ? absl::StrCat(" colspan=\"", cell.span, "\"") : "";
  const std::string classes = cell.span > 1 ? look::kRemark.cell_class : look.cell_class;
  return absl::StrCat("<td", span, classes.empty() ? "" : absl::StrCat(" class=\"", classes, "\""),
                      ">", content, "</td>");
}

}  // namespace

std::string TerminalText(std::string_view text, Tone tone, const TableStyle& style) {
  return Painted(Shown(text, style), tone, style);
}

GridCell HtmlCell(const std::string& html) { return {"", Tone::kPlain, html}; }

std::string HtmlInTone(const std::string& html, Tone tone) {
  if (html.empty() || tone == Tone::kPlain) return html;
  if (tone == Tone::kStrong) return absl::StrCat("<b>", html, "</b>");
  return absl::StrCat("<span class=\"", kTones[static_cast<size_t>(tone)].html_class, "\">", html,
                      "</span>");
}

std::string TerminalTable(const Grid& grid, const TableStyle& style) {
  std::vector<std::string> lines(grid.NumRows() + 2);
  for (const GridColumn* column : ColumnsOf(grid, form::kTerminal)) {
    const std::vector<std::string> texts = TerminalColumn(*column, style);
    for (size_t i = 0; i < lines.size(); ++i) absl::StrAppend(&lines[i], texts[i], "  ");
  }
  std::string out;
  for (const std::string& line : lines) {
    absl::StrAppend(&out, line.substr(0, line.find_last_not_of(' ') + 1), "\n");
  }
  return out;
}

std::string MarkdownTable(const Grid& grid) {
  std::string out, rules;
  for (const GridColumn* column : ColumnsOf(grid, form::kMarkdown)) {
    rules += column->look.right ? " ---: |" : " --- |";
  }
  // A number keeps its sign as it is: it cannot begin a list there.
  const auto escape = [](const GridColumn& column, const std::string& text) {
    return EscapeMarkdown(text, /*begins_line=*/!column.look.right);
  };
  for (const std::vector<std::string>& line : LinesOf(grid, form::kMarkdown, escape)) {
    const bool heads = out.empty();
    absl::StrAppend(&out, "| ", absl::StrJoin(line, " | "), " |\n");
    if (heads) absl::StrAppend(&out, "|", rules, "\n");
  }
  return out;
}

std::string HtmlTable(const Grid& grid) {
  const std::vector<const GridColumn*> columns = ColumnsOf(grid, form::kHtml);
  std::string heads, rows;
  for (const GridColumn* column : columns) {
    // "100%-EER, mean of folds" on two lines: figures are narrower than their names.
    absl::StrAppend(&heads, "<th scope=\"col\" class=\"", column->look.head_class, "\">",
                    absl::StrReplaceAll(EscapeHtml(column->head), {{", ", ",<br>"}}), "</th>");
  }
  for (size_t row = 0; row < grid.NumRows(); ++row) {
    const std::vector<GridCell>& firsts = columns[0]->cells;
    const bool again = grid.grouped && row > 0 && firsts[row].text == firsts[row - 1].text;
    rows += grid.grouped && !again ? "<tr class=\"first\">" : "<tr>";
    for (size_t c = 0; c < columns.size();) {
      const GridCell& cell = columns[c]->cells[row];
      rows += TableData(columns[c]->look, cell, again && c == 0);
      c += static_cast<size_t>(cell.span);
    }
    rows += "</tr>\n";
  }
  return absl::StrCat("<div class=\"scroll\"><table><thead><tr>", heads, "</tr></thead><tbody>",
                      rows, "</tbody></table></div>\n");
}

std::string CsvTable(const Grid& grid) {
  std::string out;
  const auto escape = [](const GridColumn&, const std::string& text) { return CsvField(text); };
  for (const std::vector<std::string>& line : LinesOf(grid, form::kCsv, escape)) {
    absl::StrAppend(&out, absl::StrJoin(line, ","), "\n");
  }
  return out;
}

}  // namespace facet
