#include "plugins/losses/pair_matrix.h"

#include <ATen/ATen.h>

#include "absl/strings/str_cat.h"
#include "core/api/unit_rows.h"
#include "core/base/status.h"
#include "plugins/distances/row_distances.h"

namespace facet {
namespace {

absl::Status CheckIndices(const at::Tensor& first, const at::Tensor& second, int64_t num_anchors,
                          int64_t size) {
  const auto low = at::minimum(first.min(), second.min()).item<int64_t>();
  const auto high = at::maximum(first.max(), second.max()).item<int64_t>();
  if (low < 0 || high >= size) {
    return absl::InvalidArgumentError(
        absl::StrCat("a pair has index ", low < 0 ? low : high, ", the batch has ", size, " rows"));
  }
  const auto last = first.max().item<int64_t>();
  if (last < num_anchors) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a pair begins with row ", last, ", the first ",
                                                 num_anchors, " are the anchors"));
}

// mask [A, N] at (first[k], second[k]); false where one of them lies outside.
bool Mark(const at::Tensor& first, const at::Tensor& second, const at::Tensor& mask) {
  const at::Tensor rows = first.contiguous(), columns = second.contiguous();
  const int64_t num_rows = mask.size(0), num_columns = mask.size(1);
  const int64_t* const row = rows.data_ptr<int64_t>();
  const int64_t* const column = columns.data_ptr<int64_t>();
  bool* const marked = mask.data_ptr<bool>();
  for (int64_t k = 0; k < rows.numel(); ++k) {
    if (row[k] < 0 || row[k] >= num_rows || column[k] < 0 || column[k] >= num_columns) return false;
    marked[row[k] * num_columns + column[k]] = true;
  }
  return true;
}

absl::StatusOr<at::Tensor> MaskOf(const at::Tensor& first, const at::Tensor& second,
                                  int64_t num_anchors, int64_t size) {
  if (first.sizes() != second.sizes()) {
    return absl::InvalidArgumentError(
        absl::StrCat("pairs of ", first.numel(), " first and ", second.numel(), " second indices"));
  }
  const at::Tensor mask = at::zeros({num_anchors, size}, first.options().dtype(at::kBool));
  if (first.numel() == 0) return mask;
  if (first.is_cpu() && Mark(first, second, mask)) return mask;
  FACET_RETURN_IF_ERROR(CheckIndices(first, second, num_anchors, size));
  mask.view({-1}).index_fill_(0, first * size + second, 1);
  return mask;
}

}  // namespace

at::Tensor UnitRowsOfAnyLength(const at::Tensor& x) {
  if (x.numel() == 0) return x;
  const at::Tensor none = x.detach().norm(2, {1}, true).lt(kNoDirection);
  // The direction does not change with a constant factor: divided by the largest entry, the
  // squares neither overflow nor vanish.
  const at::Tensor largest = x.detach().abs().amax(1, true);
  const at::Tensor scaled = (x / largest.masked_fill(none, 1)).masked_fill(none, 0);
  const at::Tensor squares = at::square(scaled).sum(1, true).masked_fill(none, 1);
  return scaled / squares.sqrt();
}

at::Tensor Distances(const PairBatch& batch) {
  return AnchorDistances(batch.embeddings, batch.anchors.size(0), /*squared=*/false);
}

at::Tensor InnerProducts(const PairBatch& batch) { return batch.anchors.mm(batch.embeddings.t()); }

at::Tensor MaskedLogSumExp(const at::Tensor& values, const at::Tensor& mask) {
  return TakeTerms(values, {LogSumExpOf(mask)})[0];
}

at::Tensor Softplus(const at::Tensor& x) {
  return at::softplus(x, 1, /*threshold=*/40);  // e^-40 is below float64's last digit of 40
}

absl::StatusOr<PairBatch> PairBatchOf(const LossInput& input, int64_t num_anchors, bool normalize) {
  if (input.embeddings.dim() != 2 || input.labels.dim() != 1 ||
      input.labels.size(0) != input.embeddings.size(0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a loss over pairs needs embeddings [N, D] and labels [N], got ",
                     input.embeddings.dim(), " dimensions and ", input.labels.numel(), " labels"));
  }
  const int64_t size = input.embeddings.size(0);
  FACET_CHECK(num_anchors >= 0 && num_anchors <= size);
  PairBatch batch;
  batch.embeddings = AtLeastFloat(input.embeddings);
  if (normalize) batch.embeddings = UnitRowsOfAnyLength(batch.embeddings);
  batch.anchors =
      num_anchors == size ? batch.embeddings : batch.embeddings.narrow(0, 0, num_anchors);
  if (input.tuples == nullptr) {
    batch.positive =
        input.labels.narrow(0, 0, num_anchors).unsqueeze(1).eq(input.labels.unsqueeze(0));
    batch.negative = batch.positive.logical_not();
    batch.positive.fill_diagonal_(0);  // an image makes no pair with itself
    return batch;
  }
  const Tuples& tuples = *input.tuples;
  if (tuples.kind != TupleKind::kPairs) {
    return absl::InvalidArgumentError(
        absl::StrCat("a loss over pairs was given ", std::string(TupleKindName(tuples.kind))));
  }
  FACET_ASSIGN_OR_RETURN(batch.positive,
                         MaskOf(tuples.positive_first, tuples.positive_second, num_anchors, size));
  FACET_ASSIGN_OR_RETURN(batch.negative,
                         MaskOf(tuples.negative_first, tuples.negative_second, num_anchors, size));
  return batch;
}

absl::StatusOr<std::vector<LossGroup>> PairLoss::ComputeAnchors(const LossInput& input,
                                                                int64_t num_anchors) {
  FACET_ASSIGN_OR_RETURN(const PairBatch batch, PairBatchOf(input, num_anchors, normalize_));
  return OfPairs(batch, input.labels);
}

Reduction ReductionNamed(const std::string& name) {
  if (name == "mean") return Reduction::kMean;
  return name == "sum" ? Reduction::kSum : Reduction::kMeanNonZero;
}

std::vector<LossGroup> OneGroup(const std::string& name, const at::Tensor& elements,
                                Reduction reduction) {
  std::vector<LossGroup> groups(1);
  groups[0].name = name;
  groups[0].elements = elements;
  groups[0].reduction = reduction;
  return groups;
}

}  // namespace facet
