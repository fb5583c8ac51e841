// The border to a plugin, on the caller's side.
#ifndef FACET_CORE_API_GUARD_H_
#define FACET_CORE_API_GUARD_H_

#include <string>

#include "core/api/component.h"
#include "core/base/status.h"

namespace facet {

// Runs a call into a plugin; an exception becomes a status that names it.
template <class Function>
auto Guard(const std::string& component, Function&& function) -> decltype(function()) {
  try {
    return function();
  } catch (...) {
    return Annotate(internal::CurrentExceptionStatus(), component);
  }
}

}  // namespace facet

#endif  // FACET_CORE_API_GUARD_H_
