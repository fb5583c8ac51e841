// Components that exist only in the tests of this layer, with the schemas of real ones.
#ifndef FACET_CORE_CONFIG_FIXTURE_CATALOGUE_H_
#define FACET_CORE_CONFIG_FIXTURE_CATALOGUE_H_

#include <string>

#include "core/plugin/catalogue.h"

namespace facet {

// `folder` (made, then filled) stands for the plugin folder: one file lib<name>.so per component. A
// further library there, libbroken.so, cannot be described.
Catalogue MakeFixtureCatalogue(const std::string& folder);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_FIXTURE_CATALOGUE_H_
