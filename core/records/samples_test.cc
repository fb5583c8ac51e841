#include "core/records/samples.h"

#include "core/base/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

Sample FullSample() {
  Sample sample;
  sample.key = "A.J._Buckley/00000001.jpg";
  sample.identity = "A.J._Buckley";
  sample.path = "images/A.J._Buckley/00000001.jpg";
  sample.render = 7;
  sample.box = Box{0.1, -2.5, 133.36, 1e-9};
  sample.pose = Pose::kLeft;
  sample.score = 3.59;
  sample.landmarks = {LandmarkScheme::kEyes2, {{1.25, 2.5}, {3, 4}}};
  sample.rank = 3;
  sample.curated = false;
  sample.video = "Buckley/0";
  sample.frame = 12;
  sample.fold = 9;
  return sample;
}

TEST(Samples, KeepEveryField) {
  const Sample sample = FullSample();
  const absl::StatusOr<Sample> read = SampleFromJson(ToJson(sample));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->key, sample.key);
  EXPECT_EQ(read->identity, sample.identity);
  EXPECT_EQ(read->path, sample.path);
  EXPECT_EQ(read->render, 7);
  ASSERT_TRUE(read->box.has_value());
  EXPECT_EQ(read->box->x, 0.1);
  EXPECT_EQ(read->box->height, 1e-9);
  EXPECT_EQ(read->pose, Pose::kLeft);
  EXPECT_EQ(read->score, 3.59);
  ASSERT_EQ(read->landmarks.points.size(), 2u);
  EXPECT_EQ(read->landmarks.points[1].y, 4.0);
  EXPECT_EQ(read->rank, 3);
  EXPECT_FALSE(read->curated);
  EXPECT_EQ(read->video, "Buckley/0");
  EXPECT_EQ(read->frame, 12);
  EXPECT_EQ(read->fold, 9);
}

TEST(Samples, DefaultsAreLeftOutAndComeBack) {
  Sample sample;
  sample.key = "a";
  EXPECT_EQ(Dump(ToJson(sample)), R"({"identity":"","key":"a"})");
  const absl::StatusOr<Sample> read = SampleFromJson(ToJson(sample));
  ASSERT_TRUE(read.ok());
  EXPECT_FALSE(read->box.has_value());
  EXPECT_TRUE(read->curated);
  EXPECT_EQ(read->fold, -1);
}

TEST(Samples, WrongTypesAreErrorsNotExceptions) {
  for (const char* text :
       {"[]", "{}", R"({"key":1,"identity":""})", R"({"key":"a","identity":"","box":[1,2,3]})",
        R"({"key":"a","identity":"","pose":"upside down"})",
        R"({"key":"a","identity":"","score":"high"})",
        R"({"key":"a","identity":"","landmarks":{"scheme":"eyes2","points":[]}})"}) {
    const absl::StatusOr<Sample> read = SampleFromJson(*ParseJson(text, "sample"));
    EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(read.status().message()), HasSubstr("not a sample")) << text;
  }
}

TEST(Protocols, AreReadAsTheyWereWritten) {
  Protocol protocol;
  protocol.kind = Protocol::Kind::kSplit;
  protocol.name = "LFW view 1";
  protocol.num_folds = 2;
  protocol.templates = {{"a", {0, 1}}, {"b", {2}}};
  protocol.pairs = {{0, 1, true, 1}};
  const absl::StatusOr<Protocol> read = ProtocolFromJson(ToJson(protocol));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->kind, Protocol::Kind::kSplit);
  EXPECT_EQ(read->templates[0].samples, (std::vector<int64_t>{0, 1}));
  EXPECT_TRUE(read->pairs[0].genuine);
  EXPECT_EQ(read->pairs[0].fold, 1);
}

}  // namespace
}  // namespace facet
