#include "core/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace facet {

void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: check failed: %s (a bug in facet)\n", file, line, condition);
  std::abort();
}

}  // namespace facet
