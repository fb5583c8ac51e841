#include "plugins/aligners/pictorial_structure/model.h"

#include <algorithm>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

PictorialModel SmallModel() {
  PictorialModel model;
  model.trees = PaperTrees();
  for (int part = 0; part < kNumParts; ++part) {
    model.parts[static_cast<size_t>(part)] = {
        {10 + part, 20, 12, 8},
        {{{HaarKind::kTopBottom, 1, 2, 3, 4}, 0.1F, 0.7F, -0.3F},
         {{HaarKind::kChessboard, 0, 0, 7, 7}, -0.25F, -1.0F, 1.0F / 3}}};
  }
  return model;
}

TEST(PictorialModel, TheBoxIsFiftyPixelsInTheMiddleOfTheMap) {
  // Half a box's width is 25 px of the 80 px patch, 15 px from its border: the box's edges lie half
  // a pixel outside its pixels' centres.
  const Affine map = MapFromImage({100, 200, 150, 150}).value();
  EXPECT_NEAR(map({100, 200}).x, 14.5, 1e-12);
  EXPECT_NEAR(map({100, 200}).y, 14.5, 1e-12);
  EXPECT_NEAR(map({250, 350}).x, 64.5, 1e-12);
  EXPECT_NEAR(map({175, 275}).x, 39.5, 1e-12);
  EXPECT_FALSE(MapFromImage({0, 0, 0, 0}).ok());
}

TEST(PictorialModel, TheFileKeepsEveryNumber) {
  const PictorialModel model = SmallModel();
  const std::string text = FormatPictorial(model);
  const auto read = ParsePictorial(text, "m");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(FormatPictorial(*read), text);
  EXPECT_EQ(read->parts[3].classifier[1].below, 1.0F / 3);
  EXPECT_EQ(read->trees[2].parts[8].offset.y, 8);
}

TEST(PictorialModel, WrongFilesAreRefused) {
  EXPECT_EQ(ParsePictorial("", "m").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(ParsePictorial("no model", "m").status().message()),
              HasSubstr("m is no model of the aligner pictorial"));
  const std::string text = FormatPictorial(SmallModel());
  const auto code = [&](const std::string& damaged) {
    EXPECT_NE(damaged, text);
    return ParsePictorial(damaged, "m").status().code();
  };
  constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
  EXPECT_EQ(code(text.substr(0, text.size() / 2)), kDataLoss);
  // A parent that leads in a circle, a feature outside the window, a mask outside the patch, a
  // number that is none, no variance.
  EXPECT_EQ(code(absl::StrReplaceAll(text, {{"\n0 9 0 1.", "\n1 9 0 1."}})), kDataLoss);
  EXPECT_EQ(code(absl::StrReplaceAll(text, {{"\n4 0 0 7 7", "\n4 0 2 7 7"}})), kDataLoss);
  EXPECT_EQ(code(absl::StrReplaceAll(text, {{"part 10 20 12", "part 70 20 12"}})), kDataLoss);
  EXPECT_EQ(code(absl::StrReplaceAll(text, {{"-0.25", "nan"}})), kDataLoss);
  EXPECT_EQ(code(absl::StrReplaceAll(text, {{" 0.88", " 0"}})), kDataLoss);
}

TEST(PictorialModel, CostsAreMinusTheWeightedLogOddsInsideTheMask) {
  const PictorialModel model = SmallModel();
  cv::Mat patch(kPictorialPatch.side_px(), kPictorialPatch.side_px(), CV_8UC1);
  for (int y = 0; y < patch.rows; ++y) {
    for (int x = 0; x < patch.cols; ++x) patch.at<uint8_t>(y, x) = static_cast<uint8_t>(x * y);
  }
  const std::vector<CostMap> costs = PartCosts(model, patch, 2.0);
  const IntegralImage image(patch);
  ASSERT_EQ(costs.size(), 9u);
  double largest_inside = 0;
  for (int x = 12; x < 24; ++x) {
    const double expected = -2 * LogOdds(model.parts[2].classifier, image, x, 25);
    EXPECT_EQ(costs[2].At(x, 25), expected);
    largest_inside = std::max(largest_inside, std::abs(expected));
  }
  EXPECT_GT(costs[2].At(11, 25), 9 * largest_inside);
  EXPECT_EQ(costs[2].At(11, 25), costs[2].At(24, 25));
}

}  // namespace
}  // namespace facet
