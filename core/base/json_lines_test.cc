#include "core/base/json_lines.h"

#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

TEST(JsonLines, AreReadAsTheyWereWritten) {
  const std::string path = TestPath("lines.jsonl");
  const std::vector<Json> lines = {{{"b", 1}, {"a", "Ü"}}, Json::array({1, 2}), nullptr};
  ASSERT_TRUE(WriteJsonLines(path, lines).ok());
  EXPECT_EQ(ReadFile(path).value(), "{\"a\":\"Ü\",\"b\":1}\n[1,2]\nnull\n");
  const absl::StatusOr<std::vector<Json>> read = ReadJsonLines(path);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, lines);
  EXPECT_EQ(CountLines(path).value(), 3);
}

TEST(JsonLines, OneByOneWithTheirPlaces) {
  const std::string path = TestPath("lines.jsonl");
  ASSERT_TRUE(WriteFileAtomically(path, "1\n2\n").ok());
  JsonLineReader reader(path);
  EXPECT_EQ(*reader.Next().value(), 1);
  EXPECT_EQ(*reader.Next().value(), 2);
  EXPECT_EQ(reader.place(), path + ":2");
  EXPECT_FALSE(reader.Next().value().has_value());
  EXPECT_FALSE(reader.Next().value().has_value());
}

TEST(JsonLines, EmptyFilesHaveNone) {
  const std::string path = TestPath("empty.jsonl");
  ASSERT_TRUE(WriteJsonLines(path, {}).ok());
  EXPECT_TRUE(ReadJsonLines(path)->empty());
  EXPECT_EQ(CountLines(path).value(), 0);
}

TEST(JsonLines, ErrorsNameFileAndLine) {
  const std::string path = TestPath("broken.jsonl");
  ASSERT_TRUE(WriteFileAtomically(path, "{}\n{\n").ok());
  EXPECT_THAT(std::string(ReadJsonLines(path).status().message()),
              HasSubstr("broken.jsonl:2 is not JSON"));
  ASSERT_TRUE(WriteFileAtomically(path, "{}\n{}").ok());
  const absl::Status status = ReadJsonLines(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("broken.jsonl:2: the file is cut off"));
  const std::string absent = TestPath("absent");
  EXPECT_EQ(ReadJsonLines(absent).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(CountLines(absent).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(JsonLineWriter::Create(TestPath("x") + "/y").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace facet
