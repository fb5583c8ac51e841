// Images that a detector or an aligner fails on, among others: left out and counted, or the end.
#include "core/stages/pack/face_stages_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;
using State = FaceRecord::State;

TEST_F(FaceStages, AnExceptionOfADetectorNamesItAndTheImage) {
  AddImage("odd.png", {}, 13);
  FakeContext context = MakeContext("detect", Json::object());
  const std::string message(RunDetect(context).message());
  EXPECT_THAT(message, HasSubstr("odd.png: marks: "));
  EXPECT_THAT(message, HasSubstr("thirteen"));
}

TEST_F(FaceStages, ImagesThatTheDetectorFailsOnAreCountedAndLeftOut) {
  AddImage("a.png", {{30, 20}});
  AddImage("thrown.png", {}, 13);
  AddFile("empty.jpg", "");
  AddImage("refused.png", {}, 14);
  FakeContext context = MakeContext("detect", Json::object());
  ASSERT_TRUE(RunDetect(context).ok());
  EXPECT_EQ(Faces()[1].state, State::kFailed);
  EXPECT_EQ(Faces()[1].reason, "marks: exception: thirteen");
  EXPECT_EQ(Faces()[1].width, 13);
  EXPECT_EQ(context.counts_["images the detector fails on"], 2);
  EXPECT_EQ(context.counts_["unreadable images"], 1);
  ASSERT_EQ(context.notices_.size(), 2u);
  EXPECT_EQ(context.notices_[1],
            "the detector marks fails on 2 of 4 images, which are left out: thrown.png: marks: "
            "exception: thirteen; refused.png: marks: too narrow");
  FakeContext align = MakeContext("align", Json::object());
  ASSERT_TRUE(RunAlign(align).ok());
  EXPECT_EQ(align.counts_["faces"], 1);

  FakeContext refuse = MakeContext("detect", {{"unreadable", "refuse"}}, /*threads=*/1);
  samples_.erase(samples_.begin() + 2);
  ASSERT_TRUE(WriteRecords(folder_ + "/dataset/samples.jsonl", samples_).ok());
  EXPECT_EQ(RunDetect(refuse).message(),
            "thrown.png: marks: exception: thirteen; to leave such images out: faces.unreadable = "
            "\"skip\"");
}

TEST_F(FaceStages, ADetectorThatFailsOnAllImagesFailsTheStage) {
  AddFile("empty.jpg", "");
  AddImage("thrown.png", {}, 13);
  AddImage("refused.png", {}, 14);
  FakeContext context = MakeContext("detect", Json::object());
  EXPECT_EQ(RunDetect(context),
            absl::InvalidArgumentError("the detector marks fails on all 2 images that can be read: "
                                       "thrown.png: marks: exception: thirteen; refused.png: "
                                       "marks: too narrow"));
}

TEST_F(FaceStages, FacesThatTheAlignerFailsOnAreCountedAndLeftOut) {
  AddImage("thrown.png", {{10, 20}}, 23);
  AddImage("a.png", {{30, 20}});
  AddImage("refused.png", {{10, 20}}, 24);
  FakeContext detect = MakeContext("detect", Json::object());
  ASSERT_TRUE(RunDetect(detect).ok());
  FakeContext context = MakeContext("align", Json::object());
  ASSERT_TRUE(RunAlign(context).ok());
  EXPECT_EQ(context.counts_["faces"], 1);
  EXPECT_EQ(context.counts_["faces the aligner fails on"], 2);
  ASSERT_EQ(context.notices_.size(), 1u);
  EXPECT_EQ(context.notices_[0],
            "the aligner marks fails on 2 of 3 faces, which are left out: thrown.png: marks: "
            "exception: twenty-three; refused.png: marks: no eyes");
  FakeContext pack = MakeContext("pack", {{"size_px", 16}});
  ASSERT_TRUE(RunPack(pack).ok());
  const auto crops = ReadRecords(folder_ + "/pack/crops.jsonl", &CropRecordFromJson).value();
  ASSERT_EQ(crops.size(), 1u);
  EXPECT_EQ(crops[0].sample, 1);

  FakeContext refuse = MakeContext("align", {{"unreadable", "refuse"}});
  EXPECT_EQ(RunAlign(refuse).message(),
            "thrown.png: marks: exception: twenty-three; to leave such images out: "
            "faces.unreadable = \"skip\"");
  samples_.erase(samples_.begin() + 1);
  FakeContext again = MakeContext("detect", Json::object());
  ASSERT_TRUE(RunDetect(again).ok());
  FakeContext all = MakeContext("align", Json::object());
  EXPECT_THAT(std::string(RunAlign(all).message()),
              HasSubstr("the aligner marks fails on all 2 faces: thrown.png: "));
}

TEST_F(FaceStages, WhatIsNotAboutTheImageEndsTheStage) {
  AddImage("a.png", {{30, 20}});
  AddImage("large.png", {}, 15);
  FakeContext detect = MakeContext("detect", Json::object());
  EXPECT_EQ(RunDetect(detect), absl::ResourceExhaustedError("large.png: marks: out of memory"));
  samples_.pop_back();
  AddImage("large.png", {{10, 20}}, 25);
  FakeContext again = MakeContext("detect", Json::object());
  ASSERT_TRUE(RunDetect(again).ok());
  FakeContext align = MakeContext("align", Json::object());
  EXPECT_EQ(RunAlign(align), absl::ResourceExhaustedError("large.png: marks: out of memory"));
  samples_.pop_back();
  AddImage("no model.png", {{10, 20}}, 26);
  FakeContext third = MakeContext("detect", Json::object());
  ASSERT_TRUE(RunDetect(third).ok());
  FakeContext unfit = MakeContext("align", Json::object());
  EXPECT_EQ(RunAlign(unfit), absl::FailedPreconditionError("no model.png: no model"));
}

TEST_F(FaceStages, ACropThatIsNoneIsTheAlignersFault) {
  AddImage("a.png", {{20, 20}});
  FakeContext detect = MakeContext("detect", Json::object());
  ASSERT_TRUE(RunDetect(detect).ok());
  FakeContext context = MakeContext("align", Json::object());
  context.uses_["aligner"].make = [] { return std::make_unique<BoxAligner>(true); };
  const absl::Status status = RunAlign(context);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("aligner \"marks\""));
}

}  // namespace
}  // namespace facet
