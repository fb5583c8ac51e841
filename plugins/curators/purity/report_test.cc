// Against plain loops and numbers that can be counted.
#include "plugins/curators/purity/report.h"

#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

std::vector<RankedFace> Faces(const std::vector<float>& scores) {
  std::vector<RankedFace> faces;
  for (const float score : scores) faces.push_back({score});
  return faces;
}

std::string Kept(const PurityCut& cut, std::vector<RankedFace> faces) {
  Cut(cut, &faces);
  std::string kept;
  for (const RankedFace& face : faces) kept += face.kept ? '1' : '0';
  return kept;
}

TEST(Cut, KeepsTheBestOfEqualOnesTheEarlier) {
  const std::vector<RankedFace> faces = Faces({1, 3, 2, 2, -1});
  EXPECT_EQ(Kept({1000, 1.0, 1.0}, faces), "11111");
  EXPECT_EQ(Kept({2, 1.0, 1.0}, faces), "01100");
  EXPECT_EQ(Kept({1000, 0.5, 1.0}, faces), "01110");  // 2.5: 3
  EXPECT_EQ(Kept({1000, 0.4, 1.0}, faces), "01100");
  EXPECT_EQ(Kept({1000, 0.01, 1.0}, faces), "01000");
}

TEST(Cut, ThreeTenthsOfTenAreThree) {
  EXPECT_EQ(Kept({1000, 0.3, 1.0}, Faces({9, 8, 7, 6, 5, 4, 3, 2, 1, 0})), "1110000000");
}

TEST(Cut, AsksWhatStrangersScore) {
  std::vector<RankedFace> faces = Faces({3, 2, 1});
  faces[0].strangers = 0.0F;
  faces[1].strangers = 0.05F;
  faces[2].strangers = 0.06F;
  EXPECT_EQ(Kept({1000, 1.0, 0.0500001}, faces), "110");
  EXPECT_EQ(Kept({1, 1.0, 0.0500001}, faces), "100");
}

TEST(MeasurePrecision, IsThatOfPlainLoops) {
  Random random(4);
  std::vector<RankedFace> faces;
  for (int i = 0; i < 400; ++i) {
    RankedFace face;
    face.right = random.Bernoulli(0.8);
    // Coarse, so that many are equal.
    face.score = static_cast<float>(std::round(4.0 * (random.Normal() + (face.right ? 1.5 : 0.0))));
    faces.push_back(face);
  }
  const PrecisionOverRecall measured = MeasurePrecision(faces);
  double all = 0.0, average = 0.0, before = 0.0, at_90 = -1.0;
  for (const RankedFace& face : faces) all += face.right ? 1.0 : 0.0;
  size_t point = 0;
  for (float cut = 100.0F; cut >= -100.0F; cut -= 1.0F) {  // all scores are whole numbers
    double taken = 0.0, right = 0.0;
    for (const RankedFace& face : faces) {
      taken += face.score >= cut ? 1.0 : 0.0;
      right += face.score >= cut && face.right ? 1.0 : 0.0;
    }
    const bool any = std::any_of(faces.begin(), faces.end(),
                                 [&](const RankedFace& face) { return face.score == cut; });
    if (!any) continue;
    ASSERT_LT(point, measured.recall.size());
    EXPECT_NEAR(measured.recall[point], right / all, 1e-12);
    EXPECT_NEAR(measured.precision[point], right / taken, 1e-12);
    average += right / taken * (right / all - before);
    before = right / all;
    if (at_90 < 0.0 && before >= 0.9) at_90 = right / taken;
    ++point;
  }
  EXPECT_EQ(point, measured.recall.size());
  EXPECT_NEAR(measured.average_precision, average, 1e-12);
  EXPECT_EQ(measured.at_recall(0.9), at_90);
}

TEST(ScoreHistogram, CountsAll) {
  const Histogram histogram = ScoreHistogram("scores", {-9.0F, -3.0F, -0.1F, 0.0F, 2.9F, 3.0F}, 6);
  ASSERT_EQ(histogram.edges.size(), 7u);
  for (int i = 0; i < 7; ++i) EXPECT_NEAR(histogram.edges[static_cast<size_t>(i)], i - 3, 1e-12);
  EXPECT_EQ(histogram.counts, (std::vector<int64_t>{2, 0, 1, 1, 0, 2}));
}

}  // namespace
}  // namespace facet
