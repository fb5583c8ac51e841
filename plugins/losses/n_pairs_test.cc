// Against the equation in loops, and numeric gradients.
#include <cmath>
#include <map>

#include "plugins/losses/pair_loss_testing.h"

namespace facet {
namespace {

// Equation 5 on the first pair of every class, and the mean squared norm of their embeddings.
double Equation(const Loops& batch, double l2_weight) {
  std::map<int64_t, std::pair<int64_t, int64_t>> pair_of_class;
  for (const auto& pair : batch.positive) {
    pair_of_class.emplace(PairLabels()[static_cast<size_t>(pair.first)], pair);
  }
  std::vector<double> terms, squares;
  for (const auto& [label, pair] : pair_of_class) {
    const auto& [a, p] = pair;
    double sum = 1;
    for (const auto& [other, other_pair] : pair_of_class) {
      if (other != label) sum += std::exp(batch.Dot(a, other_pair.second) - batch.Dot(a, p));
    }
    terms.push_back(std::log(sum));
    squares.insert(squares.end(), {batch.Dot(a, a), batch.Dot(p, p)});
  }
  return Mean(terms) + l2_weight * Mean(squares);
}

TEST(NPairs, IsThePapersEquation) {
  ExpectAgreesWithLoops("{}", [](const Loops& batch) { return Equation(batch, 0.001); });
  ExpectAgreesWithLoops(R"({"l2_weight": 0.0})",
                        [](const Loops& batch) { return Equation(batch, 0); });
}

TEST(NPairs, TakesAllPairs) {
  ExpectAgreesWithLoops(R"({"pairs": "all", "l2_weight": 0.1})", [](const Loops& batch) {
    std::vector<double> terms, squares;
    std::set<int64_t> used;
    for (const auto& [a, p] : batch.positive) {
      double sum = 1;
      for (const int64_t n : batch.Negatives(a)) sum += std::exp(batch.Dot(a, n) - batch.Dot(a, p));
      terms.push_back(std::log(sum));
      used.insert({a, p});
    }
    for (const int64_t i : used) squares.push_back(batch.Dot(i, i));
    return Mean(terms) + 0.1 * Mean(squares);
  });
}

TEST(NPairs, GradientsAgreeWithDifferences) {
  ExpectPairGradientsAgree(R"({"l2_weight": 0.1})");
  ExpectPairGradientsAgree(R"({"pairs": "all"})");
}

TEST(NPairs, HoldsAtTheEdges) {
  ExpectPairLossHolds("{}");
  ExpectPairLossHolds(R"({"pairs": "all"})");
}

}  // namespace
}  // namespace facet
