// A small data set, and a detector and an aligner whose answers are known: what tests of the stages
// detect, align and pack share.
#ifndef FACET_CORE_STAGES_PACK_FACE_STAGES_TESTING_H_
#define FACET_CORE_STAGES_PACK_FACE_STAGES_TESTING_H_

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/image/image_io.h"
#include "core/pipeline/context_testing.h"
#include "core/records/blob_file.h"
#include "core/records/crops.h"
#include "core/records/faces.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "core/stages/align/align.h"
#include "core/stages/detect/detect.h"
#include "core/stages/fit/fit.h"
#include "core/stages/pack/pack.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {

// A face is a white square on grey: the detector returns one 10 px square per white pixel that has
// a black pixel to its left. Throws on an image of 13 px width; says no to one of 14, has no memory
// for one of 15.
class MarkDetector final : public Detector {
 public:
  absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample&) override {
    if (image.width == 13) throw std::runtime_error("thirteen");
    if (image.width == 14) return absl::InvalidArgumentError("marks: too narrow");
    if (image.width == 15) throw std::bad_alloc();
    std::vector<Face> faces;
    for (int y = 0; y < image.height; ++y) {
      for (int x = 1; x < image.width; ++x) {
        if (image.Pixel(x, y)[0] != 255 || image.Pixel(x - 1, y)[0] != 0) continue;
        Face face;
        face.box = {x - 5.0, y - 5.0, 10, 10};
        face.score = image.height - y;  // the upper the better
        faces.push_back(face);
      }
    }
    return faces;
  }
  BoxConvention convention() const override { return {2.0, 0, 0, true}; }
};

class BoxAligner final : public Aligner {
 public:
  explicit BoxAligner(bool broken) : broken_(broken) {}
  // As MarkDetector, on images of 23, 24 and 25 px; it has no model for one of 26.
  absl::StatusOr<Alignment> Align(const Image& image, const Face& face) override {
    if (image.width == 23) throw std::runtime_error("twenty-three");
    if (image.width == 24) return absl::OutOfRangeError("marks: no eyes");
    if (image.width == 25) throw std::bad_alloc();
    if (image.width == 26) return absl::FailedPreconditionError("no model");
    Alignment alignment = CropOfBox(face.box, 1.0);
    alignment.aligned = face.score > 0;
    if (broken_) alignment.crop_from_image.m[0] = NAN;
    return alignment;
  }

 private:
  bool broken_;
};

class FaceStages : public testing::Test {
 protected:
  void SetUp() override {
    const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = absl::StrCat(testing::TempDir(), "/face_stages.", test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ + "/images");
    std::filesystem::create_directories(folder_ + "/dataset");
  }

  // A grey PNG with marks at these places.
  void AddImage(const std::string& name, const std::vector<Point>& marks, int width = 60) {
    Image image(width, 40);
    std::fill(image.bgr.begin(), image.bgr.end(), 128);
    for (const Point& mark : marks) {
      const int x = static_cast<int>(mark.x), y = static_cast<int>(mark.y);
      std::fill_n(image.Pixel(x, y), 3, 255);
      std::fill_n(image.Pixel(x - 1, y), 3, 0);
    }
    AddFile(name, EncodePng(image).value());
  }
  void AddFile(const std::string& name, const std::string& content) {
    std::ofstream(folder_ + "/images/" + name, std::ios::binary) << content;
    AddSample(name);
  }
  void AddSample(const std::string& name) {
    Sample sample;
    sample.key = sample.path = name;
    sample.identity = absl::StrCat("person ", samples_.size() / 2);
    sample.fold = static_cast<int64_t>(samples_.size() % 3);
    samples_.push_back(sample);
  }

  FakeContext MakeContext(const std::string& stage, const Json& settings, int threads = 2) {
    EXPECT_TRUE(WriteRecords(folder_ + "/dataset/samples.jsonl", samples_).ok());
    FakeContext context(folder_ + "/" + stage,
                        {{"detector",
                          {"", "detector", "marks", Json::object(),
                           [] { return std::make_unique<MarkDetector>(); }}},
                         {"aligner",
                          {"", "aligner", "marks", Json::object(),
                           [] { return std::make_unique<BoxAligner>(false); }}}},
                        settings);
    context.root_ = folder_ + "/images";
    context.output_ = folder_ + "/" + stage;
    context.threads_ = threads;
    context.inputs_["samples"] = folder_ + "/dataset";
    context.inputs_["faces"] = folder_ + "/detect";
    context.inputs_["alignments"] = folder_ + "/align";
    return context;
  }
  std::vector<FaceRecord> Faces(const std::string& stage = "detect") {
    return ReadRecords(folder_ + "/" + stage + "/faces.jsonl", &FaceRecordFromJson).value();
  }

  std::string folder_;
  std::vector<Sample> samples_;
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_PACK_FACE_STAGES_TESTING_H_
