#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "plugins/aligners/aligner_testing.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

TEST(FacemarkLbf, FindsTheLandmarksOfRenderedPeopleItHasNotSeen) {
  const RenderedExamples training(1, 60), test(2, 25);
  const auto aligner =
      MakeComponent<Aligner>(R"({"stages": 4, "candidates": 40, "ridge": 0.2})").value();
  const std::string path = TestFile("lbf");
  EXPECT_FALSE(TrainedBytes(*aligner, training, 1, path).empty());
  ASSERT_TRUE(aligner->LoadModel(path).ok());
  const MeanErrors errors = ErrorsOn(test, training, *aligner);
  RecordProperty("error", std::to_string(errors.aligner));
  EXPECT_LT(errors.aligner, 0.08);
  EXPECT_LT(errors.aligner, 0.9 * errors.mean_shape);
}

// Those of another detector: what was measured between detectors is drawn in training.
TEST(FacemarkLbf, BoxesThatItHasNotLearnedOnServeToo) {
  const OtherBoxErrors errors = ErrorsInOtherBoxes(
      [](const std::string& options) { return MakeComponent<Aligner>(options).value(); },
      R"("stages": 4, "candidates": 40, "ridge": 0.2)", TestFile("facemark_lbf_boxes"));
  RecordProperty("drawn", std::to_string(errors.drawn));
  RecordProperty("as_they_are", std::to_string(errors.as_they_are));
  EXPECT_LT(errors.drawn, 0.8 * errors.as_they_are);
}

TEST(FacemarkLbf, EqualSeedsGiveEqualModelsAndOthersDoNot) {
  const RenderedExamples training(3, 6);
  const auto aligner =
      MakeComponent<Aligner>(R"({"stages": 2, "trees": 2, "candidates": 10, "start_shapes": 2})")
          .value();
  const std::string first = TrainedBytes(*aligner, training, 5, TestFile("lbf_first"));
  EXPECT_TRUE(first == TrainedBytes(*aligner, training, 5, TestFile("lbf_again")));
  EXPECT_FALSE(first == TrainedBytes(*aligner, training, 6, TestFile("lbf_other")));
}

TEST(FacemarkLbf, WrongModelsAreRefusedBeforeTheyAreUsed) {
  const auto aligner = MakeComponent<Aligner>().value();
  const std::string path = TestFile("lbf_wrong");
  for (const char* text : {"", "garbage", "%YAML:1.0\n---\nstages_n: 3\n"}) {
    std::ofstream(path) << text;
    const absl::Status status = aligner->LoadModel(path);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr("is no model of the aligner"));
  }
  EXPECT_EQ(aligner->LoadModel(path + "_missing").code(), absl::StatusCode::kNotFound);
  const LandmarkExample example = RenderedExamples(1, 1).Get(0).value();
  EXPECT_THAT(std::string(aligner->Align(example.image, example.face).status().message()),
              HasSubstr("no model"));
}

TEST(FacemarkLbf, MixedSchemesAreRefused) {
  class Mixed final : public LandmarkExamples {
   public:
    int64_t size() const override { return 2; }
    absl::StatusOr<LandmarkExample> Get(int64_t index) const override {
      LandmarkExample example = faces_.Get(index).value();
      if (index == 1)
        example.landmarks = {LandmarkScheme::kPoints68,
                             std::vector<Point>(68, example.face.box.Centre())};
      return example;
    }

   private:
    const RenderedExamples faces_{1, 2};
  };
  const absl::Status status =
      MakeComponent<Aligner>().value()->Train(Mixed(), {}, TestFile("lbf_mixed"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("examples with 9 and with 68 landmarks"));
}

}  // namespace
}  // namespace facet
