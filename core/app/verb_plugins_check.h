// facet plugins check FILE.so: does every component of the library keep the contract of its kind?
#ifndef FACET_CORE_APP_VERB_PLUGINS_CHECK_H_
#define FACET_CORE_APP_VERB_PLUGINS_CHECK_H_

#include "core/app/verb.h"

namespace facet {

// `plugins`: the verb that it belongs to.
void AddPluginsCheckVerb(Command plugins, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_PLUGINS_CHECK_H_
