// Hinges on the distances of a batch's pairs. In a trained network few pairs cost something: these
// are found by a rough product (rough_rows.h) and measured one by one, and no matrix of distances
// is made.
#ifndef FACET_PLUGINS_LOSSES_DISTANCE_HINGES_H_
#define FACET_PLUGINS_LOSSES_DISTANCE_HINGES_H_

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "plugins/losses/pair_matrix.h"
#include "plugins/losses/pair_terms.h"

namespace facet {

// TakeTerms(Distances(batch), terms) of HingesOf() and CostlyHingesOf(): the same bits. The
// gradient's sums may be taken in another order.
std::vector<at::Tensor> TakeDistanceHinges(const PairBatch& batch,
                                           const std::vector<PairTerm>& terms);

// The same, if on the CPU at most `most` pairs can cost something.
std::optional<std::vector<at::Tensor>> TakeFewDistanceHinges(const PairBatch& batch,
                                                             const std::vector<PairTerm>& terms,
                                                             int64_t most);

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_DISTANCE_HINGES_H_
