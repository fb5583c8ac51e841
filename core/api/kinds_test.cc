// The table of kinds.
#include "core/api/kinds.h"

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

}  // namespace
}  // namespace facet
