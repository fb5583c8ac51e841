// A report with a row in every state, for tests. Its figures are made up.
#ifndef FACET_CORE_REPORT_SAMPLE_REPORT_H_
#define FACET_CORE_REPORT_SAMPLE_REPORT_H_

#include <string>

#include "core/report/report.h"

namespace facet {

Report SampleReport();

// Rows that each train on what one more stage of building a data set left: a made web, purify,
// deduplicate; a fourth row without a curator. Purify's first contact sheet is `picture`.
Report SampleCurationReport(const std::string& picture);

}  // namespace facet

#endif  // FACET_CORE_REPORT_SAMPLE_REPORT_H_
