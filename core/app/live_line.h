// One line on a terminal: what goes on, and for how long. Gone with its object.
#ifndef FACET_CORE_APP_LIVE_LINE_H_
#define FACET_CORE_APP_LIVE_LINE_H_

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/app/progress.h"
#include "core/app/verb.h"

namespace facet {

class LiveLine {
 public:
  explicit LiveLine(const VerbContext& context)
      : shown_(context.verbosity >= 0 && ::isatty(STDERR_FILENO) == 1) {}
  ~LiveLine() {
    if (!drawn_.empty()) std::fputs("\r\033[K", stderr);
  }
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  void Draw(const std::string& what) {
    if (!shown_) return;
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
    const std::string line = absl::StrCat(what, ": ", FormatDuration(std::floor(passed.count())));
    if (line == drawn_) return;
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    std::fflush(stderr);
    drawn_ = line;
  }

 private:
  const bool shown_;
  std::string drawn_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace facet

#endif  // FACET_CORE_APP_LIVE_LINE_H_
