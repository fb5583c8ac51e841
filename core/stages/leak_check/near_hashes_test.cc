#include "core/stages/leak_check/near_hashes.h"

#include "core/base/random.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

std::vector<NearHash> Naive(const std::vector<uint64_t>& queries,
                            const std::vector<uint64_t>& others, int max_bits) {
  std::vector<NearHash> nearest(queries.size());
  for (size_t q = 0; q < queries.size(); ++q) {
    for (size_t i = 0; i < others.size(); ++i) {
      int bits = 0;
      for (int bit = 0; bit < 64; ++bit) bits += (queries[q] ^ others[i]) >> bit & 1;
      if (bits <= max_bits && (nearest[q].index < 0 || bits < nearest[q].bits)) {
        nearest[q] = {static_cast<int64_t>(i), bits};
      }
    }
  }
  return nearest;
}

// Against plain loops, on random hashes of which a third are others with up to 12 bits flipped.
TEST(FindNearHashes, AsPlainLoops) {
  Random random(5);
  std::vector<uint64_t> queries, others;
  for (int i = 0; i < 400; ++i) others.push_back(random.Bits());
  others.push_back(others[7]);
  for (int i = 0; i < 300; ++i) {
    uint64_t hash = i % 3 == 0 ? others[random.Index(others.size())] : random.Bits();
    for (uint64_t flips = random.Index(13); flips > 0; --flips) {
      hash ^= uint64_t{1} << random.Index(64);
    }
    queries.push_back(hash);
  }
  queries.push_back(others[7]);  // the first of two equals
  for (const int max_bits : {0, 1, 4, 9, 20, 32}) {
    const auto found = FindNearHashes(queries, others, max_bits);
    const auto expected = Naive(queries, others, max_bits);
    ASSERT_EQ(found.size(), expected.size());
    int near = 0;
    for (size_t q = 0; q < queries.size(); ++q) {
      EXPECT_EQ(found[q].index, expected[q].index) << max_bits;
      EXPECT_EQ(found[q].bits, expected[q].bits) << max_bits;
      near += found[q].index >= 0;
    }
    EXPECT_GT(near, 0);
  }
  EXPECT_EQ(FindNearHashes({}, others, 4).size(), 0u);
  EXPECT_EQ(FindNearHashes(queries, {}, 4)[0].index, -1);
}

}  // namespace
}  // namespace facet
