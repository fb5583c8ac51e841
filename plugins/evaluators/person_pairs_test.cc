// Against std::sort, std::lower_bound and what was put in.
#include "plugins/evaluators/person_pairs.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

TEST(GenuinePairs, AreSortedByDistanceThenPerson) {
  Random random(1);
  std::vector<std::pair<float, uint32_t>> pairs;
  for (int i = 0; i < 2000; ++i) {
    const double distance = std::round(20 * random.Normal()) / 16;
    pairs.emplace_back(static_cast<float>(distance), static_cast<uint32_t>(random.Index(50)));
  }
  const GenuinePairs found = GenuinePairs::Sorted(pairs);
  std::sort(pairs.begin(), pairs.end());
  ASSERT_EQ(found.distances.size(), pairs.size());
  for (size_t i = 0; i < pairs.size(); ++i) {
    EXPECT_EQ(found.distances[i], pairs[i].first) << i;
    EXPECT_EQ(found.people[i], pairs[i].second) << i;
  }
}

// Spread, with ties, all equal, and nearly all in one of the cells by which they are found.
TEST(GenuinePlaces, AreNumbersOfNearerPairsHoweverTheseLie) {
  for (int kind = 0; kind < 4; ++kind) {
    Random random(static_cast<uint64_t>(kind));
    std::vector<float> sorted;
    for (int i = 0; i < 3000; ++i) {
      double value = random.Normal();
      if (kind == 1) value = std::round(8 * value);
      if (kind == 2) value = 7;
      if (kind == 3) value = i == 0 ? 1e9 : value;
      sorted.push_back(static_cast<float>(value));
    }
    std::sort(sorted.begin(), sorted.end());
    std::vector<float> asked = {-1e30F, 1e30F, 6.9F, 7.1F};
    for (const float value : sorted) {
      asked.insert(asked.end(), {value, std::nextafter(value, 0.0F), value + 0.01F});
    }
    const GenuinePlaces places(sorted);
    std::vector<uint32_t> found(asked.size());
    places.Of(asked.data(), asked.size(), found.data());
    for (size_t i = 0; i < asked.size(); ++i) {
      EXPECT_EQ(found[i],
                std::lower_bound(sorted.begin(), sorted.end(), asked[i]) - sorted.begin());
      EXPECT_EQ(places.Of(asked[i]), found[i]);
    }
  }
}

// More than a piece holds; people near each other, and so far apart that few bits cannot say it.
TEST(ImpostorList, GivesBackWhatWasAdded) {
  constexpr size_t kGenuine = 1 << 20;
  Random random(2);
  ImpostorList list(kGenuine);
  std::vector<std::vector<ImpostorPair>> added;
  std::vector<uint32_t> firsts;
  for (int call = 0; call < 900; ++call) {
    std::vector<ImpostorPair> pairs(call == 5 ? 150'000 : random.Index(400));
    for (ImpostorPair& pair : pairs) {
      pair.place = static_cast<uint32_t>(random.Index(kGenuine + 1));
      pair.second = static_cast<uint32_t>(random.Index(call % 2 == 0 ? 2000 : 100'000'000));
    }
    firsts.push_back(static_cast<uint32_t>(random.Index(100'000'000)));
    list.Add(firsts.back(), pairs.data(), pairs.size());
    added.push_back(std::move(pairs));
  }
  std::vector<uint32_t> counts(kGenuine + 1);
  size_t call = 0, next = 0;
  list.ForEach([&](const ImpostorPair& pair, uint32_t first) {
    while (next == added[call].size()) {
      ++call;
      next = 0;
    }
    ASSERT_EQ(first, firsts[call]);
    ASSERT_EQ(pair.place, added[call][next].place);
    ASSERT_EQ(pair.second, added[call][next].second);
    ++counts[pair.place];
    ++next;
  });
  while (call + 1 < added.size() && next == added[call].size()) {
    ++call;
    next = 0;
  }
  EXPECT_EQ(call + 1, added.size());
  EXPECT_EQ(next, added.back().size());
  EXPECT_EQ(list.counts(), counts);
}

}  // namespace
}  // namespace facet
