#include "core/base/json.h"

#include <algorithm>
#include <ostream>
#include <string_view>

#include "core/base/file.h"
#include "core/base/status.h"

namespace facet {
namespace {

// Lists and objects within each other, which are copied and written by recursion: 10 MB of "[" would
// take more stack than there is. No file of ours has a tenth of this.
constexpr int kMostLevels = 256;

bool IsTooDeep(const std::string& text) {
  int levels = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++levels > kMostLevels) return true;
    } else if (c == ']' || c == '}') {
      --levels;
    }
  }
  return false;
}

// Where the reader, which had taken `read` bytes, could not go on: " is not JSON: ...".
std::string WhereItEnds(const std::string& text, size_t read) {
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return " is not JSON: it is empty";
  const std::string_view taken = std::string_view(text).substr(0, read > 0 ? read - 1 : 0);
  const auto line = 1 + std::count(taken.begin(), taken.end(), '\n');
  if (read > text.size()) return absl::StrCat(" is not JSON: it is cut off in line ", line);
  const size_t column = taken.size() - (taken.rfind('\n') + 1) + 1;  // npos + 1 is 0
  return absl::StrCat(" is not JSON: what stands in line ", line, ", column ", column,
                      " cannot follow there");
}

}  // namespace

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string DumpPretty(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<Json> ParseJson(const std::string& text, const std::string& name) {
  if (IsTooDeep(text)) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " has more than ", kMostLevels, " lists and objects within each other"));
  }
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    return absl::InvalidArgumentError(absl::StrCat(name, WhereItEnds(text, error.byte)));
  } catch (const Json::exception&) {  // the one other that the parser has
    return absl::InvalidArgumentError(absl::StrCat(name, " is not JSON: a number is too large"));
  }
}

absl::StatusOr<Json> ReadJsonFile(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseJson(text, path);
}

}  // namespace facet

void nlohmann::PrintTo(const json& json, std::ostream* out) { *out << facet::Dump(json); }
