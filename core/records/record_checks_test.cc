// Every record that stages hand on, with every number in it broken in turn: none of them is
// written.
#include <cmath>
#include <functional>
#include <limits>

#include "core/base/test_folder.h"
#include "core/records/crops.h"
#include "core/records/descriptors.h"
#include "core/records/faces.h"
#include "core/records/npy.h"
#include "core/records/record_lines.h"
#include "core/records/results.h"
#include "core/records/samples.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class Record>
struct Broken {
  std::string says;
  std::function<void(Record&)> breaks;
};

// `good` is written; broken in each way it is not, and the message says what.
template <class Record>
void ExpectRefused(const Record& good, const std::vector<Broken<Record>>& ways) {
  const std::string path = TestPath("records.jsonl");
  const absl::Status written = WriteRecords(path, std::vector<Record>{good});
  EXPECT_TRUE(written.ok()) << written;
  for (const Broken<Record>& way : ways) {
    Record bad = good;
    way.breaks(bad);
    const absl::Status status = WriteRecords(path, std::vector<Record>{good, bad});
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << way.says;
    EXPECT_THAT(std::string(status.message()), HasSubstr(way.says));
  }
}

Face GoodFace() {
  Face face;
  face.box = {1, 2, 3, 4};
  face.landmarks = {LandmarkScheme::kEyes2, {{1, 2}, {3, 4}}};
  return face;
}

TEST(RecordChecks, Faces) {
  FaceRecord good;
  good.face = GoodFace();
  good.others = {GoodFace()};
  ExpectRefused<FaceRecord>(
      good,
      {{"the face: its box (nan, 2, 3 x 4) is not finite", [](auto& r) { r.face.box.x = kNan; }},
       {"its box (1, 2, 3 x inf)", [](auto& r) { r.face.box.height = kInfinity; }},
       {"its box (1, 2, 0 x 4) has no area", [](auto& r) { r.face.box.width = 0; }},
       {"its box (1, 2, 3 x -4) has no area", [](auto& r) { r.face.box.height = -4; }},
       {"its score is nan", [](auto& r) { r.face.score = kNan; }},
       {"its landmark 1 is (inf, 4)", [](auto& r) { r.face.landmarks.points[1].x = kInfinity; }},
       {"it has 1 landmarks, its scheme 2", [](auto& r) { r.face.landmarks.points.pop_back(); }},
       {"face 2 of the image: its score is -inf", [](auto& r) { r.others[0].score = -kInfinity; }},
       {"face 2 of the image: its box", [](auto& r) { r.others[0].box.y = kNan; }}});
  good.state = FaceRecord::State::kDropped;  // there is no face to check
  good.face = {};
  ExpectRefused<FaceRecord>(good, {});
}

TEST(RecordChecks, Alignments) {
  AlignmentRecord good;
  good.alignment.landmarks = {LandmarkScheme::kEyes2, {{1, 2}, {3, 4}}};
  ExpectRefused<AlignmentRecord>(
      good,
      {{"its map from image to crop, nan 0 0 0 1 0, has no area",
        [](auto& r) { r.alignment.crop_from_image.m[0] = kNan; }},
       {"has no area", [](auto& r) { r.alignment.crop_from_image.m[5] = kInfinity; }},
       {"has no area", [](auto& r) { r.alignment.crop_from_image.m[4] = 0; }},
       {"its aspect is nan", [](auto& r) { r.alignment.aspect = kNan; }},
       {"its aspect is 17", [](auto& r) { r.alignment.aspect = 17; }},
       {"its confidence is inf", [](auto& r) { r.alignment.confidence = kInfinity; }},
       {"its landmark 0 is (1, nan)", [](auto& r) { r.alignment.landmarks.points[0].y = kNan; }},
       {"it has 3 landmarks, its scheme 2",
        [](auto& r) { r.alignment.landmarks.points.push_back({}); }}});
}

TEST(RecordChecks, CropsDescriptorsAndScores) {
  CropRecord crop;
  crop.width = crop.height = 3;
  ExpectRefused<CropRecord>(crop,
                            {{"its crop has 0 x 3 px", [](auto& r) { r.width = 0; }},
                             {"its confidence is nan", [](auto& r) { r.confidence = kNan; }}});
  ExpectRefused<DescriptorRecord>({},
                                  {{"its confidence", [](auto& r) { r.confidence = kInfinity; }}});
  ExpectRefused<ScoreRecord>(
      {3, -kInfinity}, {{"its log probability is nan", [](auto& r) { r.log_probability = kNan; }},
                        {"its log probability is 0.5", [](auto& r) { r.log_probability = 0.5; }}});
}

TEST(RecordChecks, SizesAreWholeNumbers) {
  CropRecord crop;
  crop.width = crop.height = 3;
  for (const char* const width : {"1e300", "3.5", "18446744073709551615", "true", "\"3\""}) {
    Json json = ToJson(crop);
    json["width"] = *ParseJson(width, "width");
    EXPECT_THAT(std::string(CropRecordFromJson(json).status().message()),
                testing::HasSubstr(" is no whole number"))
        << width;
  }
}

TEST(RecordChecks, Samples) {
  Sample good;
  good.key = "a";
  good.box = Box{1, 2, 3, 4};
  good.landmarks = {LandmarkScheme::kEyes2, {{1, 2}, {3, 4}}};
  ExpectRefused<Sample>(good,
                        {{"its box", [](auto& s) { s.box->x = kNan; }},
                         {"its score", [](auto& s) { s.score = kInfinity; }},
                         {"its landmark 1", [](auto& s) { s.landmarks.points[1].y = kNan; }}});
}

TEST(RecordChecks, Evaluations) {
  Evaluation good;
  good.metrics = {{"a", 1, -1, "", "%", 3}};
  good.curves = {{"ROC", "x", "y", {0, 1}, {1, 2}}};
  good.replicates = {1, 2};
  EXPECT_TRUE(CheckRecord(good).ok());
  const std::vector<Broken<Evaluation>> ways = {
      {"it has no metric", [](auto& e) { e.metrics.clear(); }},
      {"a metric has no name", [](auto& e) { e.metrics[0].name = ""; }},
      {"its metric \"a\" is nan", [](auto& e) { e.metrics[0].value = kNan; }},
      {"its standard error of \"a\" is inf",
       [](auto& e) { e.metrics[0].standard_error = kInfinity; }},
      {"its curve \"ROC\" has 2 x and 1 y", [](auto& e) { e.curves[0].y.pop_back(); }},
      {"its curve \"ROC\" is -inf", [](auto& e) { e.curves[0].y[1] = -kInfinity; }},
      {"its replicate is nan", [](auto& e) { e.replicates[1] = kNan; }}};
  for (const Broken<Evaluation>& way : ways) {
    Evaluation bad = good;
    way.breaks(bad);
    EXPECT_THAT(std::string(CheckRecord(bad).message()), HasSubstr(way.says));
  }
}

// By row and column, whole or in pieces that end within a row.
TEST(RecordChecks, Matrices) {
  const std::string path = TestPath("a.npy");
  for (const float value : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    FloatArray array = {{3, 4}, std::vector<float>(12, 1.5F)};
    array.values[6] = value;
    EXPECT_THAT(std::string(WriteNpy(path, array).message()), HasSubstr("row 1, column 2 is "));
    const auto writer = NpyWriter::Create(path, array.shape);
    ASSERT_TRUE(writer.ok());
    EXPECT_TRUE((*writer)->Append(array.values.data(), 5).ok());
    EXPECT_THAT(std::string((*writer)->Append(array.values.data() + 5, 7).message()),
                HasSubstr("row 1, column 2 is "));
  }
}

}  // namespace
}  // namespace facet
