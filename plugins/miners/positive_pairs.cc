#include "plugins/miners/positive_pairs.h"

#include <algorithm>

namespace facet {

std::vector<PositivePair> ShuffledPositivePairs(const std::vector<int64_t>& labels, bool ordered,
                                                Random& random) {
  std::vector<int32_t> order(labels.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int32_t>(i);
  std::stable_sort(order.begin(), order.end(), [&labels](int32_t a, int32_t b) {
    return labels[static_cast<size_t>(a)] < labels[static_cast<size_t>(b)];
  });
  const auto label = [&](size_t i) { return labels[static_cast<size_t>(order[i])]; };
  std::vector<PositivePair> pairs;
  for (size_t i = 0; i < order.size(); ++i) {
    for (size_t j = i + 1; j < order.size() && label(i) == label(j); ++j) {
      if (ordered) {
        pairs.push_back({order[i], order[j]});
        pairs.push_back({order[j], order[i]});
      } else {
        const bool swap = random.Bernoulli(0.5);
        pairs.push_back({order[swap ? j : i], order[swap ? i : j]});
      }
    }
  }
  random.Shuffle(pairs);
  return pairs;
}

}  // namespace facet
