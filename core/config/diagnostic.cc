#include "core/config/diagnostic.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/base/text_columns.h"
#include "core/base/utf8.h"

namespace facet {
namespace {

constexpr size_t kMaxShown = 20;
constexpr size_t kMaxRelated = 10;  // further places of one
constexpr char kDots[] = "...";     // where a text is cut
// Columns. A line that is wider than a terminal is shown around its caret.
constexpr int kWidestLine = 160, kBeforeCaret = 60, kWidestText = 1000;

bool IsError(const Diagnostic& diagnostic) {
  return diagnostic.severity == Diagnostic::Severity::kError;
}

std::tuple<bool, std::string, int, int> Order(const Diagnostic& diagnostic) {
  const Origin& origin = diagnostic.origin;
  return {absl::StartsWith(origin.source, "--set"), origin.source, origin.line, origin.column};
}

// What is left of a long text, for a terminal.
std::string Cut(const std::string& raw, bool several_lines = true) {
  const std::string text = Printable(raw, several_lines);
  return DisplayWidth(text) <= kWidestText
             ? text
             : absl::StrCat(text.substr(0, ByteOfColumn(text, kWidestText - 2)), kDots);
}

// Bytes that are no UTF-8 as the character for such.
std::string Readable(const std::string& line) {
  if (IsUtf8(line)) return line;
  std::string readable;
  for (size_t begin = 0, end; begin < line.size(); begin = end) {
    for (end = begin + 1; end < line.size() && (line[end] & 0xC0) == 0x80;) ++end;
    const std::string point = line.substr(begin, end - begin);
    readable += IsUtf8(point) ? point : "\xEF\xBF\xBD";
  }
  return readable;
}

// The stretch of a line around the caret, which a terminal can show; `before` is what is left of
// it.
struct Stretch {
  std::string text, before;
  int caret_width = 1;
};

Stretch StretchOf(const Diagnostic& d) {
  const std::string read = Readable(d.line_text);
  const size_t read_caret = ByteOfColumn(read, d.origin.column);
  const std::string before = Printable(read.substr(0, read_caret));
  const std::string line = before + Printable(read.substr(read_caret));
  const size_t caret = before.size();
  const auto width = [&](size_t begin, size_t end) {
    return DisplayWidth(std::string_view(line).substr(begin, end - begin));
  };
  const auto is_inside = [&](size_t i) { return i < line.size() && (line[i] & 0xC0) == 0x80; };
  size_t begin = 0, end = line.size();
  if (DisplayWidth(line) > kWidestLine) {
    begin = caret;
    while (begin > 0 && (is_inside(begin) || width(begin, caret) < kBeforeCaret)) --begin;
    end = begin;
    while (end < line.size() && (is_inside(end) || width(begin, end) < kWidestLine)) ++end;
  }
  const std::string cut = begin > 0 ? kDots : "";
  Stretch stretch;
  stretch.before = cut + line.substr(begin, caret - begin);
  stretch.text = absl::StrCat(cut, line.substr(begin, end - begin), end < line.size() ? kDots : "");
  stretch.caret_width = std::clamp(d.caret_width, 1, std::max(1, width(caret, end)));
  return stretch;
}

// The source line with the caret below. `gutter` is as wide as the widest line number.
std::string Excerpt(const Diagnostic& d, const std::string& gutter, const std::string& on,
                    const std::string& off) {
  const std::string number = d.origin.line > 0 ? absl::StrCat(d.origin.line) : gutter;
  const Stretch stretch = StretchOf(d);
  std::string text = absl::StrCat(
      number, " | ", absl::StrReplaceAll(stretch.text, {{"\t", std::string(kTabColumns, ' ')}}),
      "\n", gutter, " | ", std::string(static_cast<size_t>(DisplayWidth(stretch.before)), ' '), on,
      std::string(static_cast<size_t>(stretch.caret_width), '^'));
  if (!d.caret_note.empty())
    absl::StrAppend(&text, " ", Cut(d.caret_note, /*several_lines=*/false));
  return absl::StrCat(text, off, "\n");
}

}  // namespace

std::string OriginText(const Origin& origin) {
  if (origin.line == 0) return origin.source;
  return absl::StrCat(origin.source, ":", origin.line, ":", origin.column);
}

void SortByPlace(std::vector<Diagnostic>* diagnostics) {
  std::stable_sort(diagnostics->begin(), diagnostics->end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return Order(a) < Order(b); });
}

std::string Render(const Diagnostic& d, bool colour) {
  const std::string bold = colour ? "\033[1m" : "";
  const std::string hue = !colour ? "" : IsError(d) ? "\033[1;31m" : "\033[1;33m";
  const std::string off = colour ? "\033[0m" : "";
  int line = d.origin.line;
  for (const auto& [origin, note] : d.related) line = std::max(line, origin.line);
  const std::string gutter(std::max<size_t>(2, absl::StrCat(line).size()), ' ');

  std::string text = absl::StrCat(hue, IsError(d) ? "error" : "warning", "[", d.code, "]", off,
                                  bold, ": ", Cut(d.message), off, "\n");
  if (!d.origin.source.empty())
    absl::StrAppend(&text, gutter, "--> ", Cut(OriginText(d.origin)), "\n");
  if (!d.line_text.empty()) {
    const size_t width = absl::StrCat(std::max(0, d.origin.line)).size();
    const std::string pad = d.origin.line > 0 ? gutter.substr(std::min(width, gutter.size())) : "";
    absl::StrAppend(&text, pad, Excerpt(d, gutter, hue, off));
  } else if (!d.caret_note.empty()) {
    absl::StrAppend(&text, gutter, " = ", Cut(d.caret_note, /*several_lines=*/false), "\n");
  }
  for (size_t i = 0; i < std::min(d.related.size(), kMaxRelated); ++i) {
    const auto& [origin, note] = d.related[i];
    absl::StrAppend(&text, gutter, "--> ", Cut(OriginText(origin)), "   ", Cut(note), "\n");
  }
  if (d.related.size() > kMaxRelated) {
    absl::StrAppend(&text, gutter, "... and ", d.related.size() - kMaxRelated, " more\n");
  }
  for (const std::string& fact : d.facts) absl::StrAppend(&text, gutter, " = ", Cut(fact), "\n");
  if (!d.help.empty())
    absl::StrAppend(&text, gutter, " = help: ", Printable(d.help, /*several_lines=*/true), "\n");
  return text;
}

std::string RenderAll(std::vector<Diagnostic> diagnostics, bool colour) {
  const size_t total = diagnostics.size();
  if (total > kMaxShown) {
    SortByPlace(&diagnostics);
    std::stable_partition(diagnostics.begin(), diagnostics.end(), IsError);
    diagnostics.resize(kMaxShown);
  }
  SortByPlace(&diagnostics);
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", Render(diagnostic, colour));
  }
  if (total > kMaxShown) absl::StrAppend(&text, "\n... and ", total - kMaxShown, " more\n");
  return text;
}

}  // namespace facet
