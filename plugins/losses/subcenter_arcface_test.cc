// Against numbers of an independent program (loss_testing.h), the formula in plain loops, and the
// rules of losses with class weights.
#include <cmath>
#include <string>
#include <vector>

#include "plugins/losses/class_loss_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

TEST(SubcenterArcFace, WithOneCentreIsArcFace) {
  ExpectGolden({R"({"sub_centers": 1})", 4.356852432434, 20.015630203524});
}

TEST(SubcenterArcFace, ComparesWithTheNearestCentreOfEachClass) {
  const auto loss = MakeLoss(R"({"sub_centers": 2, "margin_rad": 0.4, "scale": 30})", 4, 3);
  RandomizeParameters(*loss);
  const at::Tensor weight = loss->Parameters()[0].tensor.data();
  ASSERT_EQ(weight.size(0), 6);
  ClassExample example;
  // Its nearest centre of class 2 is past pi - m: both lie on the other side.
  weight[5].copy_(weight[4] * 0.5);
  example.points[6] = -weight[4];
  const Rows x = RowsOf(example.points), w = RowsOf(weight);
  int past_pi = 0, second = 0;
  const std::vector<double> expected =
      NaiveLogLosses(example, 3, [&](size_t n, size_t c, bool own) {
        bool past = false;
        const double first_cosine = Cosine(x[n], w[2 * c]);
        const double cosine = std::max(first_cosine, Cosine(x[n], w[2 * c + 1]));
        const double score = 30 * (own ? NaiveArcFaceMargin(cosine, 0.4, &past) : cosine);
        second += cosine > first_cosine + 1e-9;
        past_pi += past;
        return score;
      });
  ASSERT_EQ(past_pi, 1);
  ASSERT_GT(second, 4);
  ExpectElements(*loss, example, expected);
}

TEST(SubcenterArcFace, TurnsTheNearestCentreAlone) {
  const auto loss = MakeLoss(R"({"sub_centers": 2})", 2, 2);
  SetParameter(*loss, "weight", PointsAt({10, 200, 100, 300}));
  Evaluate(*loss, {PointsAt({0}), Indices({0}), nullptr}).backward();
  const at::Tensor moved = loss->Parameters()[0].tensor.grad().norm(2, {1});
  EXPECT_GT(moved[0].item<double>(), 0);
  EXPECT_EQ(moved[1].item<double>(), 0);
  EXPECT_EQ(moved[2].item<double>(), 0);  // 100 degrees away, 300 is 60
  EXPECT_GT(moved[3].item<double>(), 0);
}

TEST(SubcenterArcFace, StartsAsInsightFace) {
  const at::Tensor weight = MakeLoss("{}", 640, 100)->Parameters()[0].tensor;
  EXPECT_EQ(weight.size(0), 300);
  ExpectStart(weight, 0.01);
  ExpectTurnsWhereNormalVectorsStay(0.1, 20);
}

TEST(SubcenterArcFace, IsSound) { ExpectSoundClassLoss(); }

TEST(SubcenterArcFace, RefusesNoCentre) {
  EXPECT_THAT(Refusal(R"({"sub_centers": 0})"), HasSubstr("sub_centers"));
}

}  // namespace
}  // namespace facet
