// The files and folders that an experiment's options name: are they there, and what they should be?
#ifndef FACET_CORE_CONFIG_INPUTS_H_
#define FACET_CORE_CONFIG_INPUTS_H_

#include <vector>

#include "core/config/experiment.h"

namespace facet {

// One E0601 (missing), E0602 (a folder where a file is asked, or the reverse) or E0603 (by its
// first bytes not what the option is for) per place that names it, for the rows that are computed;
// sorted. A folder is not looked into.
std::vector<Diagnostic> CheckInputs(const LoadResult& loaded, const ExperimentLayout& layout,
                                    const Catalogue& catalogue);
// E0603 alone.
std::vector<Diagnostic> CheckContents(const std::vector<const Row*>& rows,
                                      const ExperimentLayout& layout, const Catalogue& catalogue);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_INPUTS_H_
