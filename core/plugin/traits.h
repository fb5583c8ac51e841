// Kind and traits of a component as they come in: bits of a descriptor, names of a schema file.
#ifndef FACET_CORE_PLUGIN_TRAITS_H_
#define FACET_CORE_PLUGIN_TRAITS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/trait.h"

namespace facet {

// In the order of kTraitTable.
std::vector<std::string> TraitNames(Traits traits);

// Of the component `name`. FailedPrecondition: there is no such kind, or no such trait of the kind.
absl::StatusOr<Traits> TraitsFromBits(const std::string& kind, const std::string& name,
                                      uint32_t bits);
absl::StatusOr<Traits> TraitsFromNames(const std::string& kind, const std::string& name,
                                       const std::vector<std::string>& names);

}  // namespace facet

#endif  // FACET_CORE_PLUGIN_TRAITS_H_
