// Identities and their images, dealt like cards.
#ifndef FACET_PLUGINS_SAMPLERS_IDENTITY_DECKS_H_
#define FACET_PLUGINS_SAMPLERS_IDENTITY_DECKS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/random.h"

namespace facet {

// Values in random order, handed out `count` at a time and shuffled anew when too few are left.
template <class T>
class Deck {
 public:
  explicit Deck(std::vector<T> values) : values_(std::move(values)), next_(values_.size()) {}

  // `count` values; with fewer in the deck, all of them again and again.
  std::vector<T> Deal(size_t count, Random& random) {
    if (next_ + count > values_.size()) {
      random.Shuffle(values_);
      next_ = 0;
    }
    std::vector<T> dealt;
    for (size_t i = 0; i < count; ++i) dealt.push_back(values_[(next_ + i) % values_.size()]);
    next_ = std::min(next_ + count, values_.size());
    return dealt;
  }

 private:
  std::vector<T> values_;
  size_t next_;
};

// Indices of the images of each label, in order of the labels.
std::vector<std::vector<int64_t>> ImagesOfLabels(const std::vector<int64_t>& labels);

// A deck of identities, and of each a deck of its images.
class IdentityDecks {
 public:
  // Images of each identity, none without.
  explicit IdentityDecks(std::vector<std::vector<int64_t>> identities);

  // Appends `images` of each of `identities` identities, those of one together.
  void Deal(int64_t identities, int64_t images, Random& random, std::vector<int64_t>* order);

 private:
  std::vector<Deck<int64_t>> images_;
  Deck<size_t> identities_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_SAMPLERS_IDENTITY_DECKS_H_
