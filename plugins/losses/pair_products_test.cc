// Against the same terms of a matrix that autograd makes.
#include <ATen/ATen.h>

#include "gtest/gtest.h"
#include "plugins/losses/pair_matrix.h"

namespace facet {
namespace {

struct ProductOutcome {
  std::vector<at::Tensor> taken;
  at::Tensor gradient, second;
};

// `second`: the gradient of another sum of the same terms.
template <class Take>
ProductOutcome OutcomeOf(const at::Tensor& given, int64_t num_anchors, const Take& take) {
  const at::Tensor x = given.clone().set_requires_grad(true);
  const at::Tensor labels = at::arange(x.size(0), at::kLong).floor_divide(3);
  const PairBatch batch = *PairBatchOf({x, labels, nullptr}, num_anchors, true);
  ProductOutcome outcome = {
      take(batch, {LogSumExpOfEither(batch.positive, batch.negative, 10), EntriesOf(batch.positive),
                   SumOf(batch.negative), CountOf(batch.positive),
                   HingesOf(batch.negative, 1, 0.1, true), LogSumExpOf(batch.positive, -2, 0.5)}),
      {},
      {}};
  const auto& terms = outcome.taken;
  (terms[0].sum() + at::square(terms[1]).sum()).backward({}, /*retain_graph=*/true);
  outcome.gradient = x.grad().clone();
  x.mutable_grad().zero_();
  (at::square(terms[2]).sum() + terms[4].sum() + terms[5].sum()).backward();
  outcome.second = x.grad();
  return outcome;
}

TEST(PairProducts, TermsAndGradientsAreThoseOfAMatrix) {
  const at::Tensor x = at::randn({600, 20}, at::detail::createCPUGenerator(3), at::kDouble);
  for (const int64_t num_anchors : {600, 100, 1}) {
    SCOPED_TRACE(num_anchors);
    const ProductOutcome own = OutcomeOf(x, num_anchors, &TakeTermsOfProducts);
    const ProductOutcome other =
        OutcomeOf(x, num_anchors, [](const PairBatch& batch, const std::vector<PairTerm>& terms) {
          return TakeTermsByOperations(batch.anchors.mm(batch.embeddings.t()), terms);
        });
    for (size_t i = 0; i < own.taken.size(); ++i) {
      EXPECT_TRUE(at::allclose(own.taken[i], other.taken[i], 1e-10, 1e-11)) << i;
    }
    EXPECT_TRUE(at::allclose(own.gradient, other.gradient, 1e-9, 1e-10));
    EXPECT_TRUE(at::allclose(own.second, other.second, 1e-9, 1e-10));
  }
}

TEST(PairProducts, InnerProductsAreEquallyFarBothWays) {
  const at::Tensor x = at::randn({300, 7}).set_requires_grad(true);
  PairBatch batch;
  batch.embeddings = batch.anchors = x;
  const at::Tensor products = InnerProducts(batch), detached = products.detach();
  EXPECT_TRUE(at::equal(detached, detached.t()));
  EXPECT_TRUE(at::allclose(detached, x.detach().mm(x.detach().t()), 1e-5, 1e-5));
  const at::Tensor weights = at::randn({300, 300});
  (products * weights).sum().backward();
  EXPECT_TRUE(at::allclose(x.grad(), (weights + weights.t()).mm(x.detach()), 1e-4, 1e-4));
}

}  // namespace
}  // namespace facet
