// An experiment to begin with, for any component: on rendered faces, small, its options written out.
#ifndef FACET_CORE_APP_EXAMPLE_EXPERIMENT_H_
#define FACET_CORE_APP_EXAMPLE_EXPERIMENT_H_

#include <string>

#include "core/plugin/catalogue.h"

namespace facet {

// TOML that `facet check` accepts. Options without a default get a placeholder and a comment that
// says what belongs there: files that are named so are missing inputs.
std::string ExampleExperiment(const ComponentInfo& info);

}  // namespace facet

#endif  // FACET_CORE_APP_EXAMPLE_EXPERIMENT_H_
