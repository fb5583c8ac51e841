#include "core/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace facet {

void CheckFailed(const char* file, const char* function, const char* condition) {
  std::fprintf(stderr, "%s: %s: check failed: %s (a bug in facet)\n", file, function, condition);
  std::abort();
}

}  // namespace facet
