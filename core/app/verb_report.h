// facet report: the table of a run that is finished or still going, or any other form of its
// report.
#ifndef FACET_CORE_APP_VERB_REPORT_H_
#define FACET_CORE_APP_VERB_REPORT_H_

#include "core/app/verb.h"

namespace facet {

void AddReportVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_REPORT_H_
