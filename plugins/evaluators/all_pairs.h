// Every pair of two templates of known identity, by distance.
#ifndef FACET_PLUGINS_EVALUATORS_ALL_PAIRS_H_
#define FACET_PLUGINS_EVALUATORS_ALL_PAIRS_H_

#include <cstdint>
#include <vector>

#include "plugins/evaluators/person_pairs.h"
#include "plugins/evaluators/template_rows.h"

namespace facet {

// `people` of the templates: -1 where none is known. `share` of the impostor pairs are kept at
// least, rather more. There are pairs of both kinds, else everything is empty.
//
// Distances are those of TemplateRows to the last bit. A product of matrices gives all of them
// nearly, with a bound of its error; pairs that are certainly beyond those that are kept, and
// certainly between two points of the curve, are only counted, the others measured again.
PersonPairs ScoreAllPairs(const TemplateRows& rows, const std::vector<int32_t>& people,
                          int64_t num_people, double share);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_ALL_PAIRS_H_
