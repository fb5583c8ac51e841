// base.h for the parts of libfacet.so, whose symbols are not hidden.
#include "core/precompiled/base.h"
