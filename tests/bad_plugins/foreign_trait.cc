// A trait of another kind: FACET_PLUGIN would not compile.
#include "tests/bad_plugins/bare_descriptor.h"

BARE_DESCRIPTOR("aligner", "collector",
                facet::Traits({facet::Trait::kTrainable, facet::Trait::kMakesImages}).bits())
