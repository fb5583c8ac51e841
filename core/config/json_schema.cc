#include "core/config/json_schema.h"

#include <map>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/config/ablation.h"
#include "core/config/column_reader.h"
#include "core/config/document.h"
#include "core/config/sweep.h"

namespace facet {
namespace {

// As document.cc takes it: "4", "4,margin=0.3", "6-train.aligner", each "@" a seed.
constexpr char kRowId[] =
    "^[A-Za-z0-9_+.][A-Za-z0-9_+.-]*(,[A-Za-z0-9_.-]+=[A-Za-z0-9_.+-]+)*(@[0-9]+)?$";
constexpr char kSlotName[] = "^[A-Za-z0-9_-]+$";  // IsSlotName

Json Text(const std::string& doc) { return {{"type", "string"}, {"description", doc}}; }

Json RowName(const std::string& doc) {
  Json schema = Text(doc);
  schema["pattern"] = kRowId;
  return schema;
}

Json ListOfTexts(const std::string& doc) {
  return {{"type", "array"}, {"items", {{"type", "string"}}}, {"description", doc}};
}

Json Table() {
  return {{"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}};
}

// "bool", "int", ... as JSON Schema says it.
Json TypeSchema(const std::string& type) {
  static const std::map<std::string, const char*> kTypes = {
      {"bool", "boolean"}, {"int", "integer"}, {"float", "number"}, {"string", "string"}};
  const std::string element(absl::StripSuffix(type, "_list"));
  return {{"type", kTypes.at(element)}};
}

void AddOptions(const std::vector<OptionSpec>& options, Json* properties) {
  for (const OptionSpec& option : options) {
    (*properties)[option.name] = OptionSchema(option);
    if (option.renamed_from.empty()) continue;
    Json renamed = OptionSchema(option);
    renamed["description"] = absl::StrCat("now called `", option.name, "`");
    (*properties)[option.renamed_from] = std::move(renamed);
  }
}

// A component's table that names it.
Json Named(const ComponentInfo& component) {
  Json schema = Table();
  schema["title"] = absl::StrCat(component.kind, " ", component.name);
  schema["description"] = component.summary;
  schema["required"] = {"use"};
  schema["properties"]["use"] = {{"const", component.name}, {"description", component.summary}};
  AddOptions(component.options, &schema["properties"]);
  return schema;
}

// A table that changes options of the component which base or parent row names.
Json WithoutUse(const std::vector<const ComponentInfo*>& components) {
  std::map<std::string, std::vector<Json>> said;
  for (const ComponentInfo* component : components) {
    Json properties = Json::object();
    AddOptions(component->options, &properties);
    for (const auto& [name, option] : properties.items()) {
      Json schema = option;
      schema.erase("default");  // that of which component?
      std::vector<Json>& schemas = said[name];
      if (!absl::c_linear_search(schemas, schema)) schemas.push_back(std::move(schema));
    }
  }
  Json schema = Table();
  schema["title"] = "options of the component that is named elsewhere";
  for (auto& [name, schemas] : said) {
    schema["properties"][name] =
        schemas.size() == 1 ? std::move(schemas.front()) : Json({{"anyOf", std::move(schemas)}});
  }
  return schema;
}

std::vector<const ComponentInfo*> OfKind(const Catalogue& catalogue, const std::string& kind) {
  std::vector<const ComponentInfo*> components;
  for (const ComponentInfo& component : catalogue.components()) {
    if (component.kind == kind) components.push_back(&component);
  }
  return components;
}

Json DefinitionOf(const std::string& kind) {
  return {{"$ref", absl::StrCat("#/definitions/", kind)}};
}

// What may stand in a slot of this kind.
Json KindSchema(const Catalogue& catalogue, const std::string& kind) {
  const std::vector<const ComponentInfo*> components = OfKind(catalogue, kind);
  Json alternatives = Json::array();
  for (const ComponentInfo* component : components) alternatives.push_back(Named(*component));
  alternatives.push_back(WithoutUse(components));
  return {{"anyOf", std::move(alternatives)}};
}

// Slots right below names: one that is called like a component is that component unless it says
// `use`.
Json NamedSlots(const Catalogue& catalogue, const Slot& slot) {
  Json schema = {{"type", "object"},
                 {"description", slot.doc},
                 {"properties", Json::object()},
                 {"patternProperties", {{kSlotName, DefinitionOf(slot.kind)}}},
                 {"additionalProperties", false}};
  for (const ComponentInfo* component : OfKind(catalogue, slot.kind)) {
    Json own = Named(*component);
    own.erase("required");
    schema["properties"][component->name] = {{"anyOf", {std::move(own), DefinitionOf(slot.kind)}}};
  }
  // Both kinds of properties hold of such a name: the reference takes options of any component.
  return schema;
}

Json SlotSchema(const Slot& slot) {
  switch (slot.fill) {
    case Slot::Fill::kComponent: {
      // Beside a $ref nothing counts.
      return {{"allOf", {DefinitionOf(slot.kind)}}, {"description", slot.doc}};
    }
    case Slot::Fill::kValue:
      return OptionSchema(slot.options.front());
    case Slot::Fill::kRow:
      return Text(absl::StrCat("id of a row: ", slot.doc));
    case Slot::Fill::kSettings: {
      Json schema = Table();
      schema["description"] = slot.doc;
      AddOptions(slot.options, &schema["properties"]);
      return schema;
    }
  }
  return Json::object();
}

// The table at a path of slots, which is made where there is none.
Json* TableAt(Json* root, const std::vector<std::string>& names) {
  Json* table = root;
  for (const std::string& name : names) {
    Json& parts = name == "*" ? (*table)["patternProperties"] : (*table)["properties"];
    Json& part = parts[name == "*" ? kSlotName : name];
    if (part.is_null()) part = Table();
    table = &part;
  }
  return table;
}

// The slots of a row as one table.
Json SlotsSchema(const ExperimentLayout& layout, const Catalogue& catalogue) {
  Json root = Table();
  for (const Slot& slot : layout.slots) {
    std::vector<std::string> names = absl::StrSplit(slot.path, '.');
    const bool named = slot.fill == Slot::Fill::kComponent && names.back() == "*";
    if (named) names.pop_back();
    Json* place = TableAt(&root, names);
    const Json schema = named ? NamedSlots(catalogue, slot) : SlotSchema(slot);
    // Slots below it may have been there before.
    const Json below = place->value("properties", Json::object());
    const Json patterns = place->value("patternProperties", Json::object());
    *place = schema;
    if (!below.empty()) (*place)["properties"].update(below);
    if (!patterns.empty()) (*place)["patternProperties"].update(patterns);
  }
  return root;
}

// A count of at least one, or the seeds themselves.
Json SeedsSchema() {
  return {
      {"anyOf",
       {{{"type", "integer"}, {"minimum", 1}},
        {{"type", "array"}, {"minItems", 1}, {"items", {{"type", "integer"}, {"minimum", 0}}}}}},
      {"description", "how often rows are computed, each time with another seed; or the seeds"}};
}

// One table, or several.
Json OneOrMore(Json table) { return {{"anyOf", {table, {{"type", "array"}, {"items", table}}}}}; }

// Tables whose members, paths and values, are the rows' matter.
Json MadeRowsSchema(const std::vector<std::string>& keys) {
  static const auto* const kDocs = new std::map<std::string, std::string>{
      {"alternatives", "paths, each with the values to try one by one"},
      {"baseline", "row, or paths and values, that parts go back to"},
      {"exclude", "points to leave out: tables of paths and values"},
      {"grid", "paths, each with its values: all combinations"},
      {"include", "further points: tables of paths and values"},
      {"parts", "names, each with the paths or the changes that are one part"},
      {"row", "id of the row that is changed"},
      {"rows", "ids of the rows that are varied; none: all"},
      {"zip", "paths, each with its values: the first of all, the second of all, ..."}};
  Json schema = Table();
  for (const std::string& key : keys) {
    Json said = {{"description", kDocs->at(key)}};
    if (key == "rows" || key == "exclude" || key == "include") said["type"] = "array";
    if (key == "grid" || key == "zip" || key == "parts" || key == "alternatives") {
      said["type"] = "object";
    }
    if (key == "row") said["type"] = "string";
    schema["properties"][key] = std::move(said);
  }
  return schema;
}

Json AblateSchema() {
  Json schema = Table();
  schema["description"] = "rows that each change one part of another";
  for (const auto& [name, keys] : AblationKeys()) {
    schema["properties"][name] = OneOrMore(MadeRowsSchema(keys));
  }
  return schema;
}

// What a row says of itself. A key that is not described here may be anything.
Json RowKeySchema(const std::string& key) {
  static const auto* const kSchemas = new std::map<std::string, Json>{
      {"id", RowName("the row's name: letters, digits, _, - and +, the first no -")},
      {"extends", RowName("id of the row that this one changes")},
      {"label", Text("what the table calls the row")},
      {"skip", Text("why the row is left out")},
      {"seeds", SeedsSchema()},
      {"reported", Text("source of the figures of a row that is not computed")},
      {"unset", ListOfTexts("paths of inherited values to take away: \"train.data.snapshot\"")},
  };
  const auto found = kSchemas->find(key);
  return found == kSchemas->end() ? Json::object() : found->second;
}

Json FileKeySchema(const std::string& key) {
  static const auto* const kSchemas = new std::map<std::string, Json>{
      {"ablate", AblateSchema()},
      {"seeds", SeedsSchema()},
      {"sweep", OneOrMore(MadeRowsSchema(SweepKeys()))},
      {"schema", {{"const", 1}, {"description", "the format of the file"}}},
      {"title", Text("what the table is called")},
      {"extends", Text("file that this one changes")},
      {"reference", Text("file with the published numbers")},
      {"columns", ListOfTexts("figures beside the headline: \"recall\", \"time/test.detect\"")},
      {"column", {{"type", "array"}, {"items", ColumnSchema()}}},
  };
  const auto found = kSchemas->find(key);
  return found == kSchemas->end() ? Json::object() : found->second;
}

}  // namespace

Json OptionSchema(const OptionSpec& option) {
  Json schema = TypeSchema(option.type);
  if (option.has_min) schema[option.min_open ? "exclusiveMinimum" : "minimum"] = option.min;
  if (option.has_max) schema["maximum"] = option.max;
  if (!option.choices.empty()) schema["enum"] = option.choices;
  if (absl::EndsWith(option.type, "_list")) {
    schema = {{"type", "array"}, {"items", std::move(schema)}};
  }
  schema["description"] = option.doc;
  if (!option.required && !option.default_value.is_null()) schema["default"] = option.default_value;
  return schema;
}

Json TableSchema(const std::vector<OptionSpec>& options) {
  Json schema = Table();
  AddOptions(options, &schema["properties"]);
  for (const OptionSpec& option : options) {
    if (option.required) schema["required"].push_back(option.name);
  }
  return schema;
}

Json SchemaDocument(const std::string& title) {
  return {{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}};
}

Json ExperimentSchema(const ExperimentLayout& layout, const Catalogue& catalogue) {
  Json schema = SchemaDocument("an experiment of facet");
  schema.update(Table());
  schema["required"] = {"schema"};
  Json base = SlotsSchema(layout, catalogue), row = base;
  for (const std::string& key : RowKeys()) row["properties"][key] = RowKeySchema(key);
  row["required"] = {"id"};
  row["description"] = "one row of the table";
  base["properties"]["unset"] = RowKeySchema("unset");
  base["description"] = "what is under every row";
  for (const std::string& key : FileKeys()) schema["properties"][key] = FileKeySchema(key);
  schema["properties"]["base"] = std::move(base);
  schema["properties"]["row"] = {{"type", "array"}, {"items", std::move(row)}};
  std::set<std::string> kinds;
  for (const Slot& slot : layout.slots) {
    if (slot.fill == Slot::Fill::kComponent) kinds.insert(slot.kind);
  }
  for (const std::string& kind : kinds) {
    schema["definitions"][kind] = KindSchema(catalogue, kind);
  }
  return schema;
}

}  // namespace facet
