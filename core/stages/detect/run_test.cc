#include <cmath>
#include <filesystem>
#include <fstream>

#include "core/api/detector.h"
#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "core/image/image_io.h"
#include "core/pipeline/context_testing.h"
#include "core/records/faces.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "core/stages/detect/detect.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OneFace final : public Detector {
 public:
  absl::StatusOr<std::vector<Face>> Detect(const Image&, const Sample&) override {
    return std::vector<Face>{face_};
  }
  OneFace() {
    face_.box = {4, 4, 8, 8};
    face_.score = 1;
  }

  Face face_;
};

class RunDetectTest : public testing::Test {
 protected:
  RunDetectTest()
      : folder_(TestFolder()),
        context_(folder_,
                 {{"detector",
                   {"", "detector", "one_face", Json::object(),
                    [] { return std::make_unique<OneFace>(); }}}},
                 {{"unreadable", "skip"}}) {
    context_.inputs_["samples"] = folder_;
    context_.root_ = folder_ + "/images";
    std::filesystem::create_directories(context_.root_);
    EXPECT_TRUE(WriteFileAtomically(context_.root_ + "/good.png", *EncodePng(Image(16, 16))).ok());
    std::ofstream(context_.root_ + "/text.jpg") << "no image";
  }
  absl::Status Detect(const std::vector<std::string>& paths) {
    std::vector<Sample> samples;
    for (const std::string& path : paths) {
      Sample sample;
      sample.key = sample.path = path;
      samples.push_back(sample);
    }
    EXPECT_TRUE(WriteRecords(folder_ + "/samples.jsonl", samples).ok());
    return RunDetect(context_);
  }

  const std::string folder_;
  FakeContext context_;
};

TEST_F(RunDetectTest, AFileThatIsNoImageIsUnreadable) {
  const absl::Status status = Detect({"good.png", "text.jpg", "gone.jpg"});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(context_.counts_.at("faces found"), 1);
  EXPECT_EQ(context_.counts_.at("unreadable images"), 2);
}

// In notices, with their number; what is worse is unreadable.
TEST_F(RunDetectTest, WhatIsOddAboutAnImageThatIsTakenIsANotice) {
  const std::string jpeg = *EncodeJpeg(Image(16, 16), 90);
  for (const char* name : {"a.jpg", "b.jpg"}) {
    EXPECT_TRUE(
        WriteFileAtomically(context_.root_ + "/" + name, jpeg.substr(0, jpeg.size() - 2)).ok());
  }
  std::ofstream(context_.root_ + "/gif.jpg") << "GIF89a";
  ASSERT_TRUE(Detect({"good.png", "b.jpg", "a.jpg", "gif.jpg"}).ok());
  EXPECT_EQ(context_.counts_.at("faces found"), 3);
  EXPECT_THAT(
      context_.notices_,
      ElementsAre(
          "1 of 4 images cannot be read and are left out: gif.jpg: a GIF, which facet cannot "
          "decode; convert it to PNG",
          "2 of 4 images: a JPEG whose end marker is missing, its pixels are whole (first: "
          "a.jpg)"));
}

// The start of a process's memory cannot be read, with the error that a failing disk gives.
TEST_F(RunDetectTest, AFaultOfTheMachineFailsTheStage) {
  std::filesystem::create_symlink("/proc/self/mem", context_.root_ + "/fault.jpg");
  const absl::Status status = Detect({"good.png", "fault.jpg"});
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("fault.jpg"));
}

TEST_F(RunDetectTest, AFaceThatIsNotFiniteIsNotStoredAndNamesDetectorAndImage) {
  std::vector<Face> broken(4);
  for (Face& face : broken) face.box = {4, 4, 8, 8};
  broken[0].box.width = broken[1].score = std::nan("");
  broken[2].box.width = broken[2].box.height = 0;
  broken[3].landmarks.scheme = LandmarkScheme::kEyes2;
  for (const Face& face : broken) {
    context_.uses_["detector"].make = [face] {
      auto detector = std::make_unique<OneFace>();
      detector->face_ = face;
      return detector;
    };
    const absl::Status status = Detect({"good.png"});
    EXPECT_TRUE(absl::IsInternal(status)) << status;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("detector \"one_face\" on good.png: the face: it"));
  }
}

}  // namespace
}  // namespace facet
