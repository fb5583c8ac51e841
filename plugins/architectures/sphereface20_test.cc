// Sizes are those of the authors' release (wy1iu/sphereface); the forward pass is derived again
// from the tensors' names.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

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

constexpr char kSmall[] = R"({"input_px": 32, "width": 0.125, "dimension": 24})";

TEST(SphereFace20, HasThePublishedParameters) {
  const auto net = Make("{}");
  EXPECT_EQ(net->dimension(), 512);
  int64_t convolutions = 0, residual_biases = 0;
  for (const auto& [name, tensor] : TensorsByName(*net)) {
    if (tensor.dim() != 4) continue;
    ++convolutions;
    if (name.find("_1.weight") == std::string::npos) residual_biases += tensor.size(0);
  }
  EXPECT_EQ(convolutions, 20);
  // OpenVINO's page on the release: 22.671 M, at 112 x 96 (a last map of 7 x 6) and with the
  // residual units' biases, which the release keeps at 0 (lr_mult 0) and this network leaves out.
  const int64_t narrower = NumParameters(*net) - 512 * 512 * 7;
  EXPECT_EQ(narrower + residual_biases, 22'670'656);
  EXPECT_EQ(NumParameters(*net), 24'501'952);
}

TEST(SphereFace20, ForwardIsThePapersSequenceOfLayers) {
  const auto net = Make(kSmall);
  net->Initialize(3);
  const at::NoGradGuard no_grad;
  std::map<std::string, at::Tensor> w;
  for (const auto& [name, tensor] : TensorsByName(*net)) {
    if (tensor.dim() == 4) tensor.detach().mul_(4);  // residual units that matter
    w[name] = tensor.detach().to(at::kDouble);
  }
  const at::Tensor images = RandomImages(2, 32, 5);
  at::Tensor x = images.to(at::kDouble);
  const auto layer = [&](const std::string& place, const at::Tensor& in, int64_t stride) {
    const auto bias = w.find("conv" + place + ".bias");
    const at::Tensor y =
        at::conv2d(in, w.at("conv" + place + ".weight"),
                   bias == w.end() ? c10::optional<at::Tensor>() : bias->second, stride, 1);
    return y.clamp_min(0) +
           w.at("relu" + place + ".weight").reshape({1, -1, 1, 1}) * y.clamp_max(0);
  };
  const int units[] = {1, 2, 4, 1};
  for (int stage = 1; stage <= 4; ++stage) {
    x = layer(absl::StrCat(stage, "_1"), x, 2);
    for (int unit = 0; unit < units[stage - 1]; ++unit) {
      const at::Tensor y = layer(absl::StrCat(stage, "_", 2 * unit + 2), x, 1);
      x = x + layer(absl::StrCat(stage, "_", 2 * unit + 3), y, 1);
    }
  }
  x = x.reshape({2, -1}).mm(w.at("fc5.weight").t()) + w.at("fc5.bias");
  const at::Tensor out = net->Forward(images, false);
  // float32 through 20 layers.
  EXPECT_TRUE(at::allclose(out.to(at::kDouble), x, 1e-4, 1e-5 * x.abs().max().item<double>()));
}

TEST(SphereFace20, EveryParameterGetsAGradient) {
  const auto net = Make(kSmall);
  net->Initialize(1);
  ExpectGradients(*net, 2);
}

TEST(SphereFace20, Bfloat16IsNear) {
  const auto net = Make(kSmall);
  net->Initialize(1);
  // Three roundings of 2^-9 in each of 20 layers, adding like independent errors, times 3.
  EXPECT_LT(Bfloat16Error(*net, false), 3 * 0x1p-9 * std::sqrt(3 * 20));
}

TEST(SphereFace20, RefusesAnInputThatStagesDoNotHalve) {
  const auto made = MakeComponent<Architecture>(R"({"input_px": 96})");
  EXPECT_TRUE(made.ok());
  const auto refused = MakeComponent<Architecture>(R"({"input_px": 100})");
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("sphereface20.input_px = 100 is no multiple of 16"));
}

}  // namespace
}  // namespace facet
