// Text files that people and programs wrote, line by line.
#ifndef FACET_PLUGINS_LISTS_TEXT_LINES_H_
#define FACET_PLUGINS_LISTS_TEXT_LINES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

// One line of a text file that is not blank: its number from 1, and the text between blanks, tabs
// and whatever else is white. A byte order mark, CR LF and a last line without an end are
// understood.
struct TextLine {
  int64_t number = 0;
  std::vector<std::string> fields;
};
absl::StatusOr<std::vector<TextLine>> ReadFields(const std::string& path);

// One name a line, blanks inside it kept, those around it dropped. Empty lines, "#" and "# text"
// are passed over; "#text" is a name (core/base/comment_line.h).
absl::StatusOr<std::vector<std::string>> ReadNames(const std::string& path);

// "<path>:<line>: <message>", InvalidArgument.
absl::Status LineError(const std::string& path, int64_t line, const std::string& message);

}  // namespace facet

#endif  // FACET_PLUGINS_LISTS_TEXT_LINES_H_
