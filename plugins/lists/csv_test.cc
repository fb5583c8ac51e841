#include "plugins/lists/csv.h"

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<CsvTable> Read(const std::string& text) {
  const std::string path = testing::TempDir() + "/table.csv";
  std::ofstream(path, std::ios::binary) << text;
  return CsvTable::Read(path);
}

std::string ErrorOf(const std::string& text) {
  const auto table = Read(text);
  EXPECT_FALSE(table.ok()) << text;
  return std::string(table.status().message());
}

TEST(Csv, QuotesSeparatorsAndLineEnds) {
  // Section 2 of RFC 4180: line ends, separators and doubled quotes inside quotes.
  const auto table = Read(
      "\xef\xbb\xbf"
      "path,identity\r\n\r\n\r\n\"a,b \"\"c\"\".jpg\", Ann B. \r\n"
      "\"two\nlines\",\"\"\r\nlast,");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(table->columns(), ElementsAre("path", "identity"));
  ASSERT_EQ(table->rows().size(), 3u);
  EXPECT_EQ(table->rows()[0].line, 4);
  EXPECT_THAT(table->rows()[0].fields, ElementsAre("a,b \"c\".jpg", "Ann B."));
  EXPECT_THAT(table->rows()[1].fields, ElementsAre("two\nlines", ""));
  EXPECT_EQ(table->rows()[2].line, 7);
  EXPECT_THAT(table->rows()[2].fields, ElementsAre("last", ""));
}

// RFC 4180 knows no comments.
TEST(Csv, ARowMayBeginWithANumberSign) {
  const auto table = Read("path,identity\n#hash/1.jpg,#hash\n# 2.jpg,b\n\"#\",c\n");
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_EQ(table->rows().size(), 3u);
  EXPECT_THAT(table->rows()[0].fields, ElementsAre("#hash/1.jpg", "#hash"));
  EXPECT_THAT(table->rows()[1].fields, ElementsAre("# 2.jpg", "b"));
  EXPECT_THAT(table->rows()[2].fields, ElementsAre("#", "c"));
  EXPECT_THAT(ErrorOf("path,identity\n# those of May\na,b\n"),
              HasSubstr(":2: 1 fields; the header has 2 columns (a table has no comments: delete "
                        "this line)"));
  EXPECT_THAT(
      ErrorOf("# those of May\npath,identity\na,b\n"),
      HasSubstr(":2: 2 fields; the header has 1 columns (a table has no comments: the first "
                "line is the header)"));
}

TEST(Csv, TheHeaderTellsTheSeparator) {
  auto table = Read("path\tidentity\na;b\tc,d\n");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(table->rows()[0].fields, ElementsAre("a;b", "c,d"));
  table = Read("\"a,b\";c\n1;2\n");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(table->columns(), ElementsAre("a,b", "c"));
  // A row may begin with an empty field.
  table = Read("path\tidentity\n\tx\n");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(table->rows()[0].fields, ElementsAre("", "x"));
}

TEST(Csv, Numbers) {
  const auto table = Read("i,f,b\n-3,2.5,true\n,,\nx,nan,2\n");
  ASSERT_TRUE(table.ok()) << table.status();
  const auto& rows = table->rows();
  EXPECT_EQ(*table->Int(rows[0], "i", 7), -3);
  EXPECT_EQ(*table->Float(rows[0], "f", 7), 2.5);
  EXPECT_TRUE(*table->Bool(rows[0], "b", false));
  EXPECT_EQ(*table->Int(rows[1], "i", 7), 7);
  EXPECT_EQ(*table->Int(rows[0], "none", 8), 8);
  EXPECT_THAT(std::string(table->Int(rows[2], "i", 7).status().message()),
              HasSubstr("table.csv:4: i is a whole number, here \"x\""));
  EXPECT_FALSE(table->Float(rows[2], "f", 7).ok());
  EXPECT_FALSE(table->Bool(rows[2], "b", true).ok());
}

TEST(Csv, Errors) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("no header line"));
  EXPECT_THAT(ErrorOf("a,,b\n"), HasSubstr(":1: column 2 has no name"));
  EXPECT_THAT(ErrorOf("a,a\n"), HasSubstr(":1: two columns are named \"a\""));
  EXPECT_THAT(ErrorOf("a,b\n1,2\n\n1,2,3\n"), HasSubstr(":4: 3 fields; the header has 2 columns"));
  EXPECT_THAT(ErrorOf("a,b\n1,\"2\n3\n"), HasSubstr(":2: a quote is not closed"));
  EXPECT_THAT(ErrorOf("a,b\n1,\"2\"3\n"), HasSubstr(":2: text follows a closing quote"));
}

TEST(Csv, FieldsAreReadBackAsTheyWere) {
  for (const char* field : {"", "plain", " blank ", "a,b", "a;b", "tab\tx", "\"", "#x", "a\r\nb"}) {
    const auto table = Read("x,a\n" + CsvField(field) + ",1\n");
    ASSERT_TRUE(table.ok()) << table.status();
    EXPECT_THAT(table->rows()[0].fields, ElementsAre(field, "1"));
  }
  EXPECT_EQ(CsvField("plain"), "plain");
}

TEST(Csv, ScanGivesRowsAndStopsAtAnError) {
  const std::string path = testing::TempDir() + "/scan.csv";
  std::ofstream(path, std::ios::binary) << "a,b\n1,2\n3,4\n5\n";
  std::vector<std::string> seen;
  const auto collect = [&](const CsvTable& table, CsvTable::Row&& row) {
    EXPECT_TRUE(table.rows().empty());
    seen.push_back(table.Get(row, "b"));
    return absl::OkStatus();
  };
  EXPECT_THAT(std::string(CsvTable::Scan(path, collect).message()), HasSubstr("scan.csv:4: "));
  EXPECT_THAT(seen, ElementsAre("2", "4"));
  const absl::Status stopped = CsvTable::Scan(
      path, [](const CsvTable& table, CsvTable::Row&& row) { return table.Error(row, "enough"); });
  EXPECT_THAT(std::string(stopped.message()), HasSubstr("scan.csv:2: enough"));
}

}  // namespace
}  // namespace facet
