// facet version: what this facet is, and what it was built with.
#ifndef FACET_CORE_APP_VERB_VERSION_H_
#define FACET_CORE_APP_VERB_VERSION_H_

#include <functional>

#include "core/app/verb.h"

namespace facet {

void AddVersionVerb(CLI::App& app, VerbContext& context, std::function<int()>* run);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_VERSION_H_
