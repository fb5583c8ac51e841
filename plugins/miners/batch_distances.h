// What batch miners share: who belongs to whom in a batch, how far apart, and lists of tuples.
//
// Everything is on the CPU and distances are float64, whatever the embeddings' type and device, so
// that a miner is plain loops over images. The first of the N images are anchors, all of them
// without a memory (AnchorMiner). Memory: 8 bytes for each distance of an anchor and an image (2 MiB
// for 512 images, all of them anchors; 4 MiB for 64 anchors of 8,256), 24 bytes for each triplet and
// 16 for each pair that is added.
#ifndef FACET_PLUGINS_MINERS_BATCH_DISTANCES_H_
#define FACET_PLUGINS_MINERS_BATCH_DISTANCES_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/tensor.h"
#include "core/api/tuples.h"
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

class BatchDistances : public BatchLabels {
 public:
  // A vector without direction (UnitRows()) has a cosine of 0 with anything. InvalidArgument as
  // BatchLabels::Of, and where a distance that is measured is not finite.
  static absl::StatusOr<BatchDistances> Of(const at::Tensor& embeddings, const at::Tensor& labels,
                                           int64_t num_anchors, const DistanceOptions& options,
                                           MeasuredFrom from = MeasuredFrom::kAnchors);

  // From an anchor i, or a positive of one where those are measured too, to any image j.
  double operator()(int64_t i, int64_t j) const {
    return distances_[static_cast<size_t>(row_of_[static_cast<size_t>(i)] * size() + j)];
  }
  // The candidate nearest to i, or farthest from it; the first among equals; -1 if there is none.
  int64_t Nearest(int64_t i, const std::vector<int64_t>& candidates) const;
  int64_t Farthest(int64_t i, const std::vector<int64_t>& candidates) const;

 private:
  explicit BatchDistances(BatchLabels labels) : BatchLabels(std::move(labels)) {}
  // Images whose distances are measured, ascending.
  std::vector<int64_t> Measured(MeasuredFrom from) const;

  std::vector<int64_t> row_of_;    // of an image in `distances_`; -1: it has none
  std::vector<double> distances_;  // row by row
};

class TripletList {
 public:
  void Add(int64_t anchor, int64_t positive, int64_t negative);
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
  // On the device of `embeddings`. num_skipped: of the first `num_anchors` images those that are
  // first in no pair.
  Tuples Build(const at::Tensor& embeddings, int64_t num_anchors) const;

 private:
  std::vector<int64_t> positive_first_, positive_second_, negative_first_, negative_second_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_MINERS_BATCH_DISTANCES_H_
