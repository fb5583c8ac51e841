#include "core/config/diagnostic.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/base/text_columns.h"

namespace facet {
namespace {

constexpr size_t kMaxShown = 20;

bool IsError(const Diagnostic& diagnostic) {
  return diagnostic.severity == Diagnostic::Severity::kError;
}

std::tuple<bool, std::string, int, int> Order(const Diagnostic& diagnostic) {
  const Origin& origin = diagnostic.origin;
  return {absl::StartsWith(origin.source, "--set"), origin.source, origin.line, origin.column};
}

// The source line with the caret below. `gutter` is as wide as the widest line number.
std::string Excerpt(const Diagnostic& d, const std::string& gutter, const std::string& on,
                    const std::string& off) {
  const std::string number = d.origin.line > 0 ? absl::StrCat(d.origin.line) : gutter;
  const std::string before = d.line_text.substr(0, ByteOfColumn(d.line_text, d.origin.column));
  std::string text = absl::StrCat(
      number, " | ", absl::StrReplaceAll(d.line_text, {{"\t", std::string(kTabColumns, ' ')}}),
      "\n", gutter, " | ", std::string(static_cast<size_t>(DisplayWidth(before)), ' '), on,
      std::string(static_cast<size_t>(std::max(1, d.caret_width)), '^'));
  if (!d.caret_note.empty()) absl::StrAppend(&text, " ", d.caret_note);
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
                                  bold, ": ", d.message, off, "\n");
  if (!d.origin.source.empty()) absl::StrAppend(&text, gutter, "--> ", OriginText(d.origin), "\n");
  if (!d.line_text.empty()) {
    const size_t width = absl::StrCat(std::max(0, d.origin.line)).size();
    const std::string pad = d.origin.line > 0 ? gutter.substr(std::min(width, gutter.size())) : "";
    absl::StrAppend(&text, pad, Excerpt(d, gutter, hue, off));
  } else if (!d.caret_note.empty()) {
    absl::StrAppend(&text, gutter, " = ", d.caret_note, "\n");
  }
  for (const auto& [origin, note] : d.related) {
    absl::StrAppend(&text, gutter, "--> ", OriginText(origin), "   ", note, "\n");
  }
  for (const std::string& fact : d.facts) absl::StrAppend(&text, gutter, " = ", fact, "\n");
  if (!d.help.empty()) absl::StrAppend(&text, gutter, " = help: ", d.help, "\n");
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
