// Quality beside speed: what the runs of a store say of components.
#ifndef FACET_CORE_BENCH_QUALITY_H_
#define FACET_CORE_BENCH_QUALITY_H_

#include <map>
#include <string>
#include <vector>

#include "core/config/layout.h"

namespace facet {

// For each of `components` of a kind that some finished row used wherever it has a slot of that kind:
// the headline of the first such row of the latest run that has one, as
// "85.37 ± 0.94 (100%-EER [%], table4_small row 3)", with " and N rows more" where there are.
std::map<std::string, std::string> QualityInStore(const std::string& store, const std::string& kind,
                                                  const std::vector<std::string>& components,
                                                  const ExperimentLayout& layout);

}  // namespace facet

#endif  // FACET_CORE_BENCH_QUALITY_H_
