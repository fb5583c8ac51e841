// Fields of JSON objects, for records. They throw what the JSON library throws, or
// std::invalid_argument, within Parse(), which makes a status of it.
//
// Fields at their default are left out, so that a list of millions of samples stays small.
#ifndef FACET_CORE_RECORDS_JSON_FIELDS_H_
#define FACET_CORE_RECORDS_JSON_FIELDS_H_

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/base/json.h"

namespace facet {

// Infinite numbers and NaN as text: JSON has none.
inline Json Number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

inline double NumberFrom(const Json& json) {
  if (!json.is_string()) return json.get<double>();
  const auto& text = json.get_ref<const std::string&>();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  throw std::invalid_argument(absl::StrCat("\"", text, "\" is no number"));
}

// Of a record that is to be written. Internal: "its <name> is nan".
inline absl::Status CheckNumber(double value, const std::string& name) {
  if (std::isfinite(value)) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("its ", name, " is ", value));
}

// A whole number that an int64_t holds; a float is none, whatever its value.
inline int64_t WholeFrom(const Json& json) {
  if (json.is_number_unsigned()) {
    const auto value = json.get<uint64_t>();
    if (value <= std::numeric_limits<int64_t>::max()) return static_cast<int64_t>(value);
  } else if (json.is_number_integer()) {
    return json.get<int64_t>();
  }
  throw std::invalid_argument(absl::StrCat(Dump(json).substr(0, 40), " is no whole number"));
}

inline std::vector<int64_t> WholesFrom(const Json& json) {
  if (!json.is_array()) throw std::invalid_argument("no list of whole numbers");
  std::vector<int64_t> values;
  values.reserve(json.size());
  for (const Json& value : json) values.push_back(WholeFrom(value));
  return values;
}

inline Json Numbers(const std::vector<double>& values) {
  Json array = Json::array();
  for (const double value : values) array.push_back(Number(value));
  return array;
}

inline std::vector<double> NumbersFrom(const Json& json) {
  std::vector<double> values;
  values.reserve(json.size());
  for (const Json& value : json) values.push_back(NumberFrom(value));
  return values;
}

// Sets `object[name]` unless the value is the default.
template <class T>
void Put(Json& object, const char* name, const T& value, const T& default_value) {
  if (value != default_value) object[name] = value;
}
template <class T>
void Take(const Json& object, const char* name, T& value) {
  const auto found = object.find(name);
  if (found == object.end()) return;
  if constexpr (std::is_same_v<T, int64_t>) {
    value = WholeFrom(*found);
  } else {
    found->get_to(value);
  }
}
inline void TakeNumber(const Json& object, const char* name, double& value) {
  if (const auto found = object.find(name); found != object.end()) value = NumberFrom(*found);
}

// The name of a value of an enumeration, from a table of both; "" if it has none.
template <class Kind, size_t N>
const char* NameOf(Kind kind, const std::pair<Kind, const char*> (&names)[N]) {
  for (const auto& [known, name] : names) {
    if (kind == known) return name;
  }
  return "";
}

template <class T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) throw std::invalid_argument(std::string(value.status().message()));
  return *std::move(value);
}

// Runs `fill(record)`; what the JSON library or the helpers above throw becomes a status.
template <class Record, class Fill>
absl::StatusOr<Record> Parse(const Json& json, const char* what, const Fill& fill) {
  try {
    if (!json.is_object()) throw std::invalid_argument("not an object");
    Record record;
    fill(record);
    return record;
  } catch (const std::exception& exception) {
    return absl::InvalidArgumentError(absl::StrCat("not a ", what, ": ", exception.what()));
  }
}

}  // namespace facet

#endif  // FACET_CORE_RECORDS_JSON_FIELDS_H_
