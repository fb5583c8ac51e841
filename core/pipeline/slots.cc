#include "core/pipeline/slots.h"

#include "core/api/kinds.h"
#include "core/base/check.h"
#include "core/base/json.h"

namespace facet {

std::vector<OptionSpec> OptionsOfSchema(const std::string& schema) {
  const absl::StatusOr<Json> json = ParseJson(schema, "the schema");
  FACET_CHECK(json.ok());
  absl::StatusOr<std::vector<OptionSpec>> specs = ParseSchema(*json);
  FACET_CHECK(specs.ok());
  return *std::move(specs);
}

Slot ComponentSlot(std::string path, std::string kind, std::string doc) {
  FACET_CHECK(FindKind(kind) != nullptr);
  Slot slot;
  slot.path = std::move(path);
  slot.kind = std::move(kind);
  slot.doc = std::move(doc);
  return slot;
}

Slot RowSlot(std::string path, std::string doc) {
  Slot slot;
  slot.path = std::move(path);
  slot.fill = Slot::Fill::kRow;
  slot.doc = std::move(doc);
  return slot;
}

Slot SettingsSlotOf(std::string path, std::string doc, const std::string& schema) {
  Slot slot;
  slot.path = std::move(path);
  slot.fill = Slot::Fill::kSettings;
  slot.options = OptionsOfSchema(schema);
  slot.doc = std::move(doc);
  return slot;
}

Slot NamedComponents(std::string path, std::string kind, std::string doc) {
  FACET_CHECK(path.find('*') != std::string::npos);
  return ComponentSlot(std::move(path), std::move(kind), std::move(doc));
}

Slot Default(Slot slot, std::string use) {
  FACET_CHECK(slot.fill == Slot::Fill::kComponent);
  // There is nothing to lay it under before a row has said the names.
  FACET_CHECK(slot.path.find("*.") == std::string::npos);
  slot.default_use = std::move(use);
  return slot;
}

Slot Required(Slot slot, Traits not_required_with) {
  slot.required = true;
  slot.not_required_with = not_required_with;
  return slot;
}

Slot InGroup(const std::string& group, Slot slot) {
  slot.optional_group = group;
  return slot;
}

}  // namespace facet
