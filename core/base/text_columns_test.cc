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

TEST(TextColumnsTest, WhatCommandsATerminalIsEscapedAndOtherTextIsKept) {
  EXPECT_EQ(Printable("a\x1b[31mb\n\r\x7f\tc"), "a\\x1b[31mb\\x0a\\x0d\\x7f\tc");
  EXPECT_EQ(Printable("a\nb\x07\r\n", /*several_lines=*/true), "a\nb\\x07\\x0d\n");
  EXPECT_EQ(Printable("gpj.\u202E\u2066x\u2028"), "gpj.\\u202e\\u2066x\\u2028");
  EXPECT_EQ(Printable("\u009B31m"), "\\u009b31m");  // one character for ESC [
  EXPECT_EQ(Printable("\x9b"
                      "31m"),
            "\\x9b31m");
  EXPECT_EQ(Printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(Printable("G\xfcl \xe4\x1b"), "G\\xfcl \\xe4\\x1b");  // not UTF-8
  for (const char* kept : {"", "Gül_Ünal/\u4e0a/\U0001F642.jpg", "\u05e9\u05dc\u05d5\u05dd"}) {
    EXPECT_EQ(Printable(kept), kept);
  }
}

}  // namespace
}  // namespace facet
