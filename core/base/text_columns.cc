#include "core/base/text_columns.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/strings/str_format.h"
#include "core/base/utf8.h"

namespace facet {
namespace {

struct Range {
  char32_t first, last;
};

// Unicode's marks that take no column, in the blocks that names are written with.
constexpr Range kZeroWidth[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD},
                                {0x064B, 0x065F}, {0x200B, 0x200F}, {0x20D0, 0x20FF},
                                {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
// Unicode's East Asian Width W and F.
constexpr Range kDoubleWidth[] = {
    {0x1100, 0x115F}, {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},  {0x4E00, 0x9FFF},
    {0xA000, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},  {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

// C0 and C1 controls, and Unicode's embeddings, overrides and isolates of bidirectional text.
constexpr Range kCommands[] = {
    {0x00, 0x1F}, {0x7F, 0x9F}, {0x2028, 0x2029}, {0x202A, 0x202E}, {0x2066, 0x2069}};

template <size_t N>
bool IsIn(char32_t point, const Range (&ranges)[N]) {
  return std::any_of(std::begin(ranges), std::end(ranges), [point](const Range& range) {
    return point >= range.first && point <= range.last;
  });
}

// Takes one code point off the front.
char32_t Next(std::string_view* text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>((*text)[i]); };
  const unsigned char lead = byte(0);
  size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  char32_t point = length == 1 ? lead : lead & (0xFF >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if (i >= text->size() || (byte(i) & 0xC0) != 0x80) {
      length = i;
      break;
    }
    point = (point << 6) | (byte(i) & 0x3F);
  }
  text->remove_prefix(length);
  return point;
}

}  // namespace

int CodePoints(std::string_view text) {
  int count = 0;
  for (; !text.empty(); ++count) Next(&text);
  return count;
}

size_t ByteOfColumn(std::string_view line, int column) {
  std::string_view rest = line;
  for (int i = 1; i < column && !rest.empty(); ++i) Next(&rest);
  return line.size() - rest.size();
}

int DisplayWidth(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const char32_t point = Next(&text);
    width += point == '\t'               ? kTabColumns
             : IsIn(point, kZeroWidth)   ? 0
             : IsIn(point, kDoubleWidth) ? 2
                                         : 1;
  }
  return width;
}

std::string Printable(std::string_view text, bool several_lines) {
  std::string printable;
  while (!text.empty()) {
    const std::string_view start = text;
    const char32_t point = Next(&text);
    const std::string_view bytes = start.substr(0, start.size() - text.size());
    const bool is_text = IsUtf8(bytes);
    const bool is_kept = point == '\t' || (point == '\n' && several_lines);
    if (is_text && (is_kept || !IsIn(point, kCommands))) {
      printable += bytes;
    } else if (is_text && bytes.size() > 1) {
      absl::StrAppendFormat(&printable, "\\u%04x", static_cast<uint32_t>(point));
    } else {
      for (const char byte : bytes) {
        absl::StrAppendFormat(&printable, "\\x%02x", static_cast<unsigned char>(byte));
      }
    }
  }
  return printable;
}

}  // namespace facet
