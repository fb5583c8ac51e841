// Comments in lists of names, one a line: "#", "# by hand", "## people", but not "#hash", which is
// a name.
#ifndef FACET_CORE_BASE_COMMENT_LINE_H_
#define FACET_CORE_BASE_COMMENT_LINE_H_

#include <cstddef>
#include <string_view>

namespace facet {

// `line` without the blanks around it.
inline bool IsCommentLine(std::string_view line) {
  const size_t end = line.find_first_not_of('#');
  return end != 0 && (end == std::string_view::npos || line[end] == ' ' || line[end] == '\t');
}

}  // namespace facet

#endif  // FACET_CORE_BASE_COMMENT_LINE_H_
