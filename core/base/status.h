// Status plumbing: early return on error, and a context prefix that keeps the code.
//
// Three kinds of failure (see CONTRIBUTING.md): a bug is a FACET_CHECK, bad input and a bad
// environment are an absl::Status whose message names the place, what was asked, what exists
// and what to do.
#ifndef FACET_CORE_BASE_STATUS_H_
#define FACET_CORE_BASE_STATUS_H_

#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace facet {

// "<context>: <message>" with the code of `status`; OK stays OK.
inline absl::Status Annotate(const absl::Status& status, std::string_view context) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(absl::string_view(context.data(), context.size()),
                                                  ": ", status.message()));
}

}  // namespace facet

#define FACET_CONCAT_INNER(a, b) a##b
#define FACET_CONCAT(a, b) FACET_CONCAT_INNER(a, b)

#define FACET_RETURN_IF_ERROR(expression)                                                  \
  do {                                                                                     \
    if (absl::Status facet_status = (expression); !facet_status.ok()) return facet_status; \
  } while (false)

#define FACET_ASSIGN_OR_RETURN(declaration, expression) \
  FACET_ASSIGN_OR_RETURN_INNER(FACET_CONCAT(facet_result_, __LINE__), declaration, expression)
#define FACET_ASSIGN_OR_RETURN_INNER(result, declaration, expression) \
  auto result = (expression);                                         \
  if (!result.ok()) return result.status();                           \
  declaration = std::move(result).value()

#endif  // FACET_CORE_BASE_STATUS_H_
