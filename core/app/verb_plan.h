// facet plan FILE [ROW...]: what a run would do, stage by stage, and why.
#ifndef FACET_CORE_APP_VERB_PLAN_H_
#define FACET_CORE_APP_VERB_PLAN_H_

#include "core/app/verb.h"

namespace facet {

void AddPlanVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_PLAN_H_
