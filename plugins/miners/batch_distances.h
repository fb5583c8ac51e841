// What batch miners share: who belongs to whom in a batch, how far apart, and lists of tuples.
//
// Who needs extremes or bounds alone takes screened_distances.h, which selects the same faster.
// Everything is on the CPU and distances are float64, from differences (row_distances.h), whatever
// the embeddings' type and device: a miner is plain loops over images, and what it selects is what
// the definition says, equal and nearly equal distances included. The first of the N images are
// anchors, all of them without a memory (AnchorMiner). MineByAnchor() measures as many anchors at a
// time as make 8 MiB of distances; BatchDistances holds them all, 8 bytes each (128 MiB for 4,096
// images). Beside them 16 bytes for each pair and 24 for each triplet that is added.
#ifndef FACET_PLUGINS_MINERS_BATCH_DISTANCES_H_
#define FACET_PLUGINS_MINERS_BATCH_DISTANCES_H_

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/tensor.h"
#include "core/api/tuples.h"
#include "core/base/status.h"
#include "plugins/miners/distance_options.h"

namespace facet {

using IndexPair = std::pair<int64_t, int64_t>;

class BatchLabels {
 public:
  // InvalidArgument unless embeddings are [N, D] floating and labels [N] int64.
  static absl::StatusOr<BatchLabels> Of(const at::Tensor& embeddings, const at::Tensor& labels,
                                        int64_t num_anchors);

  int64_t size() const { return static_cast<int64_t>(labels_.size()); }
  int64_t num_anchors() const { return num_anchors_; }
  int64_t Label(int64_t i) const { return labels_[static_cast<size_t>(i)]; }
  bool Same(int64_t i, int64_t j) const { return Label(i) == Label(j); }
  // The other images of i's identity, and those of other identities; both ascending.
  std::vector<int64_t> Positives(int64_t i) const;
  std::vector<int64_t> Negatives(int64_t i) const;
  // Every (i, j) of one identity, i and j different, and of two, that begins with an anchor;
  // ascending.
  std::vector<IndexPair> PositivePairs() const;
  std::vector<IndexPair> NegativePairs() const;

 private:
  std::vector<int64_t> labels_;
  int64_t num_anchors_ = 0;
};

enum class MeasuredFrom { kAnchors, kAnchorsAndPositives };

class AnchorDistancesView;

class BatchDistances : public BatchLabels {
 public:
  // A vector without direction (UnitRows()) has a cosine of 0 with anything. InvalidArgument as
  // BatchLabels::Of, and where a distance that is measured is not finite.
  static absl::StatusOr<BatchDistances> Of(const at::Tensor& embeddings, const at::Tensor& labels,
                                           int64_t num_anchors, const DistanceOptions& options,
                                           MeasuredFrom from = MeasuredFrom::kAnchors);

  // From an anchor i, or a positive of one where those are measured too, to any image j.
  double operator()(int64_t i, int64_t j) const { return RowOf(i)[j]; }
  // Of an anchor.
  AnchorDistancesView View(int64_t anchor) const;

 private:
  explicit BatchDistances(BatchLabels labels) : BatchLabels(std::move(labels)) {}
  const double* RowOf(int64_t i) const {
    return &distances_[static_cast<size_t>(row_of_[static_cast<size_t>(i)] * size())];
  }
  // Images whose distances are measured, ascending.
  std::vector<int64_t> Measured(MeasuredFrom from) const;

  std::vector<int64_t> row_of_;    // of an image in `distances_`; -1: it has none
  std::vector<double> distances_;  // row by row
};

// Of one anchor.
class AnchorDistancesView {
 public:
  AnchorDistancesView(const BatchLabels& labels, int64_t anchor, const double* distances)
      : labels_(labels), anchor_(anchor), distances_(distances) {}

  int64_t anchor() const { return anchor_; }
  int64_t size() const { return labels_.size(); }
  double operator()(int64_t i) const { return distances_[i]; }
  bool IsPositive(int64_t i) const { return i != anchor_ && labels_.Same(anchor_, i); }
  bool IsNegative(int64_t i) const { return !labels_.Same(anchor_, i); }
  std::vector<int64_t> Positives() const { return labels_.Positives(anchor_); }
  std::vector<int64_t> Negatives() const { return labels_.Negatives(anchor_); }
  // The first among equals; -1 if there is none.
  int64_t FarthestPositive() const;
  int64_t NearestNegative() const;
  int64_t Nearest(const std::vector<int64_t>& candidates) const;
  int64_t Farthest(const std::vector<int64_t>& candidates) const;

 private:
  const BatchLabels& labels_;
  const int64_t anchor_;
  const double* const distances_;
};

class TripletList {
 public:
  void Add(int64_t anchor, int64_t positive, int64_t negative);
  // One after another.
  static TripletList Join(std::vector<TripletList> lists);
  // On the device of `embeddings`. num_skipped: of the first `num_anchors` images those that are no
  // triplet's anchor.
  Tuples Build(const at::Tensor& embeddings, int64_t num_anchors) const;

 private:
  std::vector<int64_t> anchors_, positives_, negatives_;
};

class PairList {
 public:
  void AddPositive(int64_t first, int64_t second);
  void AddNegative(int64_t first, int64_t second);
  // One after another.
  static PairList Join(std::vector<PairList> lists);
  // On the device of `embeddings`. num_skipped: of the first `num_anchors` images those that are
  // first in no pair.
  Tuples Build(const at::Tensor& embeddings, int64_t num_anchors) const;

 private:
  std::vector<int64_t> positive_first_, positive_second_, negative_first_, negative_second_;
};

// Who looks at one anchor after another need not hold all distances.
enum class AnchorOrder {
  kAny,       // in several threads: what it does at an anchor depends on nothing else
  kAscending  // it draws
};

// Calls `visit` with each anchor's distances. InvalidArgument as BatchDistances::Of.
absl::Status VisitAnchors(const BatchLabels& labels, const at::Tensor& embeddings,
                          const DistanceOptions& options, AnchorOrder order,
                          const std::function<void(const AnchorDistancesView&)>& visit);

struct MeasuredPair {
  double distance;
  int64_t place;  // first * N + second
};
enum class Side { kNearest, kFarthest };
// Those that come first if they are sorted from this side, equal ones by their places.
std::vector<MeasuredPair> FirstOf(std::vector<MeasuredPair> pairs, size_t count, Side side);

// The tuples that `mine(anchor's distances, list)` adds, in the order of the anchors. List:
// TripletList or PairList.
template <class List, class Mine>
absl::StatusOr<Tuples> MineByAnchor(const at::Tensor& embeddings, const at::Tensor& labels,
                                    int64_t num_anchors, const DistanceOptions& options,
                                    const Mine& mine, AnchorOrder order = AnchorOrder::kAny) {
  FACET_ASSIGN_OR_RETURN(const BatchLabels batch, BatchLabels::Of(embeddings, labels, num_anchors));
  std::vector<List> lists(static_cast<size_t>(num_anchors));
  FACET_RETURN_IF_ERROR(
      VisitAnchors(batch, embeddings, options, order, [&](const AnchorDistancesView& distances) {
        mine(distances, lists[static_cast<size_t>(distances.anchor())]);
      }));
  return List::Join(std::move(lists)).Build(embeddings, num_anchors);
}

}  // namespace facet

#endif  // FACET_PLUGINS_MINERS_BATCH_DISTANCES_H_
