// Tables of a file whose keys are declared like a component's options, but for which there is no
// component: those of reference files, and of the columns of an experiment.
#ifndef FACET_CORE_CONFIG_DECLARED_TABLE_H_
#define FACET_CORE_CONFIG_DECLARED_TABLE_H_

#include <string>
#include <utility>
#include <vector>

#include "core/api/options.h"
#include "core/base/check.h"
#include "core/base/json.h"
#include "core/config/node.h"
#include "core/config/source.h"
#include "core/plugin/catalogue.h"

namespace facet {

template <class Options>
std::vector<OptionSpec> DeclaredKeys() {
  absl::StatusOr<Json> schema = ParseJson(SchemaOf<Options>(), "the keys of a table");
  FACET_CHECK(schema.ok());
  absl::StatusOr<std::vector<OptionSpec>> specs = ParseSchema(*schema);
  FACET_CHECK(specs.ok());
  return *std::move(specs);
}

// The members of the table `node` that `specs` declare; `others` are keys that are read elsewhere.
// `path` is what messages call the table. Problems: E0201 (unknown key), E0205 (required key
// missing), those of CheckValue.
Json ReadDeclaredTable(const Node& node, const std::string& path,
                       const std::vector<OptionSpec>& specs, const std::vector<std::string>& others,
                       Problems* problems);

// Whether it is a table; E0202 otherwise, with `example` as what was probably meant.
bool ExpectTable(const Node& node, const std::string& what, const std::string& example,
                 Problems* problems);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_DECLARED_TABLE_H_
