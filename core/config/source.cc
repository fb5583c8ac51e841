#include "core/config/source.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_replace.h"
#include "core/base/text_columns.h"

namespace facet {

std::string LineOf(std::string_view text, int line) {
  if (line == 0) return std::string(text);
  size_t begin = 0;
  for (int i = 1; i < line; ++i) {
    const size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) return "";
    begin = end + 1;
  }
  std::string_view found = text.substr(begin, text.find('\n', begin) - begin);
  if (!found.empty() && found.back() == '\r') found.remove_suffix(1);
  if (line == 1 && found.substr(0, 3) == "\xEF\xBB\xBF") found.remove_prefix(3);
  return std::string(found);
}

std::string Problems::LineAt(const Origin& origin) const {
  const auto found = texts_.find(origin.source);
  return found == texts_.end() || origin.column == 0 ? "" : LineOf(found->second, origin.line);
}

Diagnostic& Problems::Error(std::string code, const Place& place, std::string message) {
  Diagnostic diagnostic;
  diagnostic.code = std::move(code);
  // Names in it may hold line breaks.
  diagnostic.message = absl::StrReplaceAll(message, {{"\n", "\\x0a"}});
  diagnostic.origin = place.origin;
  diagnostic.line_text = LineAt(place.origin);
  const size_t begin = ByteOfColumn(diagnostic.line_text, place.origin.column);
  const std::string_view rest = std::string_view(diagnostic.line_text).substr(begin);
  diagnostic.caret_width =
      std::max(1, DisplayWidth(rest.substr(0, ByteOfColumn(rest, place.width + 1))));
  diagnostics_.push_back(std::move(diagnostic));
  return diagnostics_.back();
}

Diagnostic& Problems::Warning(std::string code, const Place& place, std::string message) {
  Diagnostic& diagnostic = Error(std::move(code), place, std::move(message));
  diagnostic.severity = Diagnostic::Severity::kWarning;
  return diagnostic;
}

bool Problems::has_errors() const {
  return std::any_of(diagnostics_.begin(), diagnostics_.end(), [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Diagnostic::Severity::kError;
  });
}

std::vector<Diagnostic> Problems::Take() {
  std::vector<Diagnostic> taken;
  std::set<std::tuple<std::string, int, int, std::string, std::string>> seen;
  for (Diagnostic& diagnostic : diagnostics_) {
    const Origin& origin = diagnostic.origin;
    if (seen.insert(
                {origin.source, origin.line, origin.column, diagnostic.code, diagnostic.message})
            .second) {
      taken.push_back(std::move(diagnostic));
    }
  }
  diagnostics_.clear();
  SortByPlace(&taken);
  return taken;
}

}  // namespace facet
