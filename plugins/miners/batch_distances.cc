#include "plugins/miners/batch_distances.h"

#include <ATen/ATen.h>

#include <sstream>
#include <unordered_set>
#include <utility>

#include "core/api/unit_rows.h"
#include "core/base/check.h"
#include "core/base/status.h"

namespace facet {
namespace {

// [rows, N] float64 on the CPU.
at::Tensor DistanceMatrix(const at::Tensor& embeddings, const at::Tensor& rows,
                          const DistanceOptions& options) {
  at::Tensor x = embeddings.detach().to(at::kDouble);
  if (options.normalize || options.distance == "cosine") x = UnitRows(x);
  const at::Tensor from = rows.numel() == x.size(0) ? x : x.index_select(0, rows);
  if (options.distance == "cosine")
    return (1 - at::matmul(from, x.t()).clamp(-1, 1)).cpu().contiguous();
  // Mode 2: without the expansion |x|^2 - 2xy + |y|^2, which loses small distances.
  const at::Tensor l2 = at::cdist(from, x, 2.0, /*compute_mode=*/2).cpu().contiguous();
  return options.distance == "squared_l2" ? at::square(l2) : l2;
}

at::Tensor Indices(const std::vector<int64_t>& values, const at::Tensor& embeddings) {
  return at::tensor(at::ArrayRef<int64_t>(values.data(), values.size()), at::kLong)
      .to(embeddings.device());
}

// How many of 0 .. count-1 are in none of the lists.
int64_t NumMissing(int64_t count, std::initializer_list<const std::vector<int64_t>*> lists) {
  std::vector<bool> seen(static_cast<size_t>(count), false);
  for (const std::vector<int64_t>* const list : lists) {
    for (const int64_t i : *list) seen[static_cast<size_t>(i)] = true;
  }
  int64_t missing = 0;
  for (const bool found : seen) missing += !found;
  return missing;
}

}  // namespace

absl::StatusOr<BatchLabels> BatchLabels::Of(const at::Tensor& embeddings, const at::Tensor& labels,
                                            int64_t num_anchors) {
  if (embeddings.dim() != 2 || !at::isFloatingType(embeddings.scalar_type()) || labels.dim() != 1 ||
      labels.scalar_type() != at::kLong || labels.size(0) != embeddings.size(0)) {
    std::ostringstream message;
    message << "embeddings are " << embeddings.sizes() << " " << embeddings.scalar_type()
            << ", labels " << labels.sizes() << " " << labels.scalar_type()
            << "; miners take embeddings [N, D] of a floating type and labels [N] int64";
    return absl::InvalidArgumentError(message.str());
  }
  FACET_CHECK(num_anchors >= 0 && num_anchors <= labels.size(0));
  const at::Tensor flat = labels.cpu().contiguous();
  BatchLabels batch;
  batch.num_anchors_ = num_anchors;
  batch.labels_.assign(flat.data_ptr<int64_t>(), flat.data_ptr<int64_t>() + flat.numel());
  return batch;
}

std::vector<int64_t> BatchLabels::Positives(int64_t i) const {
  std::vector<int64_t> found;
  for (int64_t j = 0; j < size(); ++j) {
    if (j != i && Same(i, j)) found.push_back(j);
  }
  return found;
}

std::vector<int64_t> BatchLabels::Negatives(int64_t i) const {
  std::vector<int64_t> found;
  for (int64_t j = 0; j < size(); ++j) {
    if (!Same(i, j)) found.push_back(j);
  }
  return found;
}

std::vector<IndexPair> BatchLabels::PositivePairs() const {
  std::vector<IndexPair> pairs;
  for (int64_t i = 0; i < num_anchors(); ++i) {
    for (const int64_t j : Positives(i)) pairs.emplace_back(i, j);
  }
  return pairs;
}

std::vector<IndexPair> BatchLabels::NegativePairs() const {
  std::vector<IndexPair> pairs;
  for (int64_t i = 0; i < num_anchors(); ++i) {
    for (const int64_t j : Negatives(i)) pairs.emplace_back(i, j);
  }
  return pairs;
}

absl::StatusOr<BatchDistances> BatchDistances::Of(const at::Tensor& embeddings,
                                                  const at::Tensor& labels, int64_t num_anchors,
                                                  const DistanceOptions& options,
                                                  MeasuredFrom from) {
  FACET_ASSIGN_OR_RETURN(BatchLabels batch_labels,
                         BatchLabels::Of(embeddings, labels, num_anchors));
  BatchDistances batch(std::move(batch_labels));
  const std::vector<int64_t> measured = batch.Measured(from);
  if (measured.empty()) return batch;
  batch.row_of_.assign(static_cast<size_t>(batch.size()), -1);
  for (size_t row = 0; row < measured.size(); ++row) {
    batch.row_of_[static_cast<size_t>(measured[row])] = static_cast<int64_t>(row);
  }
  const at::Tensor matrix = DistanceMatrix(embeddings, Indices(measured, embeddings), options);
  if (!at::isfinite(matrix).all().item<bool>()) {
    return absl::InvalidArgumentError(
        "embeddings hold values that are not finite or have no finite distance: the training "
        "diverged; lower the learning rate");
  }
  batch.distances_.assign(matrix.data_ptr<double>(), matrix.data_ptr<double>() + matrix.numel());
  return batch;
}

std::vector<int64_t> BatchDistances::Measured(MeasuredFrom from) const {
  std::unordered_set<int64_t> of_anchors;  // identities
  if (from == MeasuredFrom::kAnchorsAndPositives) {
    for (int64_t i = 0; i < num_anchors(); ++i) of_anchors.insert(Label(i));
  }
  std::vector<int64_t> measured;
  for (int64_t i = 0; i < size(); ++i) {
    if (i < num_anchors() || of_anchors.count(Label(i)) > 0) measured.push_back(i);
  }
  return measured;
}

int64_t BatchDistances::Nearest(int64_t i, const std::vector<int64_t>& candidates) const {
  int64_t best = -1;
  for (const int64_t j : candidates) {
    if (best < 0 || (*this)(i, j) < (*this)(i, best)) best = j;
  }
  return best;
}

int64_t BatchDistances::Farthest(int64_t i, const std::vector<int64_t>& candidates) const {
  int64_t best = -1;
  for (const int64_t j : candidates) {
    if (best < 0 || (*this)(i, j) > (*this)(i, best)) best = j;
  }
  return best;
}

void TripletList::Add(int64_t anchor, int64_t positive, int64_t negative) {
  anchors_.push_back(anchor);
  positives_.push_back(positive);
  negatives_.push_back(negative);
}

Tuples TripletList::Build(const at::Tensor& embeddings, int64_t num_anchors) const {
  Tuples tuples;
  tuples.kind = TupleKind::kTriplets;
  tuples.anchors = Indices(anchors_, embeddings);
  tuples.positives = Indices(positives_, embeddings);
  tuples.negatives = Indices(negatives_, embeddings);
  tuples.num_skipped = NumMissing(num_anchors, {&anchors_});
  return tuples;
}

void PairList::AddPositive(int64_t first, int64_t second) {
  positive_first_.push_back(first);
  positive_second_.push_back(second);
}

void PairList::AddNegative(int64_t first, int64_t second) {
  negative_first_.push_back(first);
  negative_second_.push_back(second);
}

Tuples PairList::Build(const at::Tensor& embeddings, int64_t num_anchors) const {
  Tuples tuples;
  tuples.kind = TupleKind::kPairs;
  tuples.positive_first = Indices(positive_first_, embeddings);
  tuples.positive_second = Indices(positive_second_, embeddings);
  tuples.negative_first = Indices(negative_first_, embeddings);
  tuples.negative_second = Indices(negative_second_, embeddings);
  tuples.num_skipped = NumMissing(num_anchors, {&positive_first_, &negative_first_});
  return tuples;
}

}  // namespace facet
