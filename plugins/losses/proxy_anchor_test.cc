// Against the formula in plain loops, and the rules of losses with class weights.
#include <cmath>
#include <string>
#include <vector>

#include "plugins/losses/class_loss_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

TEST(ProxyAnchor, IsTheFormula) {
  const auto loss = MakeLoss(R"({"alpha": 8, "delta": 0.2})", 4, 4);
  RandomizeParameters(*loss);
  ClassExample example;  // class 3 has no element
  const Rows x = RowsOf(example.points), p = RowsOf(loss->Parameters()[0].tensor);
  std::vector<double> positive, negative;
  for (size_t c = 0; c < p.size(); ++c) {
    double own = 0, rest = 0;
    for (size_t n = 0; n < x.size(); ++n) {
      const double s = Cosine(x[n], p[c]);
      if (example.labels[n] == static_cast<int64_t>(c)) {
        own += std::exp(-8 * (s - 0.2));
      } else {
        rest += std::exp(8 * (s + 0.2));
      }
    }
    if (c < 3) positive.push_back(std::log(1 + own));
    negative.push_back(std::log(1 + rest));
  }
  ExpectElements(*loss, example, positive, 0);
  ExpectElements(*loss, example, negative, 1);
}

// Worked out by hand: one element on its proxy, the other proxy at 90 degrees:
// log(1 + e^{-32 * 0.9}) + (log 1 + log(1 + e^{32 * 0.1})) / 2.
TEST(ProxyAnchor, HasThePapersDefaults) {
  const auto loss = MakeLoss("{}", 2, 2);
  SetParameter(*loss, "proxies", PointsAt({0, 90}));
  EXPECT_NEAR(Value(*loss, PointsAt({0}), Indices({0})),
              std::log1p(std::exp(-28.8)) + std::log1p(std::exp(3.2)) / 2, 1e-12);
}

TEST(ProxyAnchor, ScoresAreCosines) {
  const auto loss = MakeLoss();
  SetParameter(*loss, "proxies", 3 * FixtureClasses());
  EXPECT_NEAR((*loss->Scores(2 * PointsAt({10})))[0][1].item<double>(), std::cos(40 * M_PI / 180),
              1e-12);
}

TEST(ProxyAnchor, StartsAsTheAuthorsProgram) {
  ExpectStart(MakeLoss("{}", 640, 100)->Parameters()[0].tensor, std::sqrt(2.0 / 100));
  ExpectTurnsWhereNormalVectorsStay(0.01, 5);
}

TEST(ProxyAnchor, IsSound) { ExpectSoundClassLoss(); }

TEST(ProxyAnchor, RefusesAMarginThatNoCosineReaches) {
  EXPECT_THAT(Refusal(R"({"delta": -0.1})"), HasSubstr("delta"));
}

}  // namespace
}  // namespace facet
