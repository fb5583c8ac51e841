#include "plugins/miners/batch_distances.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <sstream>
#include <unordered_set>
#include <utility>

#include "core/base/check.h"
#include "plugins/distances/row_distances.h"
#include "plugins/miners/measured_rows.h"

namespace facet {
namespace {

// Rows first to first + count of `from`, and all rows of x. False if one is not finite.
bool MeasureDistances(const at::Tensor& from, int64_t first, int64_t count, const at::Tensor& x,
                      const DistanceOptions& options, double* out) {
  const DistanceOfMeasure distance(options);
  MeasureRows(distance.measure(), from, first, count, x, out);
  const int64_t size = x.size(0);
  std::atomic<bool> finite = true;
  at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
    double sum = 0;  // of zeros, or not a number
    for (double* d = out + begin * size; d != out + end * size; ++d) {
      sum += *d * 0;
      *d = distance(*d);
    }
    if (sum != 0) finite = false;
  });
  return finite;
}

at::Tensor Indices(const std::vector<int64_t>& values, const at::Tensor& embeddings) {
  return at::tensor(at::ArrayRef<int64_t>(values.data(), values.size()), at::kLong)
      .to(embeddings.device());
}

// Appends this column of the lists to that of `all`; theirs are let go.
template <class List>
void JoinColumn(std::vector<int64_t> List::* column, std::vector<List>& lists, List& all) {
  size_t size = 0;
  for (const List& list : lists) size += (list.*column).size();
  std::vector<int64_t>& joined = all.*column;
  joined.reserve(size);
  for (List& list : lists) {
    joined.insert(joined.end(), (list.*column).begin(), (list.*column).end());
    std::vector<int64_t>().swap(list.*column);
  }
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
  const at::Tensor x = RowsToMeasure(embeddings, options);
  const auto count = static_cast<int64_t>(measured.size());
  const at::Tensor rows =
      count == batch.size() ? x : x.index_select(0, at::tensor(measured, at::kLong));
  batch.distances_.resize(static_cast<size_t>(count * batch.size()));
  if (!MeasureDistances(rows, 0, count, x, options, batch.distances_.data())) return NotFinite();
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

int64_t AnchorDistancesView::FarthestPositive() const {
  int64_t best = -1;
  for (int64_t i = 0; i < labels_.size(); ++i) {
    if (IsPositive(i) && (best < 0 || distances_[i] > distances_[best])) best = i;
  }
  return best;
}

int64_t AnchorDistancesView::NearestNegative() const {
  int64_t best = -1;
  for (int64_t i = 0; i < labels_.size(); ++i) {
    if (IsNegative(i) && (best < 0 || distances_[i] < distances_[best])) best = i;
  }
  return best;
}

int64_t AnchorDistancesView::Nearest(const std::vector<int64_t>& candidates) const {
  int64_t best = -1;
  for (const int64_t i : candidates) {
    if (best < 0 || distances_[i] < distances_[best]) best = i;
  }
  return best;
}

int64_t AnchorDistancesView::Farthest(const std::vector<int64_t>& candidates) const {
  int64_t best = -1;
  for (const int64_t i : candidates) {
    if (best < 0 || distances_[i] > distances_[best]) best = i;
  }
  return best;
}

AnchorDistancesView BatchDistances::View(int64_t anchor) const {
  return {*this, anchor, RowOf(anchor)};
}

std::vector<MeasuredPair> FirstOf(std::vector<MeasuredPair> pairs, size_t count, Side side) {
  const auto before = [side](const MeasuredPair& x, const MeasuredPair& y) {
    if (x.distance == y.distance) return x.place < y.place;
    return (x.distance < y.distance) == (side == Side::kNearest);
  };
  count = std::min(count, pairs.size());
  const auto end = pairs.begin() + static_cast<int64_t>(count);
  if (end != pairs.end()) std::nth_element(pairs.begin(), end, pairs.end(), before);
  pairs.resize(count);
  std::sort(pairs.begin(), pairs.end(), before);
  return pairs;
}

absl::Status VisitAnchors(const BatchLabels& labels, const at::Tensor& embeddings,
                          const DistanceOptions& options, AnchorOrder order,
                          const std::function<void(const AnchorDistancesView&)>& visit) {
  if (labels.num_anchors() == 0) return absl::OkStatus();
  const at::Tensor x = RowsToMeasure(embeddings, options);
  const int64_t at_once =
      std::clamp<int64_t>(kDistancesAtOnce / labels.size(), 1, labels.num_anchors());
  std::vector<double> distances(static_cast<size_t>(at_once * labels.size()));
  for (int64_t first = 0; first < labels.num_anchors(); first += at_once) {
    const int64_t count = std::min(at_once, labels.num_anchors() - first);
    if (!MeasureDistances(x, first, count, x, options, distances.data())) return NotFinite();
    const auto visit_some = [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        visit({labels, first + i, &distances[static_cast<size_t>(i * labels.size())]});
      }
    };
    if (order == AnchorOrder::kAny) {
      at::parallel_for(0, count, 1, visit_some);
    } else {
      visit_some(0, count);
    }
  }
  return absl::OkStatus();
}

void TripletList::Add(int64_t anchor, int64_t positive, int64_t negative) {
  anchors_.push_back(anchor);
  positives_.push_back(positive);
  negatives_.push_back(negative);
}

TripletList TripletList::Join(std::vector<TripletList> lists) {
  TripletList all;
  JoinColumn(&TripletList::anchors_, lists, all);
  JoinColumn(&TripletList::positives_, lists, all);
  JoinColumn(&TripletList::negatives_, lists, all);
  return all;
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

PairList PairList::Join(std::vector<PairList> lists) {
  PairList all;
  JoinColumn(&PairList::positive_first_, lists, all);
  JoinColumn(&PairList::positive_second_, lists, all);
  JoinColumn(&PairList::negative_first_, lists, all);
  JoinColumn(&PairList::negative_second_, lists, all);
  return all;
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
