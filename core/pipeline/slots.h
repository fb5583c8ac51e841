// The slots of a row as stages declare them (core/config/layout.h).
#ifndef FACET_CORE_PIPELINE_SLOTS_H_
#define FACET_CORE_PIPELINE_SLOTS_H_

#include <string>
#include <utility>
#include <vector>

#include "core/api/options.h"
#include "core/api/trait.h"
#include "core/config/layout.h"

namespace facet {

// The options that a schema (SchemaOf<Settings>()) declares.
std::vector<OptionSpec> OptionsOfSchema(const std::string& schema);

Slot ComponentSlot(std::string path, std::string kind, std::string doc);
Slot RowSlot(std::string path, std::string doc);
Slot SettingsSlotOf(std::string path, std::string doc, const std::string& schema);

template <class Settings>
Slot SettingsSlot(std::string path, std::string doc) {
  return SettingsSlotOf(std::move(path), std::move(doc), SchemaOf<Settings>());
}

// The same with names of the row in the path: "train.phases.*", "train.phases.*.schedule".
Slot NamedComponents(std::string path, std::string kind, std::string doc);
template <class Settings>
Slot NamedSettings(std::string path, std::string doc) {
  return SettingsSlot<Settings>(std::move(path), std::move(doc));
}

// What fills a component's slot where no file does; of "train.augmentation.*" the names, with a
// blank between two, which are those of components.
Slot Default(Slot slot, std::string use);
// Every row must fill it, unless one of its components has one of the traits.
Slot Required(Slot slot, Traits not_required_with = {});
// It exists in a row only if the row names something in the group.
Slot InGroup(const std::string& group, Slot slot);

}  // namespace facet

#endif  // FACET_CORE_PIPELINE_SLOTS_H_
