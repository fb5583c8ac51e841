#include "plugins/lists/text_lines.h"

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/lists/lists_testing.h"

namespace facet {
namespace {

using ::testing::ElementsAre;

TEST(ReadFields, TabsBlanksCrLfMarkAndMissingLastEnd) {
  const std::string path = WriteTestFile("fields.txt",
                                         "\xef\xbb\xbf"
                                         "10\t300\r\n\r\n A \t 1  4\r\nB 2 3");
  const auto lines = ReadFields(path);
  ASSERT_TRUE(lines.ok()) << lines.status();
  ASSERT_EQ(lines->size(), 3u);
  EXPECT_THAT((*lines)[0].fields, ElementsAre("10", "300"));
  EXPECT_EQ((*lines)[1].number, 3);
  EXPECT_THAT((*lines)[1].fields, ElementsAre("A", "1", "4"));
  EXPECT_THAT((*lines)[2].fields, ElementsAre("B", "2", "3"));
  EXPECT_EQ(ReadFields(path + ".absent").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadFields(testing::TempDir()).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(ReadNames, KeepsInnerBlanksAndDropsComments) {
  const auto names = ReadNames(WriteTestFile("names.txt",
                                             "# those\nAnna Maria/1.jpg\r\n\n  b\n##\n#\tx\n"
                                             "#hash/1.jpg\n##two\n #3 \n"));
  ASSERT_TRUE(names.ok());
  EXPECT_THAT(*names, ElementsAre("Anna Maria/1.jpg", "b", "#hash/1.jpg", "##two", "#3"));
}

}  // namespace
}  // namespace facet
