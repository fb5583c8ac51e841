#include "core/base/json.h"

#include <ostream>

#include "core/base/file.h"
#include "core/base/status.h"

namespace facet {

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string DumpPretty(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<Json> ParseJson(const std::string& text, const std::string& name) {
  try {
    return Json::parse(text);
  } catch (const Json::exception& exception) {
    return absl::InvalidArgumentError(absl::StrCat(name, " is not JSON: ", exception.what()));
  }
}

absl::StatusOr<Json> ReadJsonFile(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseJson(text, path);
}

}  // namespace facet

void nlohmann::PrintTo(const json& json, std::ostream* out) { *out << facet::Dump(json); }
