// Elements that the sections of the HTML report are made of.
#ifndef FACET_CORE_REPORT_HTML_PARTS_H_
#define FACET_CORE_REPORT_HTML_PARTS_H_

#include <string>

#include "core/report/grid.h"
#include "core/report/plot.h"
#include "core/report/report.h"

namespace facet {

std::string Note(const std::string& text);
std::string Notes(const Grid& grid);  // below its table
// The names of a plot's lines.
std::string Legend(const Plot& plot);

// "Building the data set"; empty without a curation. `sheet_folder`: contact sheets are put into
// the document, read from below it; empty: they are loaded from beside the document.
std::string CurationHtml(const Report& report, const std::string& sheet_folder);

}  // namespace facet

#endif  // FACET_CORE_REPORT_HTML_PARTS_H_
