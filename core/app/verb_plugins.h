// facet plugins list | describe: the components that the plugin folders provide.
#ifndef FACET_CORE_APP_VERB_PLUGINS_H_
#define FACET_CORE_APP_VERB_PLUGINS_H_

#include "core/app/verb.h"

namespace facet {

void AddPluginsVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_PLUGINS_H_
