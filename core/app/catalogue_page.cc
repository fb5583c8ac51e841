#include "core/app/catalogue_page.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/api/kinds.h"
#include "core/base/json.h"
#include "core/report/text.h"

namespace facet {
namespace {

void AppendOptions(const std::vector<OptionSpec>& options, std::string* page) {
  if (options.empty()) return;
  absl::StrAppend(page,
                  "\n| option | type | default | range | |\n| --- | --- | --- | --- | --- |\n");
  for (const OptionSpec& option : options) {
    const std::string value =
        option.required ? "required" : absl::StrCat("`", Dump(option.default_value), "`");
    absl::StrAppend(page, "| `", option.name, "` | ", EscapeMarkdown(option.type), " | ", value,
                    " | ", EscapeMarkdown(RangeText(option)), " | ", EscapeMarkdown(option.doc),
                    " |\n");
  }
}

void AppendComponent(const ComponentInfo& info, std::string* page) {
  absl::StrAppend(page, "\n### ", info.name, "\n\n", EscapeMarkdown(info.summary), "\n");
  if (!info.paper.empty()) absl::StrAppend(page, "Source: ", EscapeMarkdown(info.paper), "\n");
  AppendOptions(info.options, page);
}

// "; default `crop`, `flip`"
std::string DefaultText(const Slot& slot) {
  if (slot.default_use.empty()) return "";
  const std::vector<std::string> names = absl::StrSplit(slot.default_use, ' ');
  return absl::StrCat("; default `", absl::StrJoin(names, "`, `"), "`");
}

void AppendStage(const StageType& stage, std::string* page) {
  absl::StrAppend(page, "\n### ", stage.name, "\n\n", EscapeMarkdown(stage.summary), "\n\n");
  for (const Port& port : stage.inputs) {
    absl::StrAppend(page, "- takes `", port.name, "`, ", port.type.name,
                    port.optional ? ", where there is one" : "", "\n");
  }
  absl::StrAppend(page, "- makes ", stage.output.name, "\n");
  for (const Slot& slot : stage.slots) {
    absl::StrAppend(page, "- slot `", ShownPath(slot.path), "`: ", EscapeMarkdown(slot.doc),
                    DefaultText(slot), "\n");
  }
  for (const Slot& slot : stage.slots) {
    if (slot.fill != Slot::Fill::kSettings) continue;
    absl::StrAppend(page, "\n`", ShownPath(slot.path), "`:\n");
    AppendOptions(slot.options, page);
  }
}

}  // namespace

std::string RangeText(const OptionSpec& option) {
  if (!option.choices.empty()) return absl::StrCat("one of ", absl::StrJoin(option.choices, ", "));
  if (!option.role.empty()) return option.NamesFolder() ? "a folder" : "a file";
  if (option.has_min && option.has_max) {
    return absl::StrFormat(option.min_open ? "above %g, at most %g" : "%g to %g", option.min,
                           option.max);
  }
  if (option.has_min) {
    return absl::StrFormat(option.min_open ? "above %g" : "at least %g", option.min);
  }
  return option.has_max ? absl::StrFormat("at most %g", option.max) : "";
}

std::string CataloguePage(const Catalogue& catalogue, const std::vector<StageType>& stages) {
  std::string page =
      "# Components\n\nMade by `facet plugins catalogue > plugins/CATALOGUE.md`; a test compares "
      "the two. `facet plugins describe NAME` shows the same of one component.\n\n";
  for (const KindInfo& kind : Kinds()) {
    absl::StrAppend(&page, "- **", kind.title,
                    "**: ", absl::StrJoin(catalogue.Names(kind.name), ", "), "\n");
  }
  for (const KindInfo& kind : Kinds()) {
    absl::StrAppend(&page, "\n## ", kind.title, "\n\n", kind.intro, "\n");
    for (const std::string& name : catalogue.Names(kind.name)) {
      AppendComponent(*catalogue.Find(kind.name, name), &page);
    }
  }
  absl::StrAppend(
      &page,
      "\n## Stages\n\nWhat a row is made of, from the bottom up. Tables of settings are "
      "the host's own options.\n");
  for (const StageType& stage : stages) AppendStage(stage, &page);
  return page;
}

}  // namespace facet
