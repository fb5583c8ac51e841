// Boxes that are made from known differences, and a small set of faces by hand.
#include "benchmarks/box_agreement.h"

#include <cmath>

#include "benchmarks/framing_tables.h"
#include "gtest/gtest.h"

namespace facet::bench {
namespace {

TEST(BoxAgreement, DistributionsAndMediansByHand) {
  const Distribution d = DistributionOf({1, 2, 6});
  EXPECT_DOUBLE_EQ(d.mean, 3);
  EXPECT_DOUBLE_EQ(d.deviation, std::sqrt((4 + 1 + 9) / 2.0));
  EXPECT_EQ(DistributionOf({7}).deviation, 0);
  EXPECT_EQ(MedianOf({5, 1, 9}), 5);
  EXPECT_EQ(MedianOf({5, 1, 9, 6}), 5.5);
}

TEST(BoxAgreement, DifferencesAreInSidesOfTheFirstBox) {
  const Agreement agreement = AgreementOf({{{0, 0, 10, 10}, {1, 3, 20, 20}}});
  EXPECT_EQ(agreement.num_faces, 1u);
  EXPECT_DOUBLE_EQ(agreement.log_side.mean, std::log(2));
  EXPECT_DOUBLE_EQ(agreement.x.mean, 0.6);
  EXPECT_DOUBLE_EQ(agreement.y.mean, 0.8);
}

// Applied to the boxes that it was derived from, a convention gives the canonical ones.
TEST(BoxAgreement, TheConventionOfBoxesThatAllDifferAlikeBringsThemIntoAgreement) {
  const BoxConvention known = {1.3, 0.04, -0.1, true};
  std::vector<BoxPair> pairs;
  for (int i = 0; i < 5; ++i) {
    const Box own = {10.0 * i, 5.0 * i, 20.0 + i, 30.0 + i};
    pairs.emplace_back(own, ApplyConvention(known, own));
  }
  const BoxConvention derived = DeriveConvention(pairs);
  EXPECT_NEAR(derived.scale, known.scale, 1e-12);
  EXPECT_NEAR(derived.shift_x, known.shift_x, 1e-12);
  EXPECT_NEAR(derived.shift_y, known.shift_y, 1e-12);
  EXPECT_TRUE(derived.square);
}

TEST(BoxAgreement, ABoxOfAnotherFaceIsNone) {
  const Box face = {0, 0, 10, 10};
  EXPECT_EQ(BoxOfFace({{30, 0, 10, 10}, {1, 1, 10, 10}, {4, 4, 10, 10}}, face), 1u);
  EXPECT_FALSE(BoxOfFace({{30, 0, 10, 10}, {0, 0, 4, 4}}, face).has_value());
  EXPECT_FALSE(BoxOfFace({}, face).has_value());
}

// Faces of 30 px between the eyes and 40 to the mouth, so that the root of the squares is 50.
FramedFace FaceAt(double x, double y) {
  FramedFace face;
  face.points = {{x - 15, y}, {x + 15, y}, {x, y + 20}, {x - 10, y + 40}, {x + 10, y + 40}};
  face.own["haar"] = {x - 45, y + 10 - 45, 90, 90};
  face.own["other"] = {x - 30 + 6, y + 10 - 30, 60, 60};
  return face;
}

TEST(Framing, TheRuleIsHaarsAndTheOthersConventionsFollowFromIt) {
  const Framing framing = DeriveFraming({FaceAt(100, 50), FaceAt(200, 300), FaceAt(77, 33)});
  EXPECT_EQ(framing.num_faces, 3u);
  EXPECT_DOUBLE_EQ(framing.rule.side, 90.0 / 50);
  EXPECT_DOUBLE_EQ(framing.rule.below, 10.0 / 40);
  const Box box = CanonicalBoxOf(FaceAt(100, 50).points, framing.rule);
  EXPECT_DOUBLE_EQ(box.Centre().x, 100);
  EXPECT_DOUBLE_EQ(box.Centre().y, 60);
  EXPECT_DOUBLE_EQ(box.width, 90);
  EXPECT_EQ(framing.conventions.at("haar").scale, 1);
  EXPECT_DOUBLE_EQ(framing.conventions.at("other").scale, 1.5);
  EXPECT_DOUBLE_EQ(framing.conventions.at("other").shift_x, -0.1);
  EXPECT_DOUBLE_EQ(framing.conventions.at("other").shift_y, 0);
}

TEST(Framing, ConventionsThatAreNotTheDerivedOnesAreNamed) {
  const std::vector<FramedFace> faces = {FaceAt(100, 50), FaceAt(200, 300)};
  const Framing framing = DeriveFraming(faces);
  EXPECT_TRUE(FramingReport(framing, {{"haar", {}}, {"other", {1.5, -0.1, 0, true}}}, faces)
                  .Differences(0.001)
                  .empty());
  const auto differences =
      FramingReport(framing, {{"haar", {}}, {"other", {1.4, -0.1, 0, true}}}, faces)
          .Differences(0.01);
  ASSERT_EQ(differences.size(), 2u);  // the constant, and the pair's boxes
  EXPECT_NE(differences[0].find("other has box_scale 1.400"), std::string::npos);
  EXPECT_NE(differences[1].find("canonical boxes of haar and other"), std::string::npos);
}

}  // namespace
}  // namespace facet::bench
