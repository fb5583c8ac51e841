// Clusters of images from pairs that are close.
#ifndef FACET_PLUGINS_CURATORS_DUPLICATES_NEAR_DUPLICATES_H_
#define FACET_PLUGINS_CURATORS_DUPLICATES_NEAR_DUPLICATES_H_

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

namespace facet {

struct ClosePair {
  int a = 0, b = 0;  // a < b
  double distance = 0.0;
};

// Pairs of rows (float32 [N, D], of unit length) whose l2 distance is below `limit`; by distance,
// then a, then b. From products: distances below 1e-3 are not exact.
std::vector<ClosePair> PairsWithin(const cv::Mat& rows, double limit);

// Items that are joined by way of others, or not.
class JoinedItems {
 public:
  explicit JoinedItems(int count);
  // The smallest item of those that are joined with this one.
  int Root(int item);
  bool Are(int a, int b) { return Root(a) == Root(b); }
  int64_t Size(int root) const { return size_[static_cast<size_t>(root)]; }
  void Join(int a, int b);

 private:
  std::vector<int> parent_;
  std::vector<int64_t> size_;
};

enum class Linkage {
  kSingle,    // two clusters are one as soon as one pair links them
  kComplete,  // ... when all pairs between them do: no chains from like to like
};

// The cluster of each of `count` items: a number, 0 first, in order of the smallest item. `pairs`
// are all that are near enough, nearest first; the hierarchy is that of their order.
std::vector<int> LinkPairs(int count, const std::vector<ClosePair>& pairs, Linkage linkage);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DUPLICATES_NEAR_DUPLICATES_H_
