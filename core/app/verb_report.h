// facet report: the table of a run that is finished or still going, or any other form of its
// report.
#ifndef FACET_CORE_APP_VERB_REPORT_H_
#define FACET_CORE_APP_VERB_REPORT_H_

#include <functional>

#include "core/app/verb.h"

namespace facet {

void AddReportVerb(CLI::App& app, VerbContext& context, std::function<int()>* run);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_REPORT_H_
