// JSON Schema (draft-07, which editors with taplo read) of the files that people write, from what the
// reader itself knows of them: keys, slots, the options of settings and of all components of the
// catalogue. Editors complete and check with it.
//
// It is weaker than `facet check`: a table of options without `use` may be of any component of its
// kind, since base or parent row may have named it; so no option is required, and what rows say of
// each other (extends, ids twice, unset) is not looked at.
#ifndef FACET_CORE_CONFIG_JSON_SCHEMA_H_
#define FACET_CORE_CONFIG_JSON_SCHEMA_H_

#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/config/layout.h"
#include "core/plugin/catalogue.h"

namespace facet {

// One value: type, range, choices, default, description.
Json OptionSchema(const OptionSpec& option);
// A table that has these keys and no others; what is required among them is required.
Json TableSchema(const std::vector<OptionSpec>& options);
// The head of a schema document.
Json SchemaDocument(const std::string& title);

Json ExperimentSchema(const ExperimentLayout& layout, const Catalogue& catalogue);
Json ReferenceSchema();  // of a reference file; in reference.cc

}  // namespace facet

#endif  // FACET_CORE_CONFIG_JSON_SCHEMA_H_
