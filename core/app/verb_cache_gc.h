// `facet cache gc` (verb_cache.h).
#ifndef FACET_CORE_APP_VERB_CACHE_GC_H_
#define FACET_CORE_APP_VERB_CACHE_GC_H_

#include "core/app/command_line.h"
#include "core/app/verb.h"
#include "core/graph/store.h"

namespace facet {

void AddCacheGcVerb(Command cache, VerbContext& context);

// The store of --store, which has to be there already; null after a failure, which has been told.
std::unique_ptr<Store> OpenCache(const VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_CACHE_GC_H_
