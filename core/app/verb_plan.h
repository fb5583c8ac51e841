// facet plan FILE [ROW...]: what a run would do, stage by stage, and why.
#ifndef FACET_CORE_APP_VERB_PLAN_H_
#define FACET_CORE_APP_VERB_PLAN_H_

#include <functional>

#include "core/app/verb.h"

namespace facet {

void AddPlanVerb(CLI::App& app, VerbContext& context, std::function<int()>* run);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_PLAN_H_
