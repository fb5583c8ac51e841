#include "core/records/record_lines.h"

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "core/records/samples.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

std::vector<Sample> ThreeSamples() {
  std::vector<Sample> samples(3);
  for (size_t i = 0; i < samples.size(); ++i) samples[i].key = absl::StrCat("person/", i, ".jpg");
  return samples;
}

TEST(RecordLines, RoundTripAndSameBytes) {
  const std::string path = TestPath("samples.jsonl"), again = TestPath("again.jsonl");
  const std::vector<Sample> samples = ThreeSamples();
  ASSERT_TRUE(WriteRecords(path, samples).ok());
  ASSERT_TRUE(WriteRecords(again, samples).ok());
  EXPECT_EQ(ReadFile(path).value(), ReadFile(again).value());
  const absl::StatusOr<std::vector<Sample>> read = ReadRecords<Sample>(path, &SampleFromJson);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->size(), 3u);
}

TEST(RecordLines, ErrorsNameFileAndLine) {
  const std::string path = TestPath("broken.jsonl");
  ASSERT_TRUE(WriteFileAtomically(path, "{\"key\":\"a\",\"identity\":\"\"}\n{\"key\":1}\n").ok());
  const absl::Status status = ReadRecords<Sample>(path, &SampleFromJson).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("broken.jsonl:2: not a sample"));
}

TEST(RecordLines, WhatATakerSaysGetsItsPlace) {
  const std::string path = TestPath("samples.jsonl");
  ASSERT_TRUE(WriteRecords(path, ThreeSamples()).ok());
  const absl::Status status = ForEachRecord(path, &SampleFromJson, [](const Sample& sample) {
    return sample.key == "person/1.jpg" ? absl::NotFoundError("no such image") : absl::OkStatus();
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), path + ":2: no such image");
}

}  // namespace
}  // namespace facet
