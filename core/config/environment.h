// `${NAME}` and `${NAME:-default}` in options that name files and folders.
#ifndef FACET_CORE_CONFIG_ENVIRONMENT_H_
#define FACET_CORE_CONFIG_ENVIRONMENT_H_

#include <optional>
#include <string>

#include "core/config/source.h"

namespace facet {

// The place of `part` within a text value that is written at `value`.
Place PlaceWithin(const Place& value, const std::string& part, const Problems& problems);

// Problems, each at its `${`: E0305 (not set or empty, no default), E0306 (malformed; `$NAME`,
// `~`).
std::optional<std::string> ExpandEnvironment(const std::string& text, const Place& place,
                                             Problems* problems);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_ENVIRONMENT_H_
