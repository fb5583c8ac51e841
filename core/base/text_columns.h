// UTF-8 text on a terminal: its columns, and what must not be sent there.
#ifndef FACET_CORE_BASE_TEXT_COLUMNS_H_
#define FACET_CORE_BASE_TEXT_COLUMNS_H_

#include <cstddef>
#include <string>
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
// Text that may hold names of files, which can hold anything: control characters, but tabs, what
// turns the direction of text and bytes that are no UTF-8 are written as "\x1b", "\u202e". Line
// breaks stay in `several_lines`.
std::string Printable(std::string_view text, bool several_lines = false);

}  // namespace facet

#endif  // FACET_CORE_BASE_TEXT_COLUMNS_H_
