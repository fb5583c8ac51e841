// Parameter counts are derived here from table 1 of Chen et al. 2018; maps and channels are checked
// against it through the tensors' shapes, the forward pass through their names.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/api/architecture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/architectures/architecture_testing.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<Architecture> Make(const std::string& options) {
  auto made = MakeComponent<Architecture>(options);
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

constexpr char kSmall[] = R"({"input_px": 32, "width": 0.25, "dimension": 24})";

TEST(MobileFaceNet, HasThePublishedParameters) {
  const auto net = Make("{}");
  EXPECT_EQ(net->dimension(), 128);
  int64_t convolutions = 0, normalised = 0, slopes = 0;
  for (const NamedTensor& named : net->Parameters()) {
    if (named.tensor.dim() == 4) convolutions += named.tensor.numel();
    if (absl::EndsWith(named.name, ".bn.bias")) normalised += named.tensor.numel();
    if (absl::EndsWith(named.name, ".prelu.weight")) slopes += named.tensor.numel();
  }
  // Table 1 row by row: conv, depthwise conv, blocks (expansion + depthwise + projection), conv,
  // global depthwise conv, 128-D.
  const auto block = [](int64_t in, int64_t t, int64_t out) {
    return in * t * in + t * in * 9 + t * in * out;
  };
  EXPECT_EQ(convolutions, 3 * 64 * 9 + 64 * 9 + 5 * block(64, 2, 64) + block(64, 4, 128) +
                              6 * block(128, 2, 128) + block(128, 4, 128) + 2 * block(128, 2, 128) +
                              128 * 512 + 512 * 49 + 512 * 128);
  EXPECT_EQ(convolutions, 976'000);
  EXPECT_EQ(NumParameters(*net), convolutions + 2 * normalised + slopes);
  EXPECT_EQ(NumParameters(*net), 1'003'136);
  // The paper says 0.99 M: 993,344 where scales of the normalisation are folded into convolutions
  // (OpenVINO's page on the MXNet model: 0.993).
  EXPECT_NEAR(static_cast<double>(convolutions + normalised + slopes) * 1e-6, 0.993, 5e-4);
  // 1,200,512 is what PyTorch summaries of the 512-D model print.
  EXPECT_EQ(NumParameters(*Make(R"({"dimension": 512})")), 1'200'512);
}

TEST(MobileFaceNet, ForwardIsTableOne) {
  const auto net = Make(kSmall);
  net->Initialize(3);
  const at::NoGradGuard no_grad;
  at::manual_seed(2);
  for (const NamedTensor& named : net->Parameters()) {
    if (named.tensor.dim() == 1) named.tensor.detach().add_(0.1 * at::randn(named.tensor.sizes()));
  }
  for (const NamedTensor& named : net->Buffers()) {
    at::Tensor(named.tensor).add_(0.1 * at::rand(named.tensor.sizes()));
  }
  std::map<std::string, at::Tensor> w;
  for (const auto& [name, tensor] : TensorsByName(*net)) w[name] = tensor.detach().to(at::kDouble);
  const auto along = [](const at::Tensor& v) { return v.reshape({1, -1, 1, 1}); };
  const auto unit = [&](const std::string& name, at::Tensor x, int64_t stride, int64_t padding) {
    const at::Tensor& weight = w.at(name + ".conv.weight");
    const int64_t groups = weight.size(1) == 1 ? weight.size(0) : 1;
    x = at::conv2d(x, weight, {}, stride, padding, 1, groups);
    x = (x - along(w.at(name + ".bn.running_mean"))) /
        along((w.at(name + ".bn.running_var") + 1e-5).sqrt());
    x = x * along(w.at(name + ".bn.weight")) + along(w.at(name + ".bn.bias"));
    if (w.count(name + ".prelu.weight") == 0) return x;
    return x.clamp_min(0) + along(w.at(name + ".prelu.weight")) * x.clamp_max(0);
  };
  const at::Tensor images = RandomImages(2, 32, 5);
  at::Tensor x = unit("conv1", images.to(at::kDouble), 2, 1);
  x = unit("conv2", x, 1, 1);
  const int counts[] = {5, 1, 6, 1, 2};
  const int64_t strides[] = {2, 2, 1, 2, 1};
  for (int row = 0; row < 5; ++row) {
    for (int i = 0; i < counts[row]; ++i) {
      const std::string name = absl::StrCat("block", row + 1, "_", i + 1);
      const int64_t stride = i == 0 ? strides[row] : 1;
      at::Tensor y = unit(name + ".expand", x, 1, 0);
      y = unit(name + ".project", unit(name + ".depthwise", y, stride, 1), 1, 0);
      x = y.sizes() == x.sizes() ? y + x : y;
    }
  }
  EXPECT_EQ(x.size(2), 2);  // 1/16 of the input
  x = unit("feature", unit("global", unit("conv3", x, 1, 0), 1, 0), 1, 0).reshape({2, 24});
  for (const char* linear : {"global", "feature", "block3_2.project"}) {
    EXPECT_EQ(w.count(std::string(linear) + ".prelu.weight"), 0u) << linear;
  }
  const at::Tensor out = net->Forward(images, false);
  // float32 through 50 layers.
  EXPECT_TRUE(at::allclose(out.to(at::kDouble), x, 1e-3, 1e-4))
      << (out.to(at::kDouble) - x).abs().max();
}

TEST(MobileFaceNet, TrainsOnABatchOfOne) {
  const auto net = Make(kSmall);
  net->Initialize(3);
  EXPECT_TRUE(at::isfinite(net->Forward(RandomImages(1, 32, 5), true)).all().item<bool>());
  for (const NamedTensor& buffer : net->Buffers()) {
    EXPECT_TRUE(at::isfinite(buffer.tensor).all().item<bool>()) << buffer.name;
  }
}

TEST(MobileFaceNet, EveryParameterGetsAGradient) {
  const auto net = Make(kSmall);
  net->Initialize(1);
  ExpectGradients(*net, 4);
}

TEST(MobileFaceNet, Bfloat16IsNear) {
  const auto net = Make(kSmall);
  net->Initialize(1);
  // Three roundings of 2^-9 in each of 50 layers, adding like independent errors, times 3.
  EXPECT_LT(Bfloat16Error(*net, false), 3 * 0x1p-9 * std::sqrt(3 * 50));
}

TEST(MobileFaceNet, RefusesAnInputThatStridesDoNotHalve) {
  const auto made = MakeComponent<Architecture>(R"({"input_px": 100})");
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(std::string(made.status().message()),
              HasSubstr("mobilefacenet.input_px = 100 is no multiple of 16"));
}

}  // namespace
}  // namespace facet
