// JSON (nlohmann's). Objects keep their names sorted, so Dump() is canonical: sorted names, no
// blanks, shortest floats that read back equal.
#ifndef FACET_CORE_BASE_JSON_H_
#define FACET_CORE_BASE_JSON_H_

#include <iosfwd>
#include <string>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace facet {

using Json = nlohmann::json;

// Canonical text, the form that is hashed. Invalid UTF-8 becomes U+FFFD.
std::string Dump(const Json& json);
// The same with indentation, for people.
std::string DumpPretty(const Json& json);

// InvalidArgument says where `text` is not JSON; `name` is named in the message.
absl::StatusOr<Json> ParseJson(const std::string& text, const std::string& name);
absl::StatusOr<Json> ReadJsonFile(const std::string& path);

}  // namespace facet

namespace nlohmann {
// What GoogleTest prints a value with; without it each test would compile the writer.
void PrintTo(const json& json, std::ostream* out);
}  // namespace nlohmann

#endif  // FACET_CORE_BASE_JSON_H_
