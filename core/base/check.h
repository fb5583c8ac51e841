// FACET_CHECK(condition): a broken invariant is our bug. Prints the place and aborts, in every build
// mode. The place is a function, not a line: code that moved is the same code (core/graph/key.h).
#ifndef FACET_CORE_BASE_CHECK_H_
#define FACET_CORE_BASE_CHECK_H_

namespace facet {

[[noreturn]] void CheckFailed(const char* file, const char* function, const char* condition);

}  // namespace facet

#define FACET_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::facet::CheckFailed(__FILE__, __func__, #condition))

#endif  // FACET_CORE_BASE_CHECK_H_
