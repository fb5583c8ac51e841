#include "core/api/component.h"

#include <exception>
#include <new>

namespace facet {

// Out of line, so that the vtable and type information live in libfacet alone.
Component::~Component() = default;

namespace internal {

absl::Status CurrentExceptionStatus() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("out of memory");
  } catch (const std::exception& exception) {
    return absl::InternalError(absl::StrCat("exception: ", exception.what()));
  } catch (...) {
    return absl::InternalError("exception of an unknown type");
  }
}

}  // namespace internal
}  // namespace facet
