// A resolved experiment as text: every value of every row, with its origin.
#ifndef FACET_CORE_CONFIG_RESOLVED_H_
#define FACET_CORE_CONFIG_RESOLVED_H_

#include <string>

#include "core/config/experiment.h"

namespace facet {

// TOML that loads to the same rows again: inheritance is gone, rows that seeds, sweeps and
// ablations made are rows like others (a comment says of what), defaults are written out, each value
// has its origin in a comment. The reference is named by its absolute path.
std::string ResolvedToml(const Experiment& experiment);

// {"schema": 1, "title", "path", "rows": [{"id", "label", "skip", "extends", "slots": {slot:
// value}, "order": {path: [name]}, "origins": {path: "file:line:column"}}]}; of made rows also
// "repeats", "compared_with", "part", "swept", "axes": [{"path", "value"}], as in Row.
Json ResolvedJson(const Experiment& experiment);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_RESOLVED_H_
