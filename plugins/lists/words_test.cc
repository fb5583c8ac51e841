#include "plugins/lists/words.h"

#include "gtest/gtest.h"

namespace facet {
namespace {

TEST(Words, ThousandsAndMissing) {
  EXPECT_EQ(Thousands(0), "0");
  EXPECT_EQ(Thousands(999), "999");
  EXPECT_EQ(Thousands(13233), "13,233");
  EXPECT_EQ(Thousands(2622000), "2,622,000");
  EXPECT_EQ(Thousands(-123456), "-123,456");
  Missing missing;
  for (const char* name : {"a", "b", "c"}) missing.Add(name);
  EXPECT_EQ(missing.Names(), "a, b, c");
  for (const char* name : {"d", "e"}) missing.Add(name);
  EXPECT_EQ(missing.Names(), "a, b, c, d, e");
  for (const char* name : {"f", "g"}) missing.Add(name);
  EXPECT_EQ(missing.Names(), "a, b, c, d, e and 2 more");
  EXPECT_EQ(missing.count(), 7);
}

}  // namespace
}  // namespace facet
