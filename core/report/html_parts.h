// Elements that the sections of the HTML report are made of.
#ifndef FACET_CORE_REPORT_HTML_PARTS_H_
#define FACET_CORE_REPORT_HTML_PARTS_H_

#include <string>
#include <utility>
#include <vector>

#include "core/report/plot.h"
#include "core/report/report.h"

namespace facet {

std::string Cell(const std::string& html, const char* classes = "");
// Texts and the classes of their columns.
std::string Heads(const std::vector<std::pair<std::string, const char*>>& heads);
std::string Table(const std::string& heads, const std::string& rows);
std::string Note(const std::string& text);
// "<b>91.80</b> <span>± 0.42</span>"
std::string Figure(const Metric& metric);
// The names of a plot's lines.
std::string Legend(const Plot& plot);

// "Building the data set"; empty without a curation. `sheet_folder`: contact sheets are put into
// the document, read from below it; empty: they are loaded from beside the document.
std::string CurationHtml(const Report& report, const std::string& sheet_folder);

}  // namespace facet

#endif  // FACET_CORE_REPORT_HTML_PARTS_H_
