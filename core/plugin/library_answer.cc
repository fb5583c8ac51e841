#include "core/plugin/library_answer.h"

#include <cstdio>

#include "absl/status/statusor.h"
#include "core/base/answer.h"
#include "core/plugin/library.h"

namespace facet {

int AnswerDescription(const std::string& library_path) {
  const absl::StatusOr<std::string> description = DescribeLibrary(library_path);
  if (description.ok()) return GiveAnswer(*description);
  std::fprintf(stderr, "%s\n", std::string(description.status().message()).c_str());
  return 4;
}

}  // namespace facet
