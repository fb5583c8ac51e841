#include "core/config/diagnostic.h"

#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "core/base/text_columns.h"
#include "core/config/source.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

Diagnostic Example() {
  Diagnostic diagnostic;
  diagnostic.code = "E0201";
  diagnostic.message = "train.loss: loss triplet has no option \"margn\"";
  diagnostic.origin = {"table4.toml", 13, 33};
  diagnostic.line_text = "train.loss = { use = \"triplet\", margn = 0.2 }";
  diagnostic.caret_width = 5;
  diagnostic.caret_note = "did you mean `margin`?";
  diagnostic.facts = {"options: distance, margin"};
  diagnostic.help = "one action";
  return diagnostic;
}

TEST(RenderTest, HasPlaceExcerptCaretFactsAndHelp) {
  EXPECT_EQ(Render(Example(), /*colour=*/false),
            "error[E0201]: train.loss: loss triplet has no option \"margn\"\n"
            "  --> table4.toml:13:33\n"
            "13 | train.loss = { use = \"triplet\", margn = 0.2 }\n"
            "   |                                 ^^^^^ did you mean `margin`?\n"
            "   = options: distance, margin\n"
            "   = help: one action\n");
}

TEST(RenderTest, WhatCommandsATerminalIsEscapedAndTheCaretFollows) {
  Diagnostic diagnostic = Example();
  diagnostic.message = "no folder \"a\x1b[31m\u202Eb\"";
  diagnostic.origin = {"t\x07.toml", 13, 9};
  diagnostic.line_text = "\"a\x1b[31m\" margn";
  diagnostic.caret_note = "did you mean `mar\ngin`?";
  diagnostic.facts = {"first\nsecond\r"};
  diagnostic.help = "\x7f";
  const std::string text = Render(diagnostic, /*colour=*/false);
  EXPECT_EQ(text,
            "error[E0201]: no folder \"a\\x1b[31m\\u202eb\"\n"
            "  --> t\\x07.toml:13:9\n"
            "13 | \"a\\x1b[31m\" margn\n"
            "   |            ^^^^^ did you mean `mar\\x0agin`?\n"
            "   = first\nsecond\\x0d\n"
            "   = help: \\x7f\n");
  EXPECT_TRUE(absl::StartsWith(Render(diagnostic, /*colour=*/true), "\033[1;31merror"));
}

TEST(RenderTest, OverridesHaveNoLineNumber) {
  Diagnostic diagnostic = Example();
  diagnostic.origin = {"--set #1", 0, 14};
  diagnostic.line_text = "7:embed.loss.margn=1";
  diagnostic.facts.clear();
  diagnostic.help.clear();
  EXPECT_EQ(Render(diagnostic, false),
            "error[E0201]: train.loss: loss triplet has no option \"margn\"\n"
            "  --> --set #1\n"
            "   | 7:embed.loss.margn=1\n"
            "   |              ^^^^^ did you mean `margin`?\n");
}

TEST(RenderTest, CaretFollowsDisplayWidthOfTabsAndWideText) {
  Diagnostic diagnostic = Example();
  // A tab, two wide characters (two columns each), a letter with a combining mark: five code
  // points.
  diagnostic.line_text =
      "\t\xE9\xA1\x94\xE9\xA1\x94"
      "e\xCC\x81"
      "X";
  diagnostic.origin.column = 6;
  diagnostic.caret_width = 1;
  const std::string text = Render(diagnostic, false);
  EXPECT_NE(text.find("\n   |          ^ did"), std::string::npos)
      << text;  // 4 + 2 + 2 + 1 columns
}

// Where the caret is, and what stands above it.
std::string AboveCaret(const std::string& text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  const auto line =
      absl::c_find_if(lines, [](const std::string& each) { return absl::StrContains(each, '^'); });
  if (line == lines.begin() || line == lines.end()) return "no caret";
  const std::string& above = *(line - 1);
  const auto caret = static_cast<int>(line->find('^'));
  size_t begin = 0;
  while (DisplayWidth(above.substr(0, begin)) < caret) {
    for (++begin; (above[begin] & 0xC0) == 0x80;) ++begin;
  }
  return above.substr(begin);
}

TEST(RenderTest, ALongLineIsCutAroundItsCaret) {
  Diagnostic diagnostic = Example();
  const std::string part = "0.1, ", wide = "\xE9\xA1\x94";  // two columns
  for (const std::string& filling : {part, wide}) {
    std::string line = "rates = [";
    for (int i = 0; i < 9000; ++i) line += filling;
    const auto column = CodePoints(line) + 1;
    line += "margn, ";
    for (int i = 0; i < 9000; ++i) line += filling;
    diagnostic.line_text = line;
    diagnostic.origin.column = column;
    const std::string text = Render(diagnostic, false);
    EXPECT_LT(text.size(), 1500u);
    for (const absl::string_view each : absl::StrSplit(text, '\n')) {
      EXPECT_LE(DisplayWidth({each.data(), each.size()}), 175);
    }
    EXPECT_NE(text.find("--> table4.toml:13:" + std::to_string(column)), std::string::npos);
    EXPECT_EQ(AboveCaret(text).substr(0, 5), "margn") << text;
    EXPECT_NE(text.find("\n13 | ..."), std::string::npos) << text;
    EXPECT_NE(text.find("...\n   | "), std::string::npos) << text;
  }
}

TEST(RenderTest, ALongLineIsCutAtOneEndWhereTheCaretIsAtTheOther) {
  Diagnostic diagnostic = Example();
  diagnostic.line_text = "margn = " + std::string(40000, '7');
  diagnostic.origin.column = 1;
  EXPECT_EQ(AboveCaret(Render(diagnostic, false)).substr(0, 5), "margn");
  diagnostic.origin.column = 9;
  diagnostic.caret_width = 40000;  // as wide as what is shown of it
  diagnostic.message = std::string(40000, 'm');
  diagnostic.facts = {std::string(40000, 'f')};
  const std::string text = Render(diagnostic, false);
  EXPECT_EQ(AboveCaret(text).substr(0, 3), "777");
  EXPECT_LT(text.size(), 3000u) << text;
  diagnostic.origin.column = 40008;
  diagnostic.caret_width = 1;
  const std::string last = AboveCaret(Render(diagnostic, false));
  EXPECT_EQ(last, "7");
}

TEST(RenderTest, ColourAddsNothingToTheWords) {
  std::string coloured = Render(Example(), true);
  EXPECT_NE(coloured.find("\033["), std::string::npos);
  for (size_t at = coloured.find('\033'); at != std::string::npos; at = coloured.find('\033')) {
    coloured.erase(at, coloured.find('m', at) - at + 1);
  }
  EXPECT_EQ(coloured, Render(Example(), false));
}

TEST(RenderAllTest, SortsByPlaceAndShowsTwentyErrorsFirst) {
  std::vector<Diagnostic> diagnostics;
  for (int line = 30; line >= 1; --line) {
    Diagnostic diagnostic;
    diagnostic.code = "E0201";
    diagnostic.message = "m";
    diagnostic.origin = {line == 30 ? "--set #1" : "a.toml", line == 30 ? 0 : line, 1};
    if (line <= 15) diagnostic.severity = Diagnostic::Severity::kWarning;
    diagnostics.push_back(diagnostic);
  }
  const std::string text = RenderAll(diagnostics, false);
  EXPECT_NE(text.find("... and 10 more"), std::string::npos);
  // All 15 errors and the first five warnings, in the order of their places.
  EXPECT_LT(text.find("a.toml:5:"), text.find("a.toml:16:"));
  EXPECT_LT(text.find("a.toml:29:"), text.find("--set #1"));
  EXPECT_EQ(text.find("a.toml:6:"), std::string::npos);
}

TEST(SourceTest, LinesLoseTheirEndings) {
  EXPECT_EQ(LineOf("\xEF\xBB\xBF"
                   "a\r\nb\n",
                   1),
            "a");
  EXPECT_EQ(LineOf("a\r\nb\n", 2), "b");
  EXPECT_EQ(LineOf("a", 7), "");
  EXPECT_EQ(LineOf("train.\nbatch=3", 0), "train.\nbatch=3") << "of an override";
}

}  // namespace
}  // namespace facet
