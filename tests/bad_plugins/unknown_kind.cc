// A component of a kind that there is not.
#include "tests/bad_plugins/bare_descriptor.h"

BARE_DESCRIPTOR("divining_rod", "forked", 0)
