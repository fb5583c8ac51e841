// The style sheet of report.html.
#ifndef FACET_CORE_REPORT_HTML_STYLE_H_
#define FACET_CORE_REPORT_HTML_STYLE_H_

#include <string>

namespace facet {

std::string HtmlStyle();

}  // namespace facet

#endif  // FACET_CORE_REPORT_HTML_STYLE_H_
