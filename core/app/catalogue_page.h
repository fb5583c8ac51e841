// The catalogue of components and stages as one Markdown page: what plugins/CATALOGUE.md is made of.
#ifndef FACET_CORE_APP_CATALOGUE_PAGE_H_
#define FACET_CORE_APP_CATALOGUE_PAGE_H_

#include <string>
#include <vector>

#include "core/pipeline/stage_type.h"
#include "core/plugin/catalogue.h"

namespace facet {

// "0 < x <= 1.6", "one of ten, two, one", ""; as text for people.
std::string RangeText(const OptionSpec& option);

// By kind in the order of a row's pipeline, then by name; each with its source and its options; then
// the stages with their ports and settings. No path, digest or date: equal components give equal
// pages.
std::string CataloguePage(const Catalogue& catalogue, const std::vector<StageType>& stages);

}  // namespace facet

#endif  // FACET_CORE_APP_CATALOGUE_PAGE_H_
