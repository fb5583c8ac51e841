// The positive pairs of a data set, in random order: what a miner of epochs visits.
#ifndef FACET_PLUGINS_MINERS_POSITIVE_PAIRS_H_
#define FACET_PLUGINS_MINERS_POSITIVE_PAIRS_H_

#include <cstdint>
#include <vector>

#include "core/base/random.h"

namespace facet {

// 32 bits each: a data set of 2,622 people with 1,000 images has 10^9 pairs.
struct PositivePair {
  int32_t anchor, positive;
};

// Every pair of images with one label. `ordered`: (i, j) and (j, i) both come; else one of them,
// drawn. At most 2^31 - 1 labels.
std::vector<PositivePair> ShuffledPositivePairs(const std::vector<int64_t>& labels, bool ordered,
                                                Random& random);

}  // namespace facet

#endif  // FACET_PLUGINS_MINERS_POSITIVE_PAIRS_H_
