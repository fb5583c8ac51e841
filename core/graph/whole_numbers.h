// Whole numbers of JSON that a worker, or a store that others write to, hands over. The library's own
// conversion of 1e300 to an integer is undefined.
#ifndef FACET_CORE_GRAPH_WHOLE_NUMBERS_H_
#define FACET_CORE_GRAPH_WHOLE_NUMBERS_H_

#include <cstdint>
#include <limits>
#include <map>
#include <string>

#include "core/base/json.h"

namespace facet {

// Throws the library's type_error where it is none, or none that an int64_t holds.
inline int64_t WholeNumber(const Json& json) {
  const bool fits = json.is_number_unsigned()
                        ? json.get<uint64_t>() <= uint64_t{std::numeric_limits<int64_t>::max()}
                        : json.is_number_integer();
  if (!fits) throw Json::type_error::create(302, "a whole number is expected", &json);
  return json.get<int64_t>();
}

inline std::map<std::string, int64_t> WholeNumbers(const Json& json) {
  if (!json.is_object()) throw Json::type_error::create(302, "an object is expected", &json);
  std::map<std::string, int64_t> numbers;
  for (const auto& [name, number] : json.items()) numbers[name] = WholeNumber(number);
  return numbers;
}

}  // namespace facet

#endif  // FACET_CORE_GRAPH_WHOLE_NUMBERS_H_
