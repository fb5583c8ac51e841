// Against a forward pass in loops.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/api/architecture.h"
#include "plugins/plugin_testing.h"

namespace {

using facet::Architecture;
using facet::MakeComponent;
using facet::NamedTensor;

// The convolution's output at (row, column), after ReLU.
double Convolved(const at::Tensor& image, const at::Tensor& weight, double bias, int64_t row,
                 int64_t column) {
  double sum = bias;
  for (int64_t c = 0; c < 3; ++c) {
    for (int64_t dy = 0; dy < 3; ++dy) {
      for (int64_t dx = 0; dx < 3; ++dx) {
        const int64_t y = 2 * row + dy - 1, x = 2 * column + dx - 1;
        if (y < 0 || x < 0 || y >= image.size(1) || x >= image.size(2)) continue;
        sum += image[c][y][x].item<double>() * weight[c][dy][dx].item<double>();
      }
    }
  }
  return std::max(0.0, sum);
}

TEST(NewArchitecture, IsAConvolutionAMeanAndALinearLayer) {
  const auto net =
      MakeComponent<Architecture>(R"({"input_px": 4, "layers": 1, "channels": 2, "dimension": 3})")
          .value();
  net->Initialize(1);
  std::vector<at::Tensor> p;
  for (const NamedTensor& parameter : net->Parameters()) p.push_back(parameter.tensor.detach());
  p[1].fill_(0.1);  // biases, which begin at 0
  const at::Tensor images = at::randn({2, 3, 4, 4}, at::detail::createCPUGenerator(2));
  const at::Tensor output = net->Forward(images, /*training=*/false).detach();
  ASSERT_EQ(output.sizes(), (at::IntArrayRef{2, 3}));
  for (int64_t n = 0; n < 2; ++n) {
    for (int64_t d = 0; d < 3; ++d) {
      double expected = p[3][d].item<double>();
      for (int64_t channel = 0; channel < 2; ++channel) {
        double sum = 0;
        for (int64_t at = 0; at < 4; ++at) {
          sum += Convolved(images[n], p[0][channel], 0.1, at / 2, at % 2);
        }
        expected += p[2][d][channel].item<double>() * sum / 4;
      }
      // Some dozens of products of float32.
      EXPECT_NEAR(output[n][d].item<double>(), expected, 1e-5);
    }
  }
}

TEST(NewArchitecture, CountsItsParameters) {
  const auto net =
      MakeComponent<Architecture>(R"({"layers": 2, "channels": 4, "dimension": 5})").value();
  int64_t count = 0;
  for (const NamedTensor& parameter : net->Parameters()) count += parameter.tensor.numel();
  EXPECT_EQ(count, (3 * 9 * 4 + 4) + (4 * 9 * 8 + 8) + (8 * 5 + 5));
  EXPECT_EQ(net->Parameters().front().name, "conv1.weight");
  EXPECT_EQ(net->Parameters().back().name, "fc.bias");
}

TEST(NewArchitecture, AnotherSeedGivesOtherWeights) {
  const auto one = MakeComponent<Architecture>().value(),
             other = MakeComponent<Architecture>().value();
  one->Initialize(1);
  other->Initialize(2);
  EXPECT_FALSE(at::equal(one->Parameters()[0].tensor, other->Parameters()[0].tensor));
}

}  // namespace
