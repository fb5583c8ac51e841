#include "core/records/artifacts.h"

#include <cmath>
#include <limits>

#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "core/records/record_lines.h"
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

TEST(Json, SampleKeepsEveryField) {
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

TEST(Json, DefaultsAreLeftOutAndComeBack) {
  Sample sample;
  sample.key = "a";
  EXPECT_EQ(Dump(ToJson(sample)), R"({"identity":"","key":"a"})");
  const absl::StatusOr<Sample> read = SampleFromJson(ToJson(sample));
  ASSERT_TRUE(read.ok());
  EXPECT_FALSE(read->box.has_value());
  EXPECT_TRUE(read->curated);
  EXPECT_EQ(read->fold, -1);
}

TEST(Json, WrongTypesAreErrorsNotExceptions) {
  for (const char* text :
       {"[]", "{}", R"({"key":1,"identity":""})", R"({"key":"a","identity":"","box":[1,2,3]})",
        R"({"key":"a","identity":"","pose":"upside down"})",
        R"({"key":"a","identity":"","score":"high"})",
        R"({"key":"a","identity":"","landmarks":{"scheme":"eyes2","points":[]}})"}) {
    const absl::StatusOr<Sample> read = SampleFromJson(Json::parse(text));
    EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(read.status().message()), HasSubstr("not a sample")) << text;
  }
}

TEST(Json, FaceRecordKeepsTheOtherFaces) {
  FaceRecord record;
  record.num_found = 3;
  record.face.box = {1, 2, 3, 4};
  record.others.resize(2);
  record.others[0].box = {5, 6, 7, 8};
  record.others[0].score = 0.25;
  record.others[0].pose = Pose::kLeft;
  record.others[1].box = {9, 8, 7, 6};
  record.others[1].landmarks = {LandmarkScheme::kEyes2, {{1, 2}, {3, 4}}};
  const absl::StatusOr<FaceRecord> read = FaceRecordFromJson(ToJson(record));
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->others.size(), 2u);
  EXPECT_EQ(read->others[0].box.width, 7);
  EXPECT_EQ(read->others[0].score, 0.25);
  EXPECT_EQ(read->others[0].pose, Pose::kLeft);
  EXPECT_EQ(read->others[1].landmarks.points[1].y, 4);
}

TEST(Json, FaceRecordStates) {
  FaceRecord record;
  record.sample = 4;
  record.state = FaceRecord::State::kUnreadable;
  record.reason = "empty file";
  absl::StatusOr<FaceRecord> read = FaceRecordFromJson(ToJson(record));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->state, FaceRecord::State::kUnreadable);
  EXPECT_EQ(read->reason, "empty file");

  record.state = FaceRecord::State::kFallback;
  record.num_found = 2;
  record.width = 250;
  record.height = 251;
  record.face.box = {1, 2, 3, 4};
  record.face.score = -std::numeric_limits<double>::infinity();
  record.face.pose = Pose::kFrontal;
  read = FaceRecordFromJson(ToJson(record));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->state, FaceRecord::State::kFallback);
  EXPECT_EQ(read->height, 251);
  EXPECT_EQ(read->face.box.width, 3);
  EXPECT_EQ(read->face.score, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(read->face.pose, Pose::kFrontal);
}

TEST(Json, FrameCropAndDescriptorRecords) {
  FrameRecord frame;
  frame.sample = 1;
  frame.alignment.frame_from_image.m = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
  frame.alignment.aspect = 0.75;
  frame.alignment.aligned = true;
  frame.alignment.confidence = std::nan("");
  frame.pose = Pose::kRight;
  const absl::StatusOr<FrameRecord> read = FrameRecordFromJson(ToJson(frame));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->alignment.frame_from_image.m, frame.alignment.frame_from_image.m);
  EXPECT_EQ(read->alignment.aspect, 0.75);
  EXPECT_TRUE(read->alignment.aligned);
  EXPECT_TRUE(std::isnan(read->alignment.confidence));
  EXPECT_EQ(read->pose, Pose::kRight);

  const absl::StatusOr<CropRecord> crop =
      CropRecordFromJson(ToJson(CropRecord{5, "Ünal", 224, 256, true, 0.5, 3}));
  ASSERT_TRUE(crop.ok()) << crop.status();
  EXPECT_EQ(crop->identity, "Ünal");
  EXPECT_EQ(crop->height, 256);
  EXPECT_EQ(crop->fold, 3);

  const absl::StatusOr<DescriptorRecord> row =
      DescriptorRecordFromJson(ToJson(DescriptorRecord{6, "x", 0.25, -1}));
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->sample, 6);
  EXPECT_EQ(row->fold, -1);
}

TEST(Json, ProtocolAndEvaluation) {
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

  Evaluation evaluation;
  evaluation.metrics = {{"accuracy", 98.95, 0.08, "10 folds, ddof 1", "%", 6000}};
  evaluation.curves = {
      {"ROC", "false", "true", {0, std::numeric_limits<double>::infinity()}, {1, 0.5}}};
  evaluation.notices = {"one"};
  evaluation.replicates = {1, 2.5};
  const absl::StatusOr<Evaluation> back = EvaluationFromJson(ToJson(evaluation));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->metrics[0].value, 98.95);
  EXPECT_EQ(back->metrics[0].count, 6000);
  EXPECT_EQ(back->curves[0].x[1], std::numeric_limits<double>::infinity());
  EXPECT_EQ(back->replicates, evaluation.replicates);
}

TEST(Lines, RoundTripAndSameBytes) {
  const std::string path = TestPath("samples.jsonl"), again = TestPath("again.jsonl");
  const std::vector<Sample> samples(3, FullSample());
  ASSERT_TRUE(WriteRecords(path, samples).ok());
  ASSERT_TRUE(WriteRecords(again, samples).ok());
  EXPECT_EQ(ReadFile(path).value(), ReadFile(again).value());
  const absl::StatusOr<std::vector<Sample>> read = ReadRecords<Sample>(path, &SampleFromJson);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->size(), 3u);
}

TEST(Lines, ErrorsNameFileAndLine) {
  const std::string path = TestPath("broken.jsonl");
  ASSERT_TRUE(WriteFileAtomically(path, "{\"key\":\"a\",\"identity\":\"\"}\n{\"key\":1}\n").ok());
  const absl::Status status = ReadRecords<Sample>(path, &SampleFromJson).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("broken.jsonl:2: not a sample"));
}

}  // namespace
}  // namespace facet
