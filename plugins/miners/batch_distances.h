// What batch miners share: who belongs to whom in a batch, how far apart, and lists of tuples.
//
// Everything is on the CPU and distances are float64, whatever the embeddings' type and device, so
// that a miner is plain loops over images. Memory: 8 N^2 bytes for the distances of N images (2 MiB
// for 512), 24 bytes for each triplet and 16 for each pair that is added.
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
  static absl::StatusOr<BatchLabels> Of(const at::Tensor& embeddings, const at::Tensor& labels);

  int64_t size() const { return static_cast<int64_t>(labels_.size()); }
  bool Same(int64_t i, int64_t j) const {
    return labels_[static_cast<size_t>(i)] == labels_[static_cast<size_t>(j)];
  }
  // The other images of i's identity, and those of other identities; both ascending.
  std::vector<int64_t> Positives(int64_t i) const;
  std::vector<int64_t> Negatives(int64_t i) const;
  // Every (i, j) of one identity, i and j different, and of two; ascending.
  std::vector<IndexPair> PositivePairs() const;
  std::vector<IndexPair> NegativePairs() const;

 private:
  std::vector<int64_t> labels_;
};

class BatchDistances : public BatchLabels {
 public:
  // A vector without direction (UnitRows()) has a cosine of 0 with anything. InvalidArgument as
  // BatchLabels::Of, and where a distance is not finite.
  static absl::StatusOr<BatchDistances> Of(const at::Tensor& embeddings, const at::Tensor& labels,
                                           const DistanceOptions& options);

  double operator()(int64_t i, int64_t j) const {
    return distances_[static_cast<size_t>(i * size() + j)];
  }
  // The candidate nearest to i, or farthest from it; the first among equals; -1 if there is none.
  int64_t Nearest(int64_t i, const std::vector<int64_t>& candidates) const;
  int64_t Farthest(int64_t i, const std::vector<int64_t>& candidates) const;

 private:
  explicit BatchDistances(BatchLabels labels) : BatchLabels(std::move(labels)) {}
  std::vector<double> distances_;  // row by row
};

class TripletList {
 public:
  void Add(int64_t anchor, int64_t positive, int64_t negative);
  // On the device of `embeddings` [N, D]. num_skipped: the images that are no triplet's anchor.
  Tuples Build(const at::Tensor& embeddings) const;
  // The same of a miner that counts what it skips.
  Tuples Build(const at::Tensor& embeddings, int64_t num_skipped) const;

 private:
  std::vector<int64_t> anchors_, positives_, negatives_;
};

class PairList {
 public:
  void AddPositive(int64_t first, int64_t second);
  void AddNegative(int64_t first, int64_t second);
  // On the device of `embeddings` [N, D]. num_skipped: the images that are first in no pair.
  Tuples Build(const at::Tensor& embeddings) const;

 private:
  std::vector<int64_t> positive_first_, positive_second_, negative_first_, negative_second_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_MINERS_BATCH_DISTANCES_H_
