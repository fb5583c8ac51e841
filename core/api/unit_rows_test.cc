// Against the quotient where that is a number, and at the edge where it is none.
#include "core/api/unit_rows.h"

#include <ATen/ATen.h>

#include "gtest/gtest.h"

namespace facet {
namespace {

at::Tensor Random(at::IntArrayRef sizes, uint64_t seed) {
  return at::randn(sizes, at::detail::createCPUGenerator(seed), at::kDouble);
}

// The gradient of the sum of f(x) at x.
template <class F>
at::Tensor Gradient(const at::Tensor& at, const F& f) {
  const at::Tensor x = at.clone().set_requires_grad(true);
  f(x).sum().backward();
  return x.grad();
}

TEST(UnitRows, HasTheBitsOfTheQuotient) {
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    for (const double scale : {1.0, 1e-6, 1e9}) {
      const at::Tensor x = (scale * Random({50, 40}, 3)).to(type);
      const at::Tensor weight = Random({50, 40}, 4).to(type);
      const auto quotient = [](const at::Tensor& v) { return v / v.norm(2, {1}, true); };
      EXPECT_TRUE(at::equal(UnitRows(x), quotient(x)));
      EXPECT_TRUE(
          at::equal(Gradient(x, [&](const at::Tensor& v) { return UnitRows(v) * weight; }),
                    Gradient(x, [&](const at::Tensor& v) { return quotient(v) * weight; })));
    }
  }
}

TEST(UnitRows, HasTheGradientOfADirection) {
  const at::Tensor x = Random({4, 3}, 3), weight = Random({4, 3}, 4);
  const at::Tensor gradient =
      Gradient(x, [&](const at::Tensor& v) { return UnitRows(v) * weight; });
  const at::Tensor norm = x.norm(2, 1, true), unit = x / norm;
  // d(x / |x|) = (I - u u^T) / |x|.
  const at::Tensor expected = (weight - unit * (unit * weight).sum(1, true)) / norm;
  EXPECT_TRUE(at::allclose(gradient, expected, 0, 1e-14));
}

TEST(UnitRows, GivesZeroWithoutGradientWhereThereIsNoDirection) {
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    const at::Tensor x = at::tensor({0.0, 0.0, 6e-13, -7e-13, 3.0, 4.0}).view({3, 2}).to(type);
    const at::Tensor expected = at::tensor({0.0, 0.0, 0.0, 0.0, 0.6, 0.8}).view({3, 2}).to(type);
    EXPECT_TRUE(at::allclose(UnitRows(x), expected, 1e-7, 0));
    const at::Tensor gradient = Gradient(x, [](const at::Tensor& v) { return UnitRows(v); });
    EXPECT_EQ(gradient.slice(0, 0, 2).abs().sum().item<double>(), 0.0);
    EXPECT_TRUE(at::isfinite(gradient).all().item<bool>());
  }
  EXPECT_EQ(UnitRows(at::zeros({0, 4})).size(1), 4);
}

}  // namespace
}  // namespace facet
