// `facet manifest ARGS...`: the program facet-manifest, which shows and changes curation manifests.
#ifndef FACET_CORE_APP_VERB_MANIFEST_H_
#define FACET_CORE_APP_VERB_MANIFEST_H_

#include "core/app/verb.h"

namespace facet {

void AddManifestVerb(Command program, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_MANIFEST_H_
