// From an evaluator's input to PersonPairs: the protocol's pairs, or those of all templates.
#ifndef FACET_PLUGINS_EVALUATORS_PAIR_SCORING_H_
#define FACET_PLUGINS_EVALUATORS_PAIR_SCORING_H_

#include "absl/status/statusor.h"
#include "core/api/evaluator.h"
#include "plugins/evaluators/person_pairs.h"

namespace facet {

struct PairScoring {
  bool all = false;         // every pair of two templates of known identity; else the protocol's
  bool cosine = false;      // 1 - cos; else l2
  bool normalize = false;   // l2-normalise descriptors first
  double kept_share = 1.0;  // of all impostor pairs at least this share is kept, the nearest ones
};

// InvalidArgument: no pairs, descriptors that are not finite or zero, or all pairs under several
// matrices.
absl::StatusOr<PersonPairs> ScorePairs(const EvaluationInput& input, const PairScoring& scoring);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_PAIR_SCORING_H_
