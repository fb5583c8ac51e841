// What a test expects of a grid, its texts, and of a page.
#ifndef FACET_CORE_REPORT_GRID_TESTING_H_
#define FACET_CORE_REPORT_GRID_TESTING_H_

#include <cstddef>
#include <string>
#include <vector>

#include "core/report/grid.h"

namespace facet {

// Heads of the columns that a terminal shows.
inline std::vector<std::string> HeadsOf(const Grid& grid) {
  std::vector<std::string> heads;
  for (const GridColumn& column : grid.columns) {
    if ((column.forms & form::kTerminal) != 0) heads.push_back(column.head);
  }
  return heads;
}

// The cells below them of one row.
inline std::vector<std::string> CellsOf(const Grid& grid, size_t row) {
  std::vector<std::string> cells;
  for (const GridColumn& column : grid.columns) {
    if ((column.forms & form::kTerminal) != 0) cells.push_back(column.cells.at(row).text);
  }
  return cells;
}

// How often a page says `part`.
inline int CountOf(const std::string& text, const std::string& part) {
  int count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace facet

#endif  // FACET_CORE_REPORT_GRID_TESTING_H_
