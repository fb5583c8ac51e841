// A report with a row in every state, for tests. Its figures are made up.
#ifndef FACET_CORE_REPORT_SAMPLE_REPORT_H_
#define FACET_CORE_REPORT_SAMPLE_REPORT_H_

#include "core/report/report.h"

namespace facet {

Report SampleReport();

}  // namespace facet

#endif  // FACET_CORE_REPORT_SAMPLE_REPORT_H_
