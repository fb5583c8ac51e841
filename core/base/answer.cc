#include "core/base/answer.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace facet {

absl::Status FlushAnswer() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return absl::OkStatus();
  // The write that failed may be long ago, and errno another's since.
  const int reason = errno;
  pollfd reader = {STDOUT_FILENO, POLLOUT, 0};
  const bool is_gone = ::poll(&reader, 1, 0) == 1 && (reader.revents & POLLERR) != 0;
  if (reason == EPIPE || is_gone) return absl::CancelledError("the reader of stdout went away");
  return absl::UnavailableError(absl::StrCat("cannot write the answer to stdout",
                                             reason == 0 ? "" : ": ",
                                             reason == 0 ? "" : std::strerror(reason)));
}

int GiveAnswer(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  const absl::Status written = FlushAnswer();
  if (written.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(written.message()).c_str());
  return 1;
}

}  // namespace facet
