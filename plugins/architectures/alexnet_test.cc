// Sizes are those of Krizhevsky et al. 2012 and of Caffe's bvlc_alexnet; the forward pass is
// derived again from the tensors' names. The layers themselves are tested in
// plugins/architectures/layers_test.cc.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "core/api/architecture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/architectures/architecture_testing.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

std::unique_ptr<Architecture> Make(const std::string& options) {
  auto made = MakeComponent<Architecture>(options);
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

constexpr char kSmall[] =
    R"({"input_px": 67, "width": 0.1, "fc_size": 24, "init": "kaiming", "dropout": 0})";

TEST(AlexNet, HasThePublishedParameters) {
  const auto net = Make("{}");
  // The 60.9 M of Caffe's bvlc_alexnet (60,965,224, also the 60.965 M of OpenVINO's model page)
  // have a classifier of 1000 x 4096 + 1000, which belongs to the loss here.
  EXPECT_EQ(NumParameters(*net), 60'965'224 - 4'097'000);
  EXPECT_EQ(net->dimension(), 4096);
  const std::map<std::string, at::Tensor> w = TensorsByName(*net);
  // Kernels as in the paper, section 3.5: 96 of 11x11x3, 256 of 5x5x48, 384 of 3x3x256,
  // 384 of 3x3x192, 256 of 3x3x192.
  EXPECT_EQ(w.at("conv1.weight").sizes(), (std::vector<int64_t>{96, 3, 11, 11}));
  EXPECT_EQ(w.at("conv2.weight").sizes(), (std::vector<int64_t>{256, 48, 5, 5}));
  EXPECT_EQ(w.at("conv3.weight").sizes(), (std::vector<int64_t>{384, 256, 3, 3}));
  EXPECT_EQ(w.at("conv4.weight").sizes(), (std::vector<int64_t>{384, 192, 3, 3}));
  EXPECT_EQ(w.at("conv5.weight").sizes(), (std::vector<int64_t>{256, 192, 3, 3}));
  EXPECT_EQ(w.at("fc6.weight").sizes(), (std::vector<int64_t>{4096, 256 * 6 * 6}));
  EXPECT_EQ(NumParameters(*Make(R"({"groups": 1})")),
            56'868'224 + 256 * 48 * 25 + 384 * 192 * 9 + 256 * 192 * 9);
}

TEST(AlexNet, BeginsWithThePapersBiases) {
  const auto net = Make(R"({"input_px": 67, "width": 0.1, "fc_size": 24})");
  net->Initialize(1);
  const std::map<std::string, at::Tensor> w = TensorsByName(*net);
  // Section 5: 1 in the second, fourth and fifth convolution and the hidden full layers, else 0.
  for (const char* name : {"conv2", "conv4", "conv5", "fc6", "fc7"}) {
    EXPECT_TRUE(w.at(std::string(name) + ".bias").eq(1).all().item<bool>()) << name;
  }
  for (const char* name : {"conv1", "conv3"}) {
    EXPECT_TRUE(w.at(std::string(name) + ".bias").eq(0).all().item<bool>()) << name;
  }
}

TEST(AlexNet, ForwardIsThePapersSequenceOfLayers) {
  const auto net = Make(kSmall);
  net->Initialize(3);
  const at::NoGradGuard no_grad;
  std::map<std::string, at::Tensor> w;
  for (const auto& [name, tensor] : TensorsByName(*net)) w[name] = tensor.detach().to(at::kDouble);
  const at::Tensor images = RandomImages(2, 67, 5);
  at::Tensor x = images.to(at::kDouble);
  const auto conv = [&](const std::string& name, int64_t stride, int64_t padding, int64_t groups) {
    x = at::conv2d(x, w.at(name + ".weight"), w.at(name + ".bias"), stride, padding, 1, groups)
            .clamp_min(0);
  };
  const auto respond = [&] {  // section 3.3, by a band matrix over channels
    const at::Tensor band =
        at::ones({x.size(1), x.size(1)}, at::kDouble).triu(-2).tril(2).unsqueeze(2).unsqueeze(3);
    x = x / (2 + 1e-4 * at::conv2d(x * x, band)).pow(0.75);
  };
  conv("conv1", 4, 0, 1);
  respond();
  x = at::max_pool2d(x, 3, 2);
  conv("conv2", 1, 2, 2);
  respond();
  x = at::max_pool2d(x, 3, 2);
  conv("conv3", 1, 1, 1);
  conv("conv4", 1, 1, 2);
  conv("conv5", 1, 1, 2);
  x = at::max_pool2d(x, 3, 2).reshape({2, -1});
  for (const std::string name : {"fc6", "fc7"}) {
    x = (x.mm(w.at(name + ".weight").t()) + w.at(name + ".bias")).clamp_min(0);
  }
  const at::Tensor out = net->Forward(images, false);
  // float32 through 7 layers.
  EXPECT_TRUE(at::allclose(out.to(at::kDouble), x, 1e-4, 1e-5));
  EXPECT_GT(x.max().item<double>(), 0.0);
}

TEST(AlexNet, DropoutZeroesInTrainingAlone) {
  const auto net = Make(R"({"input_px": 67, "width": 0.1, "fc_size": 2000, "init": "kaiming"})");
  net->Initialize(1);
  const at::NoGradGuard no_grad;
  const at::Tensor images = RandomImages(1, 67, 7);
  at::manual_seed(3);
  const auto zeros = [&](bool training) {
    return net->Forward(images, training).eq(0).to(at::kDouble).mean().item<double>();
  };
  const double plain = zeros(false);  // about half is 0 by ReLU
  EXPECT_NEAR(zeros(true), 0.5 + 0.5 * plain, 0.1);
  EXPECT_EQ(zeros(false), plain);
}

TEST(AlexNet, EveryParameterGetsAGradient) {
  const auto net = Make(kSmall);
  net->Initialize(1);
  ExpectGradients(*net, 2);
}

TEST(AlexNet, Bfloat16IsNear) {
  const auto net = Make(kSmall);
  net->Initialize(1);
  // Rounding of weights and of 7 layers' outputs: 2^-9 each, adding like independent errors, times
  // 3 for cancellation.
  EXPECT_LT(Bfloat16Error(*net, false), 3 * 0x1p-9 * 4);
}

TEST(AlexNet, RefusesAnInputThatVanishes) {
  const auto made = MakeComponent<Architecture>(R"({"input_px": 66})");
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(std::string(made.status().message()), ::testing::HasSubstr("input_px"));
}

}  // namespace
}  // namespace facet
