// What a plugin library is made of that decides how a process for it is started, and what the
// programs that look at its memory say of it.
#ifndef FACET_CORE_APP_LIBRARY_TOOLS_H_
#define FACET_CORE_APP_LIBRARY_TOOLS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace facet {

// Of a library and all that it loads, as the dynamic linker finds them. Paths are empty where it
// needs no such runtime.
struct LibraryRuntimes {
  std::string address, thread, undefined;  // of GCC's sanitizers
  bool has_torch = false;
};
LibraryRuntimes FindRuntimes(const std::string& library);

// "libasan.so.8 => /lib/.../libasan.so.8 (0x...)", a line each, as ldd prints them.
LibraryRuntimes ParseRuntimes(const std::string& ldd);

// One sentence for each finding: the summary of a sanitizer's report and where it is.
std::vector<std::string> SanitizerFindings(const std::string& log);

// The same of valgrind's XML. What `library` has no part in is left out: an invalid access counts
// where its stack goes through the library; a use of what was never written where the library, or
// `program`, which looks at what the library gave, is the first on the stack that is not the
// system's. A file that is cut off counts as far as it goes.
std::vector<std::string> ValgrindFindings(const std::string& xml, const std::string& library,
                                          const std::string& program);

}  // namespace facet

#endif  // FACET_CORE_APP_LIBRARY_TOOLS_H_
