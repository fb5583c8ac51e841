// FACET_CHECK(condition) << nothing: a broken invariant is our bug. Prints the place and aborts,
// in every build mode.
#ifndef FACET_CORE_BASE_CHECK_H_
#define FACET_CORE_BASE_CHECK_H_

namespace facet {

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);

}  // namespace facet

#define FACET_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::facet::CheckFailed(__FILE__, __LINE__, #condition))

#endif  // FACET_CORE_BASE_CHECK_H_
