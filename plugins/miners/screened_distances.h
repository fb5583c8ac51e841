// Distances of a batch of which nearly all are known roughly alone. A product of matrices in float32
// says which images can be an anchor's farthest, nearest, or within a bound, however its sums were
// rounded; these are measured as batch_distances.h measures, so that what is selected is the same,
// equal and nearly equal distances included. For miners that look for extremes and bounds.
//
// Memory: 12 bytes for each value of the embeddings, 4 for each of a million distances at a time.
#ifndef FACET_PLUGINS_MINERS_SCREENED_DISTANCES_H_
#define FACET_PLUGINS_MINERS_SCREENED_DISTANCES_H_

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "plugins/miners/batch_distances.h"

namespace facet {

struct ScreenedBatch;

// Of one anchor.
class ScreenedDistances {
 public:
  explicit ScreenedDistances(const ScreenedBatch& batch);
  // What follows is of this anchor; products: of its row and all.
  void Begin(int64_t anchor, const float* products);

  int64_t anchor() const { return anchor_; }
  // As batch_distances.h gives it: measured now.
  double operator()(int64_t i);
  // The first among equals; -1 if there is none.
  int64_t FarthestPositive();
  int64_t NearestNegative();
  // Ascending.
  std::vector<int64_t> PositivesFartherThan(double bound);
  std::vector<int64_t> NegativesNearerThan(double bound);

 private:
  struct Rough {
    float distance;
    int64_t image;
  };
  // A bound of distances as one of rough ones.
  double RoughBound(double bound) const;
  // The farthest or nearest of the candidates, the first among equals.
  int64_t Extreme(bool farthest);

  const ScreenedBatch& batch_;
  int64_t anchor_ = 0, num_measured_ = 0;
  double slack_ = 0;               // that a rough distance may be off by
  std::vector<float> rough_;       // of negatives; of others infinite
  std::vector<Rough> positives_;   // ascending images
  std::vector<double> distances_;  // all, where many were asked for; else empty
  std::vector<int64_t> candidates_;
};

// Calls `visit` with each anchor's distances, in several threads: what it does at an anchor depends
// on nothing else. InvalidArgument where embeddings are not finite.
absl::Status ScreenAnchors(const BatchLabels& labels, const at::Tensor& embeddings,
                           const DistanceOptions& options,
                           const std::function<void(ScreenedDistances&)>& visit);

// MineByAnchor() of screened distances.
template <class List, class Mine>
absl::StatusOr<Tuples> MineByScreen(const at::Tensor& embeddings, const at::Tensor& labels,
                                    int64_t num_anchors, const DistanceOptions& options,
                                    const Mine& mine) {
  FACET_ASSIGN_OR_RETURN(const BatchLabels batch, BatchLabels::Of(embeddings, labels, num_anchors));
  std::vector<List> lists(static_cast<size_t>(num_anchors));
  FACET_RETURN_IF_ERROR(
      ScreenAnchors(batch, embeddings, options, [&](ScreenedDistances& distances) {
        mine(distances, lists[static_cast<size_t>(distances.anchor())]);
      }));
  return List::Join(std::move(lists)).Build(embeddings, num_anchors);
}

}  // namespace facet

#endif  // FACET_PLUGINS_MINERS_SCREENED_DISTANCES_H_
