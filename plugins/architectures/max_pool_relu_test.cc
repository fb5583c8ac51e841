// Against at::max_pool2d and at::relu, which other layouts fall back to, and against loops.
#include "plugins/architectures/max_pool_relu.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace facet {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Few different values, so that windows have ties; and what is not a number.
at::Tensor OddValues(at::IntArrayRef shape, at::ScalarType type) {
  const at::Tensor kinds = at::tensor(
      {-2.0f, -1.0f, -0.0f, 0.0f, 1.0f, 1.0f, 2.0f, 3.0f, kNan, kInfinity, -kInfinity, 1e-42f});
  const at::Tensor which =
      at::randint(kinds.numel(), shape, at::detail::createCPUGenerator(5), at::kLong);
  const at::Tensor values = kinds.index_select(0, which.flatten()).view(shape).to(type);
  return values.contiguous(at::MemoryFormat::ChannelsLast);
}

// Whole vectors of channels, a part of one, both; one window.
const std::vector<std::vector<int64_t>> kShapes = {
    {3, 32, 6, 8}, {2, 6, 4, 2}, {1, 37, 8, 10}, {1, 1, 2, 2}};

at::Tensor Reference(const at::Tensor& x) { return at::max_pool2d(x, 2, 2).relu_(); }

// NaN equals NaN; the sign of a zero counts.
void ExpectSameBits(const at::Tensor& got, const at::Tensor& expected) {
  ASSERT_EQ(got.sizes(), expected.sizes());
  ASSERT_EQ(got.scalar_type(), expected.scalar_type());
  const at::Tensor a = got.to(at::kFloat), b = expected.to(at::kFloat);
  EXPECT_TRUE(at::equal(a.isnan(), b.isnan()));
  EXPECT_TRUE(at::equal(a.nan_to_num(7.0), b.nan_to_num(7.0)));
  EXPECT_TRUE(at::equal(a.nan_to_num(7.0).signbit(), b.nan_to_num(7.0).signbit()));
}

template <class Forward>
std::pair<at::Tensor, at::Tensor> Both(const at::Tensor& x, const Forward& forward) {
  const at::Tensor leaf = x.clone().set_requires_grad(true);
  const at::Tensor y = forward(leaf);
  at::Tensor weights = at::randn(y.sizes(), at::detail::createCPUGenerator(6)).to(y.scalar_type());
  weights.view({-1})[0].fill_(-0.0);
  y.backward(weights);
  return {y.detach(), leaf.grad()};
}

TEST(MaxPoolRelu, HasTheBitsOfTheTwoCalls) {
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    for (const std::vector<int64_t>& shape : kShapes) {
      const at::Tensor x = OddValues(shape, type);
      const auto [own, own_gradient] = Both(x, MaxPoolRelu);
      const auto [expected, expected_gradient] = Both(x, Reference);
      ExpectSameBits(own, expected);
      ExpectSameBits(own_gradient, expected_gradient);
      EXPECT_TRUE(own.is_contiguous(at::MemoryFormat::ChannelsLast));
      const at::NoGradGuard no_gradient;
      ExpectSameBits(MaxPoolRelu(x), expected);
    }
  }
}

TEST(MaxPoolRelu, FirstOfEqualValuesAndNanTakeTheGradient) {
  // A window per channel: tie, NaN, all negative, zero.
  at::Tensor x = at::tensor({2.0f, 2.0f, 1.0f, 2.0f, 1.0f, kNan, 3.0f, 0.0f, -1.0f, -2.0f, -3.0f,
                             -4.0f, 0.0f, -1.0f, 0.0f, -1.0f})
                     .view({1, 4, 2, 2})
                     .contiguous(at::MemoryFormat::ChannelsLast)
                     .set_requires_grad(true);
  const at::Tensor y = MaxPoolRelu(x);
  EXPECT_EQ(y[0][0].item<float>(), 2.0f);
  EXPECT_TRUE(std::isnan(y[0][1].item<float>()));
  EXPECT_EQ(y[0][2].item<float>(), 0.0f);
  EXPECT_EQ(y[0][3].item<float>(), 0.0f);
  y.backward(at::full_like(y, 5.0));
  const at::Tensor expected = at::tensor({5.0f, 0.0f, 0.0f, 0.0f, 0.0f, 5.0f, 0.0f, 0.0f, 0.0f,
                                          0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f});
  EXPECT_TRUE(at::equal(x.grad().contiguous().view({-1}), expected)) << x.grad();
}

TEST(MaxPoolRelu, TakesWhatHasNoKernel) {
  const at::Tensor base = at::randn({2, 3, 5, 8}, at::detail::createCPUGenerator(7));
  const at::Tensor even = base.narrow(2, 0, 4);
  for (const at::Tensor& x : {base.contiguous(at::MemoryFormat::ChannelsLast),  // an odd side
                              even, even.contiguous(), even.to(at::kDouble)}) {
    const auto [own, own_gradient] = Both(x, MaxPoolRelu);
    const auto [expected, expected_gradient] = Both(x, Reference);
    EXPECT_TRUE(at::equal(own, expected));
    EXPECT_TRUE(at::equal(own_gradient, expected_gradient));
  }
}

// What comes after may hand its gradient on in another layout.
TEST(MaxPoolRelu, TakesGradientsOfAnyLayout) {
  const at::Tensor x = OddValues({2, 5, 4, 4}, at::kFloat);
  const auto flattened = [](const auto& pool) {
    return [&pool](const at::Tensor& image) { return at::flatten(pool(image), 1); };
  };
  ExpectSameBits(Both(x, flattened(MaxPoolRelu)).second, Both(x, flattened(Reference)).second);
}

}  // namespace
}  // namespace facet
