// A permutation of 0 .. size - 1 that is computed where it is asked for and not stored: the random
// order of what is too long for a list.
//
// A Feistel network over left x right with left * right just above `size` (Black and Rogaway 2002,
// "Ciphers with arbitrary finite domains", section 5): a round adds a keyed hash of one half to the
// other, which the next round can take away again, so no two indices meet. What comes out above
// `size` goes in again (cycle walking, section 4), less than once in a hundred times from 10,000 on.
// Not for secrets: the hash is SplitMix64's.
#ifndef FACET_PLUGINS_MINERS_KEYED_PERMUTATION_H_
#define FACET_PLUGINS_MINERS_KEYED_PERMUTATION_H_

#include <array>
#include <cstdint>

namespace facet {

// 64 bits in which each bit of `value` counts: the finaliser of SplitMix64 (Steele, Lea and Flood
// 2014), a bijection.
uint64_t MixBits(uint64_t value);

class KeyedPermutation {
 public:
  // size <= 2^62. Equal sizes and keys give equal permutations.
  KeyedPermutation(int64_t size, uint64_t key);

  int64_t size() const { return size_; }
  // index in [0, size).
  int64_t operator[](int64_t index) const;

 private:
  // As few indices have few hashes to differ by: with 24 rounds the orders of 6 are equally likely
  // to 4 in 10,000 (total variation, from all networks there are); 12 give 2 in 100.
  static constexpr int kRounds = 24;

  uint64_t Encrypt(uint64_t index) const;

  int64_t size_ = 0;
  uint64_t left_ = 1, right_ = 1;
  std::array<uint64_t, kRounds> keys_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_MINERS_KEYED_PERMUTATION_H_
