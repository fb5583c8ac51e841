// The positive pairs of a data set, in random order: what a miner of epochs visits.
#ifndef FACET_PLUGINS_MINERS_POSITIVE_PAIRS_H_
#define FACET_PLUGINS_MINERS_POSITIVE_PAIRS_H_

#include <cstdint>
#include <vector>

#include "plugins/miners/keyed_permutation.h"

namespace facet {

struct PositivePair {
  int32_t anchor, positive;
};

// Every pair of images with one label, each in one place of an order that the seed gives. Pairs are
// computed when they are asked for: 2,622 people with 1,000 images have 1.3 * 10^9, for which it
// holds 4 bytes an image and 16 a label.
class PositivePairs {
 public:
  PositivePairs() = default;
  // `ordered`: (i, j) and (j, i) both come; else one of them, drawn. At most 2^31 - 1 labels.
  PositivePairs(const std::vector<int64_t>& labels, bool ordered, uint64_t seed);

  int64_t size() const { return order_.size(); }
  // place in [0, size).
  PositivePair operator[](int64_t place) const;

 private:
  bool ordered_ = false;
  uint64_t role_key_ = 0;
  std::vector<int32_t> images_;  // by label
  // Of each label with several images: the first of them in images_, the first of its pairs; and
  // behind the last one.
  std::vector<int64_t> first_image_, first_pair_;
  KeyedPermutation order_{0, 0};
};

}  // namespace facet

#endif  // FACET_PLUGINS_MINERS_POSITIVE_PAIRS_H_
