// Columns of UTF-8 text: code points, and what a terminal needs to show them.
#ifndef FACET_CORE_BASE_TEXT_COLUMNS_H_
#define FACET_CORE_BASE_TEXT_COLUMNS_H_

#include <cstddef>
#include <string_view>

namespace facet {

// Code points of UTF-8 text; a stray byte counts as one.
int CodePoints(std::string_view text);
// The byte offset of a 1-based column of `line`.
size_t ByteOfColumn(std::string_view line, int column);
// Columns that a terminal needs: 0 for combining marks, 2 for wide East Asian characters,
// kTabColumns for a tab.
int DisplayWidth(std::string_view text);
inline constexpr int kTabColumns = 4;

}  // namespace facet

#endif  // FACET_CORE_BASE_TEXT_COLUMNS_H_
