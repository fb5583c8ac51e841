#include "core/report/html_parts.h"

#include "absl/strings/str_cat.h"
#include "core/report/text.h"

namespace facet {

std::string Note(const std::string& text) {
  return text.empty() ? "" : absl::StrCat("<p class=\"note\">", EscapeHtml(text), "</p>\n");
}

std::string Notes(const Grid& grid) {
  std::string out = Note(grid.picture_note);
  for (const std::string& note : grid.notes) out += Note(note);
  return out;
}

std::string Legend(const Plot& plot) {
  std::string out = "<ul class=\"legend\">";
  for (const PlotLine& line : plot.lines) {
    absl::StrAppend(&out,
                    "<li><svg width=\"22\" height=\"8\" aria-hidden=\"true\"><line x1=\"0\" "
                    "x2=\"22\" y1=\"4\" y2=\"4\" stroke=\"",
                    line.colour, "\" stroke-width=\"2.5\"",
                    line.dashed ? " stroke-dasharray=\"5 3\"" : "", "/></svg>",
                    EscapeHtml(line.name), "</li>");
  }
  return out + "</ul>\n";
}

}  // namespace facet
