// One value against the schema of its option: type, range, choice, environment.
#ifndef FACET_CORE_CONFIG_VALUE_CHECK_H_
#define FACET_CORE_CONFIG_VALUE_CHECK_H_

#include <map>
#include <optional>
#include <string>

#include "core/config/node.h"
#include "core/config/source.h"
#include "core/plugin/catalogue.h"

namespace facet {

struct ValueContext {
  std::string path;   // "train.loss.margin"
  std::string owner;  // "loss triplet", "train.optimizer"
  // Source name -> the absolute folder that its relative paths start from.
  const std::map<std::string, std::string>* folders = nullptr;
  bool resolve_paths = true;  // false: `${NAME}` and relative paths stay as they are
};

// The value, normalised: floats are floats, paths absolute. Problems: E0301 (type), E0302 (range),
// E0303 (choice), E0304 to E0306 (environment).
std::optional<Json> CheckValue(const Node& node, const OptionSpec& spec,
                               const ValueContext& context, Problems* problems);

// Text that is not a path expands nothing; false and E0304 if it seems to expect that.
bool CheckPlainText(const Node& node, const std::string& path, Problems* problems);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_VALUE_CHECK_H_
