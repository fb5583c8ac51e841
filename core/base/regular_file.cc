#include "core/base/regular_file.h"

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/status.h"

namespace facet {
namespace {

const char* KindOf(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

}  // namespace

absl::Status CheckRegularFile(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0 || S_ISREG(info.st_mode)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path, " is ", KindOf(info.st_mode), ", where facet has a file: remove it"));
}

absl::StatusOr<std::string> ReadRegularFile(const std::string& path) {
  FACET_RETURN_IF_ERROR(CheckRegularFile(path));
  return ReadFile(path);
}

}  // namespace facet
