// facet run FILE [ROW...]: computes what is missing of an experiment and prints its table.
#ifndef FACET_CORE_APP_VERB_RUN_H_
#define FACET_CORE_APP_VERB_RUN_H_

#include <functional>

#include "core/app/verb.h"

namespace facet {

void AddRunVerb(CLI::App& app, VerbContext& context, std::function<int()>* run);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_RUN_H_
