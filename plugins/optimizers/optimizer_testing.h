// What the tests of optimisers share: steps of the plugin that the test is linked to beside loops
// in double precision, and beside the numbers of other programs.
#ifndef FACET_PLUGINS_OPTIMIZERS_OPTIMIZER_TESTING_H_
#define FACET_PLUGINS_OPTIMIZERS_OPTIMIZER_TESTING_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/api/optimizer.h"
#include "plugins/plugin_testing.h"

namespace facet {

// A tensor in the naive loops: its weights, and two numbers of state for each.
struct NaiveTensor {
  std::vector<double> w, first, second;
};

// One step, the t-th, of the whole tensor.
using NaiveStep = std::function<void(NaiveTensor& tensor, const std::vector<double>& gradient,
                                     double rate, int t)>;

// Of a rule that knows each weight alone.
using NaiveWeight = std::function<void(double& w, double& first, double& second, double gradient,
                                       double rate, int t)>;
NaiveStep ForEachWeight(const NaiveWeight& step);

double NaiveNorm(const std::vector<double>& values);

struct FormulaCase {
  std::vector<int64_t> shape = {3, 2, 3, 3};
  bool decays = true;
  bool rate_falls = true;  // 0.1, 0.05, 0.0333 ...; else 0.1
};

// Five steps down random gradients, in float32 and in bfloat16: the value is the formula's, and
// `rounded` is the value rounded.
void ExpectFormula(const std::string& options, const NaiveStep& step, const FormulaCase& c = {});

// Weights after so many steps of another program, in double precision: of a matrix [2, 2] that
// decays, then of a vector [2] that does not, which is a group without weight decay there.
//   w_i = cos(i + 1) at first, i = 0 .. 5 through both;
//   gradient in step t = 1, 2 ...: sin(0.1 (i + 1) t) + w_i;
//   rate in step t: rate / (1 + 0.01 t), or the same in all.
struct Golden {
  int steps;
  std::vector<double> matrix, vector;
};
enum class GoldenRate { kFalls, kStays };
void ExpectGolden(const std::string& options, double rate, const std::vector<Golden>& golden,
                  GoldenRate how = GoldenRate::kFalls);

// A power of two as gradient_scale is that power in the gradient, to the bit.
void ExpectScalesGradients(const std::string& options);

}  // namespace facet

#endif  // FACET_PLUGINS_OPTIMIZERS_OPTIMIZER_TESTING_H_
