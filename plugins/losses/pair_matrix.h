// Losses over the pairs of a batch as matrices [A, N]: row a, column b stands for the ordered pair
// (a, b) of an anchor, which the first A of the N images are (all of them without a memory:
// AnchorLoss), and any image. Two masks say which pairs count. Values and gradients stay finite for
// zero vectors, equal points, large exponents and rows without a pair.
#ifndef FACET_PLUGINS_LOSSES_PAIR_MATRIX_H_
#define FACET_PLUGINS_LOSSES_PAIR_MATRIX_H_

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/loss.h"
#include "plugins/losses/at_least_float.h"
#include "plugins/losses/pair_terms.h"

namespace facet {

// Pairs are a set: one that the tuples give twice counts once. Otherwise triplets converted to
// pairs would weight (a, p) by the number of a's negatives.
struct PairBatch {
  at::Tensor embeddings;  // [N, D], float32 or float64 (shorter types become float32)
  at::Tensor anchors;     // [A, D], the first of them
  at::Tensor positive;    // [A, N], bool
  at::Tensor negative;    // [A, N], bool
};

// From the input's tuples; without them every pair of an anchor and another row, by their labels.
// With `normalize` the embeddings are UnitRowsOfAnyLength(). InvalidArgument: shapes that do not
// fit, tuples that are no pairs, an index outside the batch, a pair that begins with no anchor.
absl::StatusOr<PairBatch> PairBatchOf(const LossInput& input, int64_t num_anchors, bool normalize);

// UnitRows(), but for vectors of any length: their squares may overflow. Rounded otherwise, so that
// neither can stand for the other where bits count.
at::Tensor UnitRowsOfAnyLength(const at::Tensor& x);

// A loss over pairs, which needs no miner: PairBatchOf() goes around what it makes of them.
class PairLoss : public AnchorLoss {
 public:
  TupleKind takes() const final { return TupleKind::kPairs; }
  bool needs_miner() const final { return false; }
  absl::StatusOr<std::vector<LossGroup>> ComputeAnchors(const LossInput& input,
                                                        int64_t num_anchors) final;

 protected:
  // Elements of OfPairs(): one for each anchor, 0 where no pair begins with it, or any others.
  enum class Elements { kAny, kOfAnchors };
  explicit PairLoss(bool normalize, Elements elements = Elements::kAny)
      : normalize_(normalize), elements_(elements) {}
  // labels: of all N.
  virtual absl::StatusOr<std::vector<LossGroup>> OfPairs(const PairBatch& batch,
                                                         const at::Tensor& labels) = 0;

 private:
  const bool normalize_;
  const Elements elements_;
};

// [A, N] of a batch's anchors and images: l2 distances (row_distances.h), inner products.
at::Tensor Distances(const PairBatch& batch);
at::Tensor InnerProducts(const PairBatch& batch);

// TakeTerms(InnerProducts(batch), terms): on the CPU with one matrix, of which the gradient takes
// the place; taken a second time, it makes the matrix anew.
std::vector<at::Tensor> TakeTermsOfProducts(const PairBatch& batch,
                                            const std::vector<PairTerm>& terms);

// LogSumExpOf() the values: [N, M], [N, M] -> [N].
at::Tensor MaskedLogSumExp(const at::Tensor& values, const at::Tensor& mask);

// log(1 + e^x), to the last digit of float64.
at::Tensor Softplus(const at::Tensor& x);

// "mean", "mean_nonzero" or "sum".
Reduction ReductionNamed(const std::string& name);

std::vector<LossGroup> OneGroup(const std::string& name, const at::Tensor& elements,
                                Reduction reduction);

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_PAIR_MATRIX_H_
