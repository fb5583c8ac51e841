// TOML text -> Node, with the place of every key and value. The only file that knows toml++.
#ifndef FACET_CORE_CONFIG_TOML_READER_H_
#define FACET_CORE_CONFIG_TOML_READER_H_

#include <optional>
#include <string>

#include "core/config/node.h"
#include "core/config/source.h"

namespace facet {

// Reads the file `path`, which diagnostics call so too. `asked_by` is the place that names it, if
// any. Problems: E0101 (cannot be read), E0102 (not TOML: the first place that is not).
std::optional<Node> ReadTomlFile(const std::string& path, const Place* asked_by,
                                 Problems* problems);

// Reads `text`, a value of TOML, as part of the --set `source` (E0102); `column` is where it begins
// there.
std::optional<Node> ReadTomlValue(const std::string& text, const std::string& source, int column,
                                  Problems* problems);
// The same, of what may as well be a bare word: nothing is reported.
std::optional<Node> ReadTomlValue(const std::string& text, const std::string& source, int column);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_TOML_READER_H_
