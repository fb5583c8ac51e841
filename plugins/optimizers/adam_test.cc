// Against the algorithm of the paper in loops, and against PyTorch 2.15.0's torch.optim.Adam on the
// weights, gradients and rates of ExpectGolden (optimizer_testing.h).
#include <cmath>

#include "gtest/gtest.h"
#include "plugins/optimizers/optimizer_testing.h"

namespace facet {
namespace {

constexpr char kOptions[] = R"({"beta1": 0.8, "beta2": 0.95, "weight_decay": 0.01})";

NaiveStep Algorithm1(double decay) {
  return ForEachWeight(
      [decay](double& w, double& m, double& v, double gradient, double rate, int t) {
        const double g = gradient + decay * w;
        m = 0.8 * m + (1 - 0.8) * g;
        v = 0.95 * v + (1 - 0.95) * g * g;
        const double mean = m / (1 - std::pow(0.8, t)), square = v / (1 - std::pow(0.95, t));
        w -= rate * mean / (std::sqrt(square) + 1e-8);
      });
}

TEST(Adam, IsAlgorithm1OfKingmaAndBa) { ExpectFormula(kOptions, Algorithm1(0.01)); }

TEST(Adam, DecaysOnlyWhatDecays) {
  ExpectFormula(kOptions, Algorithm1(0), {{54}, /*decays=*/false});
}

// Adam(lr, betas=(0.8, 0.95), weight_decay=0.01)
TEST(Adam, AgreesWithPyTorch) {
  ExpectGolden(
      kOptions, 0.1,
      {{1, {0.441292377, -0.317136948, -0.890982600, -0.554633711}, {0.184652300, 0.861160369}},
       {10, {-0.400746597, -0.884060902, -0.699011078, -0.591870287}, {-0.209910637, 0.318754306}},
       {100,
        {-0.394412141, 0.178656833, -0.056304436, -0.006319469},
        {0.034777621, -0.039756684}}});
}

TEST(Adam, ScalesGradientsBeforeAnythingElse) { ExpectScalesGradients(kOptions); }

// The names that checkpoints hold.
TEST(Adam, ItsStateHasTheseNames) {
  EXPECT_EQ((*MakeComponent<Optimizer>())->StateNames(),
            (std::vector<std::string>{"moment1", "moment2"}));
}

}  // namespace
}  // namespace facet
