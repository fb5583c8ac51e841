// A trait that nobody has heard of.
#include "tests/bad_plugins/bare_descriptor.h"

BARE_DESCRIPTOR("detector", "psychic", 0x40000000)
