// facet plugins list | describe: the components that the plugin folders provide.
#ifndef FACET_CORE_APP_VERB_PLUGINS_H_
#define FACET_CORE_APP_VERB_PLUGINS_H_

#include <functional>

#include "core/app/verb.h"

namespace facet {

void AddPluginsVerb(CLI::App& app, VerbContext& context, std::function<int()>* run);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_PLUGINS_H_
