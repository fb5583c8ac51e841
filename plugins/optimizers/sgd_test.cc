// Against the formulas of the papers in loops, and against PyTorch 2.15.0's torch.optim.SGD on the
// weights, gradients and rates of ExpectGolden (optimizer_testing.h).
#include "gtest/gtest.h"
#include "plugins/optimizers/optimizer_testing.h"

namespace facet {
namespace {

constexpr char kPlain[] = R"({"weight_decay": 0.01})";
constexpr char kNesterov[] = R"({"weight_decay": 0.01, "nesterov": true})";

TEST(Sgd, IsTheFormula) {
  ExpectFormula(kPlain,
                ForEachWeight([](double& w, double& v, double&, double g, double rate, int) {
                  v = 0.9 * v + g + 0.01 * w;
                  w -= rate * v;
                }));
}

TEST(Sgd, DecaysOnlyWhatDecays) {
  ExpectFormula(kPlain,
                ForEachWeight([](double& w, double& v, double&, double g, double rate, int) {
                  v = 0.9 * v + g;
                  w -= rate * v;
                }),
                {{54}, /*decays=*/false});
}

// Sutskever et al. 2013, equations 3 and 4: v' = mu v - rate f'(x + mu v), x' = x + v'. The weights
// w are x + mu v, where the gradient is taken. Their v holds the rate, so that stays.
TEST(Sgd, NesterovIsSutskeversFormula) {
  ExpectFormula(kNesterov,
                ForEachWeight([](double& w, double& v, double&, double g, double rate, int) {
                  const double x = w - 0.9 * v;
                  v = 0.9 * v - rate * (g + 0.01 * w);
                  w = x + v + 0.9 * v;
                }),
                {{3, 2, 3, 3}, /*decays=*/true, /*rate_falls=*/false});
}

// SGD(lr, momentum=0.9, weight_decay=0.01)
TEST(Sgd, AgreesWithPyTorch) {
  ExpectGolden(
      kPlain, 0.1,
      {{1, {0.476387552, -0.394202391, -0.920252676, -0.626835519}, {0.208108959, 0.809198710}},
       {10, {-1.198068889, -1.106374337, -0.638439255, -0.266528127}, {-0.189621961, -0.208348698}},
       {100, {0.487540273, -0.789215884, -0.635947807, 0.038292039}, {0.116490845, -0.155861084}}});
}

// SGD(lr, momentum=0.9, weight_decay=0.01, nesterov=True)
TEST(Sgd, NesterovAgreesWithPyTorch) {
  ExpectGolden(
      kNesterov, 0.1,
      {{1, {0.418864300, -0.374452383, -0.857486835, -0.602708238}, {0.140111041, 0.673324308}},
       {10, {-1.059433796, -1.096981261, -0.606020939, -0.028725663}, {0.266243654, 0.257234568}},
       {100, {0.465497939, -0.675587392, 0.047518394, -0.192105931}, {0.257658677, -0.220960609}}});
}

TEST(Sgd, ScalesGradientsBeforeAnythingElse) {
  ExpectScalesGradients(kPlain);
  ExpectScalesGradients(kNesterov);
}

// The names that checkpoints hold.
TEST(Sgd, ItsStateHasTheseNames) {
  EXPECT_EQ((*MakeComponent<Optimizer>())->StateNames(), (std::vector<std::string>{"velocity"}));
}

}  // namespace
}  // namespace facet
