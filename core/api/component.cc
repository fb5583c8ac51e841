#include "core/api/component.h"

#include <cstdint>
#include <exception>
#include <new>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"

namespace facet {

// Out of line, so that the vtable and type information live in libfacet alone.
Component::~Component() = default;

namespace {

// LibTorch throws its own exception where an allocator fails; its words are these in all releases.
absl::Status OfException(const std::string& words) {
  constexpr char kAsked[] = "you tried to allocate ";
  const size_t asked = words.find(kAsked);
  if (asked != std::string::npos) {
    int64_t bytes = 0;
    const size_t first = asked + sizeof(kAsked) - 1, end = words.find(' ', first);
    if (absl::SimpleAtoi(words.substr(first, end - first), &bytes)) {
      return absl::ResourceExhaustedError(absl::StrFormat(
          "out of memory: it asked for %.1f GiB at once", static_cast<double>(bytes) / (1 << 30)));
    }
  }
  if (words.find("CUDA out of memory") != std::string::npos) {
    return absl::ResourceExhaustedError(words.substr(0, words.find('\n')));
  }
  return absl::InternalError("exception: " + words);
}

}  // namespace

namespace internal {

absl::Status CurrentExceptionStatus() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("out of memory");
  } catch (const std::exception& exception) {
    return OfException(exception.what());
  } catch (...) {
    return absl::InternalError("exception of an unknown type");
  }
}

}  // namespace internal
}  // namespace facet
