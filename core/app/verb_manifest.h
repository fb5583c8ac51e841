// `facet manifest ARGS...`: the program facet-manifest, which shows and changes curation manifests.
#ifndef FACET_CORE_APP_VERB_MANIFEST_H_
#define FACET_CORE_APP_VERB_MANIFEST_H_

#include <functional>

#include "CLI/CLI.hpp"
#include "core/app/verb.h"

namespace facet {

void AddManifestVerb(CLI::App& app, VerbContext& context, std::function<int()>* run);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_MANIFEST_H_
