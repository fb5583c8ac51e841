// From an evaluator's input to the distances of its pairs.
#ifndef FACET_PLUGINS_EVALUATORS_PAIR_DISTANCES_H_
#define FACET_PLUGINS_EVALUATORS_PAIR_DISTANCES_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/evaluator.h"
#include "plugins/evaluators/roc.h"

namespace facet {

enum class PairDistance { kL2, kCosine };  // kCosine: 1 - cos

// InvalidArgument unless the protocol has pairs of both kinds in every fold (kFolds: at least two
// folds; kSplit: folds 0 and 1), all indices fit, and there is one matrix, or one per fold, with a
// row for every template.
absl::Status CheckVerificationInput(const EvaluationInput& input);

// Impostor pairs of each fold of a checked protocol (kSplit: of folds 0 and 1).
std::vector<int64_t> ImpostorsOfFolds(const Protocol& protocol);

// The distance of every pair, in the protocol's order, under the matrix of `fold`. With `normalize`
// descriptors are divided by their l2 norm first. InvalidArgument names the first template whose
// descriptor is not finite, or zero where a direction is needed. `input` is checked.
absl::StatusOr<std::vector<Comparison>> PairDistances(const EvaluationInput& input, int64_t fold,
                                                      PairDistance distance, bool normalize);

// What an evaluator of pairs hands on with its option `scores` (README.md): PairDistances() as
// curves, one for each matrix, "pair distances" or "pair distances, fold 3"; x is the distance of
// every pair in the protocol's order, y whether it is genuine.
inline constexpr char kScoresDoc[] =
    "hand on every pair's distance as well; `facet export scores` sets it";
absl::Status AddPairDistances(const EvaluationInput& input, PairDistance distance, bool normalize,
                              Evaluation* evaluation);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_PAIR_DISTANCES_H_
