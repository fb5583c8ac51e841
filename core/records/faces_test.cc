#include "core/records/faces.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace facet {
namespace {

TEST(FaceRecords, KeepTheOtherFaces) {
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

TEST(FaceRecords, States) {
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

TEST(AlignmentRecords, AreReadAsTheyWereWritten) {
  AlignmentRecord crop;
  crop.sample = 1;
  crop.alignment.crop_from_image.m = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
  crop.alignment.aspect = 0.75;
  crop.alignment.aligned = true;
  crop.alignment.confidence = std::nan("");
  crop.pose = Pose::kRight;
  const absl::StatusOr<AlignmentRecord> read = AlignmentRecordFromJson(ToJson(crop));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->alignment.crop_from_image.m, crop.alignment.crop_from_image.m);
  EXPECT_EQ(read->alignment.aspect, 0.75);
  EXPECT_TRUE(read->alignment.aligned);
  EXPECT_TRUE(std::isnan(read->alignment.confidence));
  EXPECT_EQ(read->pose, Pose::kRight);
}

}  // namespace
}  // namespace facet
