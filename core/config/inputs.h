// The files and folders that an experiment's options name: are they there?
#ifndef FACET_CORE_CONFIG_INPUTS_H_
#define FACET_CORE_CONFIG_INPUTS_H_

#include <vector>

#include "core/config/experiment.h"

namespace facet {

// One E0601 (missing) or E0602 (a folder where a file is asked, or the reverse) per place that
// names it, for the rows that are computed; sorted.
std::vector<Diagnostic> CheckInputs(const LoadResult& loaded, const ExperimentLayout& layout,
                                    const Catalogue& catalogue);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_INPUTS_H_
