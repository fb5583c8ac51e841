#include "core/report/grid.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace facet {
namespace {

// Two columns whose second is aligned to the right.
Grid TwoColumns(const std::vector<std::string>& left, const std::vector<GridCell>& right) {
  Grid grid;
  grid.Add({"name", look::kText}, left, [](const std::string& text) { return text; });
  grid.Add({"n", look::kNumber}, right, [](const GridCell& cell) { return cell; });
  return grid;
}

TEST(TerminalTableTest, AlignsByDisplayWidthAndLeavesNoBlanksAtTheEnd) {
  // Two wide characters take four columns; a letter with a combining accent one.
  const Grid grid = TwoColumns({"中文", "e\u0301", "longer"}, {{"1"}, {"1,000"}, {""}});
  EXPECT_EQ(TerminalTable(grid, {}),
            "name        n\n"
            "──────  ─────\n"
            "中文        1\n"
            "e\u0301       1,000\n"
            "longer\n");
}

TEST(TerminalTableTest, EmptyCellsKeepTheirPlace) {
  EXPECT_EQ(TerminalTable(TwoColumns({"", "b"}, {{"1"}, {"22"}}), {}),
            "name   n\n"
            "────  ──\n"
            "       1\n"
            "b     22\n");
  EXPECT_EQ(TerminalTable(TwoColumns({}, {}), {}), "name  n\n────  ─\n");
}

TEST(TerminalTableTest, TextCannotCommandTheTerminal) {
  EXPECT_EQ(TerminalTable(TwoColumns({"\033[31m\n"}, {{"1"}}), {}),
            "name    n\n"
            "──────  ─\n"
            " [31m   1\n");
}

TEST(TerminalTableTest, PlainAsciiIsAlignedAnew) {
  EXPECT_EQ(TerminalTable(TwoColumns({"Δ → ±"}, {{"\u22121"}}), {/*colour=*/false, /*ascii=*/true}),
            "name          n\n"
            "-----------  --\n"
            "delta -> +-  -1\n");
}

TEST(TerminalTableTest, ColoursAreThoseOfCellsElseOfTheirColumn) {
  Grid grid = TwoColumns({"a"}, {{"1", Tone::kBad}});
  const std::vector<std::string> counts = {"2"};
  grid.Add({"count", look::kCount}, counts, [](const std::string& text) { return text; });
  EXPECT_EQ(TerminalTable(grid, {/*colour=*/true, /*ascii=*/true}),
            "\033[1mname\033[0m  \033[1mn\033[0m  \033[1mcount\033[0m\n"
            "\033[2m----\033[0m  \033[2m-\033[0m  \033[2m-----\033[0m\n"
            "a     \033[31m1\033[0m      \033[2m2\033[0m\n");
}

TEST(MarkdownTableTest, EscapesWhatWouldBreakTheTable) {
  EXPECT_EQ(MarkdownTable(TwoColumns({"a|b *c*\nd", "", "- x"}, {{"+1.5"}, {"2"}, {""}})),
            "| name | n |\n"
            "| --- | ---: |\n"
            "| a\\|b \\*c\\* d | +1.5 |\n"
            "|  | 2 |\n"
            "| \\- x |  |\n");
}

TEST(HtmlTableTest, EscapesTextsAndWrapsThemInTheirTone) {
  const Grid grid = TwoColumns({"<b> & \"中\"", ""}, {{"1", Tone::kStrong}, {"", Tone::kBad}});
  EXPECT_EQ(HtmlTable(grid),
            "<div class=\"scroll\"><table><thead><tr><th scope=\"col\" class=\"\">name</th>"
            "<th scope=\"col\" class=\"num\">n</th></tr></thead><tbody>"
            "<tr><td>&lt;b&gt; &amp; &quot;中&quot;</td><td class=\"num\"><b>1</b></td></tr>\n"
            "<tr><td></td><td class=\"num\"></td></tr>\n"
            "</tbody></table></div>\n");
}

// The rows of a table, without what is around them.
std::string Body(const std::string& html) {
  const size_t begin = html.find("<tbody>") + 7;
  return html.substr(begin, html.find("</tbody>") - begin);
}

TEST(HtmlTableTest, ACellAcrossColumnsHidesThoseToItsRight) {
  Grid grid = TwoColumns({"a", "b"}, {{"<why>", Tone::kPlain, "", /*span=*/2}, {"1"}});
  grid.Add({"", look::kWide}, std::vector<std::string>{"", "<svg/>"}, HtmlCell);
  EXPECT_EQ(Body(HtmlTable(grid)),
            "<tr><td>a</td><td colspan=\"2\" class=\"muted\">&lt;why&gt;</td></tr>\n"
            "<tr><td>b</td><td class=\"num\">1</td><td class=\"wide\"><svg/></td></tr>\n");
}

TEST(HtmlTableTest, AGroupIsNamedOnce) {
  Grid grid = TwoColumns({"a", "a", "b"}, {{"1"}, {"2"}, {"3"}});
  grid.grouped = true;
  EXPECT_EQ(Body(HtmlTable(grid)),
            "<tr class=\"first\"><td>a</td><td class=\"num\">1</td></tr>\n"
            "<tr><td></td><td class=\"num\">2</td></tr>\n"
            "<tr class=\"first\"><td>b</td><td class=\"num\">3</td></tr>\n");
}

TEST(CsvTableTest, QuotesFieldsThatNeedIt) {
  EXPECT_EQ(CsvTable(TwoColumns({"a, \"b\"", "中\n文", ""}, {{"1"}, {""}, {"3"}})),
            "name,n\n"
            "\"a, \"\"b\"\"\",1\n"
            "\"中\n文\",\n"
            ",3\n");
}

TEST(GridTest, AFormHasTheColumnsThatAreMeantForIt) {
  Grid grid = TwoColumns({"a"}, {{"1"}});
  grid.columns[0].forms = form::kTerminal | form::kHtml;
  EXPECT_EQ(CsvTable(grid), "n\n1\n");
  EXPECT_EQ(MarkdownTable(grid), "| n |\n| ---: |\n| 1 |\n");
  grid.columns[1].forms = form::kCsv;
  EXPECT_EQ(Body(HtmlTable(grid)), "<tr><td>a</td></tr>\n");
  EXPECT_EQ(TerminalTable(grid, {}), "name\n────\na\n");
}

}  // namespace
}  // namespace facet
