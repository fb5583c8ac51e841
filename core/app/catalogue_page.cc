#include "core/app/catalogue_page.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/base/json.h"
#include "core/report/text.h"

namespace facet {
namespace {

struct Chapter {
  const char *kind, *title, *intro;
};

constexpr Chapter kChapters[] = {
    {"dataset", "Data sets", "Images, identities and protocols: `train.data`, `test.data`."},
    {"detector", "Detectors", "Image to faces: `train.detector`, `test.detector`."},
    {"aligner", "Aligners", "Face to canonical frame: `train.aligner`, `test.aligner`."},
    {"architecture", "Architectures", "Crop to descriptor: `train.architecture`."},
    {"loss", "Losses", "What training and the embedding minimise: `train.loss`, `embed.loss`."},
    {"miner", "Miners", "Pairs and triplets for losses: `train.miner`, `embed.miner`."},
    {"evaluator", "Evaluators", "What the table shows: `test.evaluator`."},
    {"curator", "Curators", "One stage of building a data set: `curation.curator`."},
};

std::vector<const ComponentInfo*> OfKind(const Catalogue& catalogue, const std::string& kind) {
  std::vector<const ComponentInfo*> infos;
  for (const ComponentInfo& info : catalogue.components()) {
    if (info.kind == kind) infos.push_back(&info);
  }
  std::sort(infos.begin(), infos.end(),
            [](const ComponentInfo* a, const ComponentInfo* b) { return a->name < b->name; });
  return infos;
}

void AppendComponent(const ComponentInfo& info, std::string* page) {
  absl::StrAppend(page, "\n### ", info.name, "\n\n", EscapeMarkdown(info.summary), "\n");
  if (!info.paper.empty()) absl::StrAppend(page, "Source: ", EscapeMarkdown(info.paper), "\n");
  if (info.options.empty()) return;
  absl::StrAppend(page,
                  "\n| option | type | default | range | |\n| --- | --- | --- | --- | --- |\n");
  for (const OptionSpec& option : info.options) {
    const std::string value =
        option.required ? "required" : absl::StrCat("`", Dump(option.default_value), "`");
    absl::StrAppend(page, "| `", option.name, "` | ", EscapeMarkdown(option.type), " | ", value,
                    " | ", EscapeMarkdown(RangeText(option)), " | ", EscapeMarkdown(option.doc),
                    " |\n");
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

std::string CataloguePage(const Catalogue& catalogue) {
  std::string page =
      "# Components\n\nMade by `facet plugins catalogue > plugins/CATALOGUE.md`; a test compares "
      "the two. `facet plugins describe NAME` shows the same of one component.\n\n";
  for (const Chapter& chapter : kChapters) {
    std::vector<std::string> links;
    for (const ComponentInfo* info : OfKind(catalogue, chapter.kind)) links.push_back(info->name);
    absl::StrAppend(&page, "- **", chapter.title, "**: ", absl::StrJoin(links, ", "), "\n");
  }
  for (const Chapter& chapter : kChapters) {
    absl::StrAppend(&page, "\n## ", chapter.title, "\n\n", chapter.intro, "\n");
    for (const ComponentInfo* info : OfKind(catalogue, chapter.kind)) AppendComponent(*info, &page);
  }
  return page;
}

}  // namespace facet
