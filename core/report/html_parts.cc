#include "core/report/html_parts.h"

#include "absl/strings/str_cat.h"
#include "core/report/text.h"

namespace facet {

std::string Cell(const std::string& html, const char* classes) {
  return *classes == '\0' ? absl::StrCat("<td>", html, "</td>")
                          : absl::StrCat("<td class=\"", classes, "\">", html, "</td>");
}

std::string Heads(const std::vector<std::pair<std::string, const char*>>& heads) {
  std::string out = "<thead><tr>";
  for (const auto& [text, classes] : heads) {
    absl::StrAppend(&out, "<th scope=\"col\" class=\"", classes, "\">", EscapeHtml(text), "</th>");
  }
  return out + "</tr></thead>";
}

std::string Table(const std::string& heads, const std::string& rows) {
  return absl::StrCat("<div class=\"scroll\"><table>", heads, "<tbody>", rows,
                      "</tbody></table></div>\n");
}

std::string Note(const std::string& text) {
  return text.empty() ? "" : absl::StrCat("<p class=\"note\">", EscapeHtml(text), "</p>\n");
}

std::string Figure(const Metric& metric) {
  if (metric.error_kind == kCounted) return absl::StrCat("<b>", FormatMetric(metric), "</b>");
  const std::string value = absl::StrCat("<b>", FormatValue(metric.value, metric.unit), "</b>");
  const std::string error = metric.standard_error >= 0.0
                                ? "± " + FormatValue(metric.standard_error, metric.unit)
                                : "error unknown";
  return absl::StrCat(value, " <span class=\"muted\">", error, "</span>");
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
