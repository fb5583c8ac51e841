// facet plugins list | describe | catalogue: the components that the plugin folders provide. What a
// library keeps: verb_plugins_check.h.
#ifndef FACET_CORE_APP_VERB_PLUGINS_H_
#define FACET_CORE_APP_VERB_PLUGINS_H_

#include "core/app/verb.h"

namespace facet {

void AddPluginsVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_PLUGINS_H_
