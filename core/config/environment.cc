#include "core/config/environment.h"

#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/suggest.h"
#include "core/base/text_columns.h"

namespace facet {
namespace {

size_t NameLength(const std::string& text, size_t begin) {
  size_t end = begin;
  while (end < text.size() &&
         (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_')) {
    ++end;
  }
  const bool starts_well =
      end > begin && std::isdigit(static_cast<unsigned char>(text[begin])) == 0;
  return starts_well ? end - begin : 0;
}

std::string NearestVariable(const std::string& name) {
  std::vector<std::string> names;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string::npos && equals + 1 < text.size()) {
      names.push_back(text.substr(0, equals));
    }
  }
  return Nearest(name, names);
}

void NotSet(const std::string& name, const Place& place, bool is_empty, Problems* problems) {
  Diagnostic& problem = problems->Error(
      "E0305", place,
      absl::StrCat("the environment variable ", name, is_empty ? " is empty" : " is not set"));
  const std::string nearest = NearestVariable(name);
  if (!is_empty && !nearest.empty()) {
    problem.caret_note = absl::StrCat("did you mean `", nearest, "`?");
  }
  problem.help =
      absl::StrCat("export ", name, "=/a/folder, or give a default: ${", name, ":-/a/folder}");
}

// One `${...}` at `begin`; appends its value and gives the offset behind it, npos on error.
size_t ExpandOne(const std::string& text, size_t begin, const Place& place, Problems* problems,
                 std::string* expanded) {
  const size_t close = text.find('}', begin);
  const size_t length = NameLength(text, begin + 2);
  const std::string name = text.substr(begin + 2, length);
  const std::string after =
      close == std::string::npos ? "" : text.substr(begin + 2 + length, close - begin - 2 - length);
  if (close == std::string::npos || length == 0 ||
      !(after.empty() || absl::StartsWith(after, ":-"))) {
    Diagnostic& problem = problems->Error("E0306", PlaceWithin(place, "${", *problems),
                                          "malformed reference to the environment");
    problem.caret_note = length == 0 ? "write ${NAME} or ${NAME:-default}"
                                     : absl::StrCat("did you mean `${", name, "}`?");
    return std::string::npos;
  }
  const char* value = std::getenv(name.c_str());
  if (value != nullptr && *value != '\0') {
    expanded->append(value);
    problems->AddVariable(name, value);
  } else if (!after.empty()) {
    expanded->append(after.substr(2));
  } else {
    const std::string whole = text.substr(begin, close + 1 - begin);
    NotSet(name, PlaceWithin(place, whole, *problems), value != nullptr, problems);
    return std::string::npos;
  }
  return close + 1;
}

}  // namespace

Place PlaceWithin(const Place& value, const std::string& part, const Problems& problems) {
  const std::string line = problems.LineAt(value.origin);
  const size_t begin = ByteOfColumn(line, value.origin.column);
  const size_t found = line.find(part, begin);
  Place place = value;
  if (found == std::string::npos || line.empty()) return place;
  place.origin.column += CodePoints(std::string_view(line).substr(begin, found - begin));
  place.width = CodePoints(part);
  return place;
}

std::optional<std::string> ExpandEnvironment(const std::string& text, const Place& place,
                                             Problems* problems) {
  if (!text.empty() && text[0] == '$' && NameLength(text, 1) > 0) {
    const std::string name = text.substr(1, NameLength(text, 1));
    Diagnostic& problem =
        problems->Error("E0306", PlaceWithin(place, absl::StrCat("$", name), *problems),
                        absl::StrCat("`$", name, "` is not expanded"));
    problem.caret_note = absl::StrCat("did you mean `${", name, "}`?");
    return std::nullopt;
  }
  if (text == "~" || absl::StartsWith(text, "~/")) {
    problems->Error("E0306", PlaceWithin(place, "~", *problems), "`~` is not expanded").caret_note =
        "did you mean `${HOME}`?";
    return std::nullopt;
  }
  std::string expanded;
  size_t position = 0;
  while (true) {
    const size_t begin = text.find("${", position);
    expanded.append(text, position, begin - position);
    if (begin == std::string::npos) return expanded;
    position = ExpandOne(text, begin, place, problems, &expanded);
    if (position == std::string::npos) return std::nullopt;
  }
}

}  // namespace facet
