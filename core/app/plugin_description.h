// What `facet plugins describe` says: of a component, of a kind of component, of a slot's settings.
#ifndef FACET_CORE_APP_PLUGIN_DESCRIPTION_H_
#define FACET_CORE_APP_PLUGIN_DESCRIPTION_H_

#include <string>
#include <vector>

#include "core/api/kinds.h"
#include "core/base/json.h"
#include "core/config/layout.h"
#include "core/plugin/catalogue.h"

namespace facet {

// "px" of an option whose text has [px], or whose name ends in _px; empty: none is given.
std::string UnitOf(const OptionSpec& option);

// As `plugins list --json` has it: kind, name, options, library.
Json ComponentJson(const ComponentInfo& info);
// Beside that the slots that take it, its traits in words, the manual comment of its source where
// lib<name>.manual.txt is beside the library, and an example experiment.
Json DescriptionJson(const ComponentInfo& info, const ExperimentLayout& layout);
std::string DescriptionText(const ComponentInfo& info, const ExperimentLayout& layout);

// A kind: what it is for, its slots, its components.
Json KindJson(const KindInfo& kind, const ExperimentLayout& layout, const Catalogue& catalogue);
std::string KindText(const KindInfo& kind, const ExperimentLayout& layout,
                     const Catalogue& catalogue);

// The host's own options of a slot ("train.groups", "seed").
Json SettingsJson(const Slot& slot);
std::string SettingsText(const Slot& slot);
// The slot of settings that a user may mean by "train.groups" or "train.groups.<name>"; null: none.
const Slot* FindSettings(const std::string& path, const ExperimentLayout& layout);

}  // namespace facet

#endif  // FACET_CORE_APP_PLUGIN_DESCRIPTION_H_
