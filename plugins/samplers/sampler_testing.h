// What tests of samplers share: decks of identities, derived anew.
#ifndef FACET_PLUGINS_SAMPLERS_SAMPLER_TESTING_H_
#define FACET_PLUGINS_SAMPLERS_SAMPLER_TESTING_H_

#include <cstdint>
#include <map>
#include <vector>

#include "core/base/random.h"

namespace facet {

// A heap of cards that are taken from the top; too few left are thrown away for all, shuffled.
struct NaiveDeck {
  std::vector<int64_t> all, left;

  std::vector<int64_t> Take(size_t count, Random& random) {
    if (left.size() < count) {
      random.Shuffle(all);
      left = all;
      while (left.size() < count) left.insert(left.end(), all.begin(), all.end());
    }
    const auto end = left.begin() + static_cast<int64_t>(count);
    const std::vector<int64_t> taken(left.begin(), end);
    left.erase(left.begin(), end);
    if (count > all.size()) left.clear();  // what is left are copies
    return taken;
  }
};

// `rounds` times `identities` identities with `images` images each. Labels with fewer than
// `at_least` images are left out.
inline std::vector<int64_t> NaiveOrder(const std::vector<int64_t>& labels, int64_t rounds,
                                       size_t identities, size_t images, uint64_t seed,
                                       size_t at_least = 0) {
  std::map<int64_t, NaiveDeck> of_label;
  for (size_t i = 0; i < labels.size(); ++i) {
    of_label[labels[i]].all.push_back(static_cast<int64_t>(i));
  }
  NaiveDeck deck;
  for (const auto& [label, own] : of_label) {
    if (own.all.size() >= at_least) deck.all.push_back(label);
  }
  Random random(seed);
  std::vector<int64_t> order;
  for (int64_t round = 0; round < rounds; ++round) {
    for (const int64_t label : deck.Take(identities, random)) {
      for (const int64_t image : of_label[label].Take(images, random)) order.push_back(image);
    }
  }
  return order;
}

// 10 identities of 8 images each, 2 of 3, one of 1; labels with gaps, out of order.
inline std::vector<int64_t> UnequalLabels() {
  std::vector<int64_t> labels;
  for (int64_t identity = 12; identity >= 0; --identity) {
    const int64_t images = identity < 10 ? 8 : identity < 12 ? 3 : 1;
    for (int64_t i = 0; i < images; ++i) labels.push_back(identity * identity);
  }
  Random(5).Shuffle(labels);
  return labels;
}

// How often each label comes in order[begin, begin + count).
inline std::map<int64_t, int64_t> CountLabels(const std::vector<int64_t>& labels,
                                              const std::vector<int64_t>& order, size_t begin,
                                              size_t count) {
  std::map<int64_t, int64_t> counts;
  for (size_t i = begin; i < begin + count; ++i) ++counts[labels[static_cast<size_t>(order[i])]];
  return counts;
}

}  // namespace facet

#endif  // FACET_PLUGINS_SAMPLERS_SAMPLER_TESTING_H_
