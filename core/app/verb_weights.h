// `facet weights FILE ROW --output DIR`: the network that a row trained, out of the store.
#ifndef FACET_CORE_APP_VERB_WEIGHTS_H_
#define FACET_CORE_APP_VERB_WEIGHTS_H_

#include <functional>

#include "CLI/CLI.hpp"
#include "core/app/verb.h"

namespace facet {

void AddWeightsVerb(CLI::App& app, VerbContext& context, std::function<int()>* run);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_WEIGHTS_H_
