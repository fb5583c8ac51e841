// A table of the reports: columns and their cells, made once and shown in every form.
//
//   Grid grid;
//   grid.Add({"row", look::kId}, report.rows, &ReportRow::id);
//   grid.Add({"n", look::kCount}, report.rows, CountOf);
//   std::cout << TerminalTable(grid, {});
#ifndef FACET_CORE_REPORT_GRID_H_
#define FACET_CORE_REPORT_GRID_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace facet {

enum class Tone { kPlain, kStrong, kMuted, kGood, kWarn, kBad };

struct GridCell {
  std::string text;
  Tone tone = Tone::kPlain;
  std::string html = {};  // instead of text and tone, where HTML has more to show
  // Columns that it takes in HTML, where it hides the cells to its right. Such a cell is a remark.
  int span = 1;
};

// How the cells of a column stand and stand out.
struct Look {
  const char* head_class = "";  // in HTML, of <th> and of <td>
  const char* cell_class = "";
  bool right = false;        // aligned, in text and Markdown
  Tone tone = Tone::kPlain;  // on a terminal, of cells that have none of their own
};

namespace look {
inline constexpr Look kText = {};
inline constexpr Look kWord = {"wrap", ""};  // narrower than its head
inline constexpr Look kId = {"", "id"};
inline constexpr Look kNumber = {"num", "num", true};
inline constexpr Look kCount = {"num", "num muted", true, Tone::kMuted};  // beside a number
// Or why there is none, which reads from the left.
inline constexpr Look kInterval = {"num", "num muted", false, Tone::kMuted};
inline constexpr Look kRemark = {"", "muted"};
inline constexpr Look kList = {"", "counts"};
inline constexpr Look kWide = {"wide", "wide"};  // pictures
inline constexpr Look kBars = {"bars", "bars"};
}  // namespace look

namespace form {
inline constexpr unsigned kTerminal = 1, kMarkdown = 2, kHtml = 4, kCsv = 8;
inline constexpr unsigned kAll = kTerminal | kMarkdown | kHtml | kCsv;
}  // namespace form

struct GridColumn {
  std::string head;
  Look look;
  unsigned forms = form::kAll;  // that show it
  std::vector<GridCell> cells = {};
};

struct Grid {
  std::vector<GridColumn> columns;  // each with as many cells
  bool grouped = false;  // neighbours with one first cell belong together: HTML says it once
  std::vector<std::string> notes;  // below the table: what the numbers are
  std::string picture_note;        // above them in HTML: what the pictures are

  size_t NumRows() const { return columns.empty() ? 0 : columns[0].cells.size(); }

  // A column with a cell for each of `items`: `cell_of` it (a function or a member) is a GridCell,
  // or its text.
  template <class Items, class CellOf>
  void Add(GridColumn column, const Items& items, const CellOf& cell_of) {
    for (const auto& item : items) column.cells.push_back({std::invoke(cell_of, item)});
    columns.push_back(std::move(column));
  }
};

struct TableStyle {
  bool colour = false;   // ANSI escapes; words carry the meaning in any case
  bool ascii = false;    // "+-" for ±, no box characters
  bool failures = true;  // why rows failed, below the result table
};

// The table alone, without its notes.
std::string TerminalTable(const Grid& grid, const TableStyle& style);  // aligned by display width
std::string MarkdownTable(const Grid& grid);
std::string HtmlTable(const Grid& grid);
std::string CsvTable(const Grid& grid);

// One line of text as the terminal's table shows it.
std::string TerminalText(std::string_view text, Tone tone, const TableStyle& style);
// A cell of HTML alone.
GridCell HtmlCell(const std::string& html);
// `html` in a tone; nothing for nothing.
std::string HtmlInTone(const std::string& html, Tone tone);

}  // namespace facet

#endif  // FACET_CORE_REPORT_GRID_H_
