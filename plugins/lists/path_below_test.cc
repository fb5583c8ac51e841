#include "plugins/lists/path_below.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

TEST(PathBelow, AsFileNamesAreCompared) {
  for (const auto& [path, same] :
       {std::pair("a/b.jpg", "a/b.jpg"), std::pair("./a/b.jpg", "a/b.jpg"),
        std::pair("././a//./b.jpg", "a/b.jpg"), std::pair("lfw/", "lfw"), std::pair(".", ""),
        std::pair("", ""), std::pair("..a/b..", "..a/b.."), std::pair(".a", ".a"),
        std::pair("#a/ b", "#a/ b")}) {
    const auto below = PathBelow(path);
    ASSERT_TRUE(below.ok()) << below.status();
    EXPECT_EQ(*below, same) << path;
  }
}

TEST(PathBelow, NothingLeadsOut) {
  for (const char* path : {"..", "../a", "a/../b", "./../a", "/a", "/", "a/.."}) {
    EXPECT_THAT(std::string(PathBelow(path).status().message()),
                HasSubstr(absl::StrCat("\"", path, "\" does not lie below the root: write")))
        << path;
  }
}

}  // namespace
}  // namespace facet
