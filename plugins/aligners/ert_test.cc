#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "plugins/aligners/aligner_testing.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

TEST(Ert, FindsTheLandmarksOfRenderedPeopleItHasNotSeen) {
  const RenderedExamples training(1, 60), test(2, 25);
  const auto aligner =
      MakeComponent<Aligner>(R"({"cascades": 5, "trees": 30, "oversampling": 5})").value();
  const std::string path = TestFile("ert");
  EXPECT_FALSE(TrainedBytes(*aligner, training, 1, path).empty());
  ASSERT_TRUE(aligner->LoadModel(path).ok());
  const MeanErrors errors = ErrorsOn(test, training, *aligner);
  RecordProperty("error", std::to_string(errors.aligner));
  EXPECT_LT(errors.aligner, 0.08);
  EXPECT_LT(errors.aligner, 0.9 * errors.mean_shape);
}

// Those of another detector: what was measured between detectors is drawn in training.
TEST(Ert, BoxesThatItHasNotLearnedOnServeToo) {
  const OtherBoxErrors errors = ErrorsInOtherBoxes(
      [](const std::string& options) { return MakeComponent<Aligner>(options).value(); },
      R"("cascades": 5, "trees": 30, "oversampling": 5)", TestFile("ert_boxes"));
  RecordProperty("drawn", std::to_string(errors.drawn));
  RecordProperty("as_they_are", std::to_string(errors.as_they_are));
  EXPECT_LT(errors.drawn, 0.8 * errors.as_they_are);
}

TEST(Ert, EqualSeedsGiveEqualModelsAndOthersDoNot) {
  const RenderedExamples training(3, 8);
  const auto aligner =
      MakeComponent<Aligner>(R"({"cascades": 2, "trees": 4, "oversampling": 2})").value();
  const std::string first = TrainedBytes(*aligner, training, 5, TestFile("ert_first"));
  EXPECT_EQ(first, TrainedBytes(*aligner, training, 5, TestFile("ert_again")));
  EXPECT_NE(first, TrainedBytes(*aligner, training, 6, TestFile("ert_other")));
}

TEST(Ert, WrongModelsAreRefused) {
  const auto aligner = MakeComponent<Aligner>().value();
  const auto error = [&](const std::string& content) {
    const std::string path = TestFile("ert_wrong");
    std::ofstream(path, std::ios::binary) << content;
    const absl::Status status = aligner->LoadModel(path);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    return std::string(status.message());
  };
  EXPECT_THAT(error(""), HasSubstr("is no model of the aligner ert"));
  EXPECT_THAT(error("some text that is no model"), HasSubstr("is no model of the aligner ert"));
  EXPECT_THAT(error("facet ert 1 points12\n"), HasSubstr("no landmark scheme \"points12\""));
  // Large sizes read from noise.
  EXPECT_THAT(error("facet ert 1 points9\n\x01\x01\x08\xff\xff\xff\xff\xff\xff\xff\x7f"),
              HasSubstr("is no model of the aligner ert"));
  // Nine points behind the name of sixty-eight.
  const std::string path = TestFile("ert_nine");
  const auto small =
      MakeComponent<Aligner>(R"({"cascades": 1, "trees": 2, "oversampling": 2})").value();
  std::string bytes = TrainedBytes(*small, RenderedExamples(4, 4), 1, path);
  const size_t name = bytes.find("points9");
  ASSERT_NE(name, std::string::npos);
  EXPECT_THAT(error(bytes.replace(name, 7, "points68")), HasSubstr("it has 9 points, expected 68"));
  EXPECT_THAT(std::string(aligner->Align(Image(50, 50), Face()).status().message()),
              HasSubstr("no model"));
}

}  // namespace
}  // namespace facet
