// The tables of kinds and of traits fit together.
#include "core/api/kinds.h"

#include <set>
#include <string>
#include <utility>

#include "core/api/aligner.h"
#include "core/api/curator.h"
#include "core/api/trait.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

TEST(Kinds, AreFoundByName) {
  ASSERT_NE(FindKind("loss"), nullptr);
  EXPECT_EQ(FindKind("loss")->title, "Losses");
  EXPECT_EQ(FindKind("losses"), nullptr);
  EXPECT_EQ(PluralOf("loss"), "losses");
  EXPECT_EQ(PluralOf("gloss"), "gloss");
  EXPECT_EQ(KindNames().size(), Kinds().size());
}

TEST(Traits, EachHasABitAndANameThatItsKindUsesOnce) {
  std::set<std::pair<std::string, std::string>> names;
  Traits all;
  for (const TraitInfo& info : kTraitTable) {
    EXPECT_NE(FindKind(info.kind), nullptr) << info.kind;
    EXPECT_TRUE(names.emplace(info.kind, info.name).second) << info.kind << " " << info.name;
    EXPECT_FALSE(all.Has(info.trait)) << info.name;
    all = Traits::OfBits(all.bits() | Traits({info.trait}).bits());
  }
}

TEST(Traits, OfAKindAreItsOwnAlone) {
  constexpr Traits kOfCurators = Traits::OfKind(Curator::kKind);
  EXPECT_TRUE(kOfCurators.HasAll({Trait::kMakesImages, Trait::kTakesFaces, Trait::kTakesScores}));
  EXPECT_FALSE(kOfCurators.HasAny(Traits::OfKind(Aligner::kKind)));
  EXPECT_FALSE(kOfCurators.HasAll({Trait::kMakesImages, Trait::kTrainable}));
  EXPECT_TRUE(Traits::OfKind("no kind").empty());
  EXPECT_TRUE(Traits().empty() && kOfCurators.HasAll({}));
}

}  // namespace
}  // namespace facet
