// Against the equation in loops, an independent program's values, and numeric gradients.
#include <cmath>

#include "plugins/losses/pair_loss_testing.h"

namespace facet {
namespace {

TEST(SupCon, AgreesWithAnIndependentProgram) {
  ExpectGolden(R"({"reduction": "mean_nonzero"})", 0.648706204251, 0.979808048765);
}

TEST(SupCon, AgreesWithAnIndependentProgramByItsOwnMean) {
  ExpectGolden("{}", 0.648706204251, 0.979808048765);  // no element of these points is 0
}

TEST(SupCon, IsThePapersEquation) {
  for (const double t : {0.1, 0.7}) {
    ExpectAgreesWithLoops("{\"temperature\": " + std::to_string(t) + "}", [t](const Loops& batch) {
      std::vector<double> terms;
      for (int64_t i = 0; i < batch.size; ++i) {
        double all = 0, sum = 0;
        for (const int64_t p : batch.Positives(i)) all += std::exp(batch.Cosine(i, p) / t);
        for (const int64_t n : batch.Negatives(i)) all += std::exp(batch.Cosine(i, n) / t);
        for (const int64_t p : batch.Positives(i)) {
          sum -= std::log(std::exp(batch.Cosine(i, p) / t) / all);
        }
        const size_t count = batch.Positives(i).size();
        if (count > 0) terms.push_back(sum / static_cast<double>(count));
      }
      return Mean(terms);
    });
  }
}

TEST(SupCon, GradientsAgreeWithDifferences) {
  ExpectPairGradientsAgree("{}");
  ExpectPairGradientsAgree(R"({"temperature": 0.7, "reduction": "sum"})");
}

TEST(SupCon, HoldsAtTheEdges) {
  ExpectPairLossHolds("{}");
  ExpectPairLossHolds(R"({"temperature": 0.001})");  // e^1000 is no float64 either
}

}  // namespace
}  // namespace facet
