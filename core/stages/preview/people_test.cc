#include "core/stages/preview/people.h"

#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

// Person 0 has faces 0 3 6 9, person 1 has 1 4 7, person 2 has 2; face 5 and 8 are nobody's.
const std::vector<int64_t> kPerson = {0, 1, 2, 0, 1, -1, 0, 1, -1, 0};

TEST(DrawPeopleTest, ThoseWithEnoughFacesComeBeforeOthers) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_THAT(DrawPeople(kPerson, 1, 4, seed), ElementsAre(ElementsAre(0, 3, 6, 9)));
    EXPECT_THAT(DrawPeople(kPerson, 2, 3, seed), ElementsAre(SizeIs(3), ElementsAre(1, 4, 7)));
    // Three are asked for: the one with a single face too.
    EXPECT_THAT(DrawPeople(kPerson, 3, 3, seed),
                ElementsAre(SizeIs(3), ElementsAre(1, 4, 7), ElementsAre(2)));
    EXPECT_THAT(DrawPeople(kPerson, 9, 1, seed), SizeIs(3));
  }
}

TEST(DrawPeopleTest, TheSeedDrawsPeopleAndTheirFaces) {
  std::set<std::vector<std::vector<int64_t>>> draws;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const auto drawn = DrawPeople(kPerson, 1, 2, seed);
    EXPECT_EQ(drawn, DrawPeople(kPerson, 1, 2, seed));
    ASSERT_THAT(drawn, ElementsAre(SizeIs(2)));
    EXPECT_EQ(kPerson[static_cast<size_t>(drawn[0][0])], kPerson[static_cast<size_t>(drawn[0][1])]);
    draws.insert(drawn);
  }
  EXPECT_EQ(draws.size(), 6U + 3U);  // two of four faces, two of three
}

TEST(DrawPeopleTest, NobodyGivesNobody) {
  EXPECT_TRUE(DrawPeople({}, 3, 2, 1).empty());
  EXPECT_TRUE(DrawPeople({-1, -1}, 3, 2, 1).empty());
}

}  // namespace
}  // namespace facet
