#include "core/app/plugin_description.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "core/api/trait.h"
#include "core/app/catalogue_page.h"
#include "core/app/example_experiment.h"
#include "core/base/file.h"
#include "core/plugin/traits.h"

namespace facet {
namespace {

struct TraitWords {
  Trait trait;
  const char* words;
};
// As trait.h says them.
constexpr std::array kTraitWords = {
    TraitWords{Trait::kTrainable,
               "it learns a model: from its option `model`, or from the row's `landmarks`"},
    TraitWords{Trait::kFromCuration,
               "its images are of a curation: of its option `file`, or the row's"},
    TraitWords{Trait::kScoresDetections, "it scores all faces that the detector finds in an image"},
    TraitWords{Trait::kScoresLandmarks, "it scores the landmarks that the aligner finds"},
    TraitWords{Trait::kScoresIdentities, "it takes identities: data without a protocol serves too"},
    TraitWords{Trait::kShowsCuration,
               "it shows what the row's curator measured, and needs no test set"},
    TraitWords{Trait::kMakesImages, "it makes the images, whose folder is kept"},
    TraitWords{Trait::kTakesFaces, "it takes the faces of the images left"},
    TraitWords{Trait::kTakesScores, "it takes what a trained network says of the images left"},
    TraitWords{Trait::kFixed,
               "its weights come with its own file, or it has none: nothing trains it"},
    TraitWords{Trait::kTakesTuples,
               "it learns from pairs or triplets: batches need several images of one identity"},
    TraitWords{Trait::kGroupsIdentities, "its batches hold several images of each identity"},
    TraitWords{Trait::kMinesForAnchors,
               "it compares the batch's images with those of a memory, not these among each other"},
    TraitWords{Trait::kComparesAnchors,
               "it compares the batch's images with those of a memory, not these among each other"},
};
static_assert(kTraitWords.size() == std::size(kTraitTable), "a trait has no words here");

Json TraitsJson(Traits traits) {
  Json json = Json::object();
  for (const TraitWords& entry : kTraitWords) {
    if (!traits.Has(entry.trait)) continue;
    json[TraitNames({entry.trait})[0]] = entry.words;
  }
  return json;
}

Json OptionJson(const OptionSpec& option) {
  Json json = {{"name", option.name},
               {"type", option.type},
               {"doc", option.doc},
               {"default", option.default_value},
               {"required", option.required}};
  if (option.has_min) json["min"] = option.min;
  if (option.has_min && option.min_open) json["min_open"] = true;
  if (option.has_max) json["max"] = option.max;
  if (!option.choices.empty()) json["choices"] = option.choices;
  if (!option.role.empty()) json["role"] = option.role;
  if (!option.files.empty()) json["files"] = option.files;
  if (!option.renamed_from.empty()) json["renamed_from"] = option.renamed_from;
  if (const std::string unit = UnitOf(option); !unit.empty()) json["unit"] = unit;
  return json;
}

Json OptionsJson(const std::vector<OptionSpec>& options) {
  Json json = Json::array();
  for (const OptionSpec& option : options) json.push_back(OptionJson(option));
  return json;
}

std::vector<const Slot*> SlotsOf(const std::string& kind, const ExperimentLayout& layout) {
  std::vector<const Slot*> slots;
  for (const Slot& slot : layout.slots) {
    if (slot.fill == Slot::Fill::kComponent && slot.kind == kind) slots.push_back(&slot);
  }
  return slots;
}

Json SlotsJson(const std::vector<const Slot*>& slots) {
  Json json = Json::array();
  for (const Slot* slot : slots) {
    json.push_back({{"path", ShownPath(slot->path)}, {"doc", slot->doc}});
    if (!slot->default_use.empty()) json.back()["default"] = slot->default_use;
  }
  return json;
}

// Columns as wide as their longest cell; the last one is not padded.
std::string ColumnsText(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const std::vector<std::string>& row : rows) {
    if (widths.size() < row.size()) widths.resize(row.size());
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const std::vector<std::string>& row : rows) {
    std::string line = " ";
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppendFormat(&line, " %-*s%s", static_cast<int>(widths[i]), row[i],
                            i + 1 < row.size() ? " " : "");
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

std::string SlotsText(const std::vector<const Slot*>& slots) {
  std::vector<std::vector<std::string>> rows;
  for (const Slot* slot : slots) {
    rows.push_back({ShownPath(slot->path), slot->doc});
    if (!slot->default_use.empty()) {
      absl::StrAppend(&rows.back()[1], " (unless said: ", slot->default_use, ")");
    }
  }
  return ColumnsText(rows);
}

// What of a folder is read, and so is in the key.
std::string FilesText(const OptionSpec& option) {
  if (option.role != "input_directory") return "";
  return absl::StrCat("      reads below it: ",
                      option.files.empty() ? "every file" : absl::StrJoin(option.files, "  "),
                      "\n");
}

std::string OptionsText(const std::vector<OptionSpec>& options) {
  if (options.empty()) return "no options\n";
  std::vector<std::vector<std::string>> rows = {{"option", "type", "default", "unit", "range"}};
  std::vector<std::string> docs;
  for (const OptionSpec& option : options) {
    rows.push_back({option.name, option.type,
                    option.required ? "required" : Dump(option.default_value), UnitOf(option),
                    RangeText(option)});
  }
  const std::string table = ColumnsText(rows);
  std::string text;
  size_t begin = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const size_t end = table.find('\n', begin) + 1;
    absl::StrAppend(&text, table.substr(begin, end - begin));
    if (i > 0) {
      absl::StrAppend(&text, "      ", options[i - 1].doc, "\n", FilesText(options[i - 1]));
    }
    begin = end;
  }
  return text;
}

// What brackets hold beside units: ranges, lists, conditions.
bool IsUnit(const std::string& text) {
  return !text.empty() && text.find_first_of(",;") == std::string::npos &&
         !absl::StrContains(text, "..");
}

// The manual comment of the component's source, which the build lays beside the library
// (plugins/plugin.bzl, plugins/kit); empty: there is none.
std::string ManualOf(const ComponentInfo& info) {
  const absl::StatusOr<std::string> text =
      ReadFile(std::filesystem::path(info.library_path).replace_extension(".manual.txt").string());
  return text.ok() ? *text : "";
}

}  // namespace

std::string UnitOf(const OptionSpec& option) {
  for (size_t open = option.doc.find('['); open != std::string::npos;
       open = option.doc.find('[', open + 1)) {
    const size_t close = option.doc.find(']', open);
    if (close == std::string::npos) break;
    const std::string inside = option.doc.substr(open + 1, close - open - 1);
    if (IsUnit(inside) && (open == 0 || option.doc[open - 1] == ' ')) return inside;
  }
  for (const char* unit : {"px", "rad", "deg", "ms", "mib"}) {
    if (absl::EndsWith(option.name, absl::StrCat("_", unit))) {
      return absl::StrReplaceAll(unit, {{"mib", "MiB"}});
    }
  }
  return "";
}

Json ComponentJson(const ComponentInfo& info) {
  return {{"kind", info.kind},
          {"name", info.name},
          {"summary", info.summary},
          {"source", info.paper},
          {"traits", TraitNames(info.traits)},
          {"options", OptionsJson(info.options)},
          {"library", info.library_path},
          {"digest", info.library_digest}};
}

Json DescriptionJson(const ComponentInfo& info, const ExperimentLayout& layout) {
  Json json = ComponentJson(info);
  json["slots"] = SlotsJson(SlotsOf(info.kind, layout));
  json["trait_words"] = TraitsJson(info.traits);
  if (const std::string manual = ManualOf(info); !manual.empty()) json["manual"] = manual;
  json["example"] = ExampleExperiment(info);
  return json;
}

std::string DescriptionText(const ComponentInfo& info, const ExperimentLayout& layout) {
  std::string text = absl::StrFormat("%s \"%s\": %s\n", info.kind, info.name, info.summary);
  if (!info.paper.empty()) absl::StrAppend(&text, "source: ", info.paper, "\n");
  absl::StrAppend(&text, "plugin: ", std::filesystem::path(info.library_path).filename().string(),
                  " (", info.library_digest.substr(0, 12), ")\n");
  const Json traits = TraitsJson(info.traits);
  for (const auto& [name, words] : traits.items()) {
    absl::StrAppend(&text, name, ": ", words.get<std::string>(), "\n");
  }
  if (const std::string manual = ManualOf(info); !manual.empty()) {
    absl::StrAppend(&text, "\n", manual);
  }
  absl::StrAppend(&text, "\nused as\n", SlotsText(SlotsOf(info.kind, layout)), "\n",
                  OptionsText(info.options),
                  "\nan experiment to begin with (`--example` prints it "
                  "alone)\n\n",
                  ExampleExperiment(info));
  return text;
}

Json KindJson(const KindInfo& kind, const ExperimentLayout& layout, const Catalogue& catalogue) {
  Json components = Json::array();
  for (const std::string& name : catalogue.Names(kind.name)) {
    components.push_back({{"name", name}, {"summary", catalogue.Find(kind.name, name)->summary}});
  }
  return {{"kind", kind.name},
          {"title", kind.title},
          {"intro", kind.intro},
          {"slots", SlotsJson(SlotsOf(kind.name, layout))},
          {"components", components}};
}

std::string KindText(const KindInfo& kind, const ExperimentLayout& layout,
                     const Catalogue& catalogue) {
  std::vector<std::vector<std::string>> components;
  for (const std::string& name : catalogue.Names(kind.name)) {
    components.push_back({name, catalogue.Find(kind.name, name)->summary});
  }
  return absl::StrCat(kind.title, ": ", absl::StrReplaceAll(kind.intro, {{"`", ""}}),
                      "\n\nused as\n", SlotsText(SlotsOf(kind.name, layout)),
                      "\ncomponents (`plugins describe ", kind.name, "/NAME` says more)\n",
                      ColumnsText(components));
}

Json SettingsJson(const Slot& slot) {
  return {
      {"path", ShownPath(slot.path)}, {"doc", slot.doc}, {"options", OptionsJson(slot.options)}};
}

std::string SettingsText(const Slot& slot) {
  return absl::StrCat("settings ", ShownPath(slot.path), ": ", slot.doc, "\n",
                      OptionsText(slot.options), "experiments/README.md says how they are used\n");
}

const Slot* FindSettings(const std::string& path, const ExperimentLayout& layout) {
  for (const Slot& slot : layout.slots) {
    if (slot.fill != Slot::Fill::kSettings && slot.fill != Slot::Fill::kValue) continue;
    const std::string shown = ShownPath(slot.path);
    if (path == shown || path == slot.path || absl::StrCat(path, ".*") == slot.path) return &slot;
  }
  return nullptr;
}

}  // namespace facet
