#include "core/base/text_columns.h"

#include <string>

#include "gtest/gtest.h"

namespace facet {
namespace {

TEST(TextColumnsTest, ColumnsCountCodePoints) {
  const std::string line = "k = \"\xC3\xA9\"  # x";  // e with acute accent
  EXPECT_EQ(CodePoints(line), static_cast<int>(line.size()) - 1);
  EXPECT_EQ(line[ByteOfColumn(line, 10)], '#');
  EXPECT_EQ(ByteOfColumn("ab", 9), 2u);
  EXPECT_EQ(CodePoints("\xFF\xFE"), 2);  // not UTF-8
}

TEST(TextColumnsTest, WideCharactersTakeTwoColumnsAndMarksNone) {
  EXPECT_EQ(DisplayWidth("\xE9\xA1\x94"), 2);  // a Chinese character
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1);     // e and a combining acute accent
  EXPECT_EQ(DisplayWidth("\t"), kTabColumns);
  EXPECT_EQ(DisplayWidth(""), 0);
}

}  // namespace
}  // namespace facet
