// Parameter counts and sizes are the paper's (table 3 and its text), the forward pass is checked
// against loops over the convolution's definition.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "core/api/architecture.h"
#include "core/api/loss.h"
#include "core/plugin/library.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/architectures/architecture_testing.h"

extern "C" const facet::PluginDescriptor* facet_plugin_descriptor();

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<std::unique_ptr<Architecture>> TryMake(const std::string& options) {
  absl::StatusOr<std::unique_ptr<Component>> made =
      facet_plugin_descriptor()->components[0].create(options);
  if (!made.ok()) return made.status();
  return std::unique_ptr<Architecture>(static_cast<Architecture*>(made->release()));
}

std::unique_ptr<Architecture> Make(const std::string& options) {
  absl::StatusOr<std::unique_ptr<Architecture>> made = TryMake(options);
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

std::map<std::string, at::Tensor> ByName(Architecture& net) {
  std::map<std::string, at::Tensor> tensors;
  for (const NamedTensor& named : net.Parameters()) tensors[named.name] = named.tensor;
  return tensors;
}

struct Size {
  const char* config;
  int64_t convolutions, parameters;
};

class VggSize : public testing::TestWithParam<Size> {};

TEST_P(VggSize, HasThePapersParameters) {
  const auto net = Make(std::string(R"({"config": ")") + GetParam().config + R"("})");
  EXPECT_EQ(NumParameters(*net), GetParam().parameters);
  EXPECT_EQ(net->dimension(), 4096);
  EXPECT_EQ(net->input().size_px, 224);
  EXPECT_TRUE(net->input().rgb);
  EXPECT_TRUE(net->input().mean_bgr.empty());
  int64_t convolutions = 0, convolutional = 0;
  for (const NamedTensor& named : net->Parameters()) {
    if (named.tensor.dim() == 4) ++convolutions;
    if (named.name.rfind("conv", 0) == 0) convolutional += named.tensor.numel();
  }
  EXPECT_EQ(convolutions, GetParam().convolutions);
  // fc6: 4096 x (512 x 7 x 7) + 4096; fc7: 4096 x 4096 + 4096.
  EXPECT_EQ(NumParameters(*net) - convolutional, 102'764'544 + 16'781'312);
}

INSTANTIATE_TEST_SUITE_P(Paper, VggSize,
                         testing::Values(Size{"A", 8, 128'766'336}, Size{"B", 10, 128'950'848},
                                         Size{"D", 13, 134'260'544}));

TEST(Vgg, WithTheClassifierOf2622PeopleHasThePapersParameters) {
  // fc8: 2622 x 4096 + 2622. It belongs to the softmax loss.
  absl::StatusOr<std::unique_ptr<Component>> made =
      CreateComponent("plugins/losses/libsoftmax.so", "loss", "softmax", "{}");
  ASSERT_TRUE(made.ok()) << made.status();
  Loss& softmax = static_cast<Loss&>(**made);
  for (const auto& [config, parameters] :
       std::map<std::string, int64_t>{{"A", 139'508'670}, {"B", 139'693'182}, {"D", 145'002'878}}) {
    const auto net = Make(R"({"config": ")" + config + R"("})");
    ASSERT_TRUE(softmax.Initialize(net->dimension(), 2622, 1).ok());
    int64_t classifier = 0;
    for (const NamedTensor& named : softmax.Parameters()) classifier += named.tensor.numel();
    EXPECT_EQ(classifier, 10'742'334);
    EXPECT_EQ(NumParameters(*net) + classifier, parameters) << config;
  }
}

TEST(Vgg, NamesTheLibTorchItIsBuiltWith) {
  const std::string fingerprint = facet_plugin_descriptor()->fingerprint;
  EXPECT_THAT(fingerprint, ::testing::EndsWith(", LibTorch " TORCH_VERSION));
  EXPECT_EQ(fingerprint, TensorFingerprint());
}

TEST(Vgg, NamesLayersAsTheRelease) {
  const auto net = Make(R"({"config": "D", "input_px": 32, "width": 0.02, "fc_size": 4})");
  std::vector<std::string> layers;
  for (const NamedTensor& named : net->Parameters()) {
    if (named.name.find(".weight") != std::string::npos) {
      layers.push_back(named.name.substr(0, named.name.find('.')));
    }
  }
  EXPECT_THAT(layers, ElementsAre("conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1", "conv3_2",
                                  "conv3_3", "conv4_1", "conv4_2", "conv4_3", "conv5_1", "conv5_2",
                                  "conv5_3", "fc6", "fc7"));
}

TEST(Vgg, InitialWeightsAreThePapers) {
  const auto net = Make(R"({"config": "A", "input_px": 32, "width": 0.25, "fc_size": 256})");
  net->Initialize(5);
  for (const auto& [name, tensor] : ByName(*net)) {
    if (tensor.dim() == 1) {
      EXPECT_EQ(tensor.abs().max().item<float>(), 0.0f) << name;
    } else if (tensor.numel() > 10'000) {
      // Standard deviation of the estimate: 0.01 / sqrt(2 n) < 7.1e-5; bound at 5 of them.
      EXPECT_NEAR(tensor.std().item<double>(), 0.01, 3.6e-4) << name;
      EXPECT_NEAR(tensor.mean().item<double>(), 0.0, 5e-4) << name;
    }
  }
}

TEST(Vgg, KaimingKeepsTheSignalsSize) {
  const auto net =
      Make(R"({"config": "D", "input_px": 64, "width": 0.25, "fc_size": 256, "init": "kaiming"})");
  net->Initialize(5);
  at::manual_seed(1);
  const at::NoGradGuard no_grad;
  const at::Tensor out = net->Forward(at::randn({8, 3, 64, 64}), false);
  // E[x^2] of a ReLU's output is half the variance of its input, which Kaiming keeps at 2 E[x^2];
  // max pooling raises it, borders lower it: within a factor of 30 after 15 layers. With the
  // paper's deviation of 0.01 it would fall below 1e-12.
  const double power = out.square().mean().item<double>();
  EXPECT_GT(power, 1.0 / 30);
  EXPECT_LT(power, 30.0);
}

TEST(Vgg, SeedFixesTheWeights) {
  const std::string options = R"({"input_px": 32, "width": 0.05, "fc_size": 8})";
  const auto a = Make(options), b = Make(options), c = Make(options);
  a->Initialize(1);
  b->Initialize(1);
  c->Initialize(2);
  EXPECT_TRUE(at::equal(ByName(*a)["conv3_2.weight"], ByName(*b)["conv3_2.weight"]));
  EXPECT_FALSE(at::equal(ByName(*a)["conv3_2.weight"], ByName(*c)["conv3_2.weight"]));
}

// Convolution (3x3, stride 1, zeros around), as its definition says; x [C, S, S], float64.
at::Tensor NaiveConvolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const int64_t out_channels = weight.size(0), channels = weight.size(1), size = x.size(1);
  at::Tensor out = at::zeros({out_channels, size, size}, at::kDouble);
  const auto in = x.accessor<double, 3>();
  const auto w = weight.accessor<double, 4>();
  auto y = out.accessor<double, 3>();
  for (int64_t o = 0; o < out_channels; ++o) {
    for (int64_t r = 0; r < size; ++r) {
      for (int64_t s = 0; s < size; ++s) {
        double sum = bias[o].item<double>();
        for (int64_t c = 0; c < channels; ++c) {
          for (int64_t i = std::max<int64_t>(0, r - 1); i <= std::min(size - 1, r + 1); ++i) {
            for (int64_t j = std::max<int64_t>(0, s - 1); j <= std::min(size - 1, s + 1); ++j) {
              sum += w[o][c][i - r + 1][j - s + 1] * in[c][i][j];
            }
          }
        }
        y[o][r][s] = sum;
      }
    }
  }
  return out;
}

at::Tensor NaivePooling(const at::Tensor& x) {
  at::Tensor out = at::zeros({x.size(0), x.size(1) / 2, x.size(2) / 2}, at::kDouble);
  for (int64_t c = 0; c < out.size(0); ++c) {
    for (int64_t r = 0; r < out.size(1); ++r) {
      for (int64_t s = 0; s < out.size(2); ++s) {
        out[c][r][s] = x[c].slice(0, 2 * r, 2 * r + 2).slice(1, 2 * s, 2 * s + 2).max();
      }
    }
  }
  return out;
}

TEST(Vgg, ForwardIsThePapersSequenceOfLayers) {
  const auto net =
      Make(R"({"config": "B", "input_px": 32, "width": 0.03, "fc_size": 5, "init": "kaiming"})");
  net->Initialize(3);
  at::manual_seed(7);
  const at::Tensor image = at::randn({1, 3, 32, 32});
  for (const NamedTensor& named : net->Parameters()) {  // biases that matter
    if (named.tensor.dim() == 1) named.tensor.detach().normal_(0.0, 0.1);
  }
  const at::NoGradGuard no_grad;
  std::map<std::string, at::Tensor> w;
  for (const auto& [name, tensor] : ByName(*net)) w[name] = tensor.detach().to(at::kDouble);
  at::Tensor x = image[0].to(at::kDouble);
  for (const char* layer : {"conv1_1", "conv1_2", "P", "conv2_1", "conv2_2", "P", "conv3_1",
                            "conv3_2", "P", "conv4_1", "conv4_2", "P", "conv5_1", "conv5_2", "P"}) {
    const std::string name = layer;
    if (name == "P") {
      x = NaivePooling(x);
    } else {
      x = NaiveConvolution(x, w.at(name + ".weight"), w.at(name + ".bias")).clamp_min(0);
    }
  }
  x = (w.at("fc6.weight").mv(x.reshape({-1})) + w.at("fc6.bias")).clamp_min(0);
  x = (w.at("fc7.weight").mv(x) + w.at("fc7.bias")).clamp_min(0);
  const at::Tensor out = net->Forward(image, false);
  ASSERT_EQ(out.sizes(), (std::vector<int64_t>{1, 5}));
  // float32 through 12 layers.
  EXPECT_TRUE(at::allclose(out[0].to(at::kDouble), x, 1e-4, 1e-5)) << out << x;
  EXPECT_GT(x.max().item<double>(), 0.0);
}

TEST(Vgg, DropoutZeroesHalfOfTheDescriptorInTrainingAlone) {
  const auto net =
      Make(R"({"config": "A", "input_px": 32, "width": 0.1, "fc_size": 2000, "init": "kaiming"})");
  net->Initialize(1);
  at::manual_seed(3);
  const at::NoGradGuard no_grad;
  const at::Tensor image = at::randn({1, 3, 32, 32});
  const auto zeros = [&](bool training) {
    return net->Forward(image, training).eq(0).to(at::kDouble).mean().item<double>();
  };
  // About half of fc7 is 0 by ReLU; dropout halves what is left.
  const double plain = zeros(false);
  EXPECT_NEAR(plain, 0.5, 0.15);
  EXPECT_NEAR(zeros(true), 0.5 + 0.5 * 0.5, 0.1);
  EXPECT_EQ(zeros(false), plain);
}

TEST(Vgg, EveryParameterGetsAGradient) {
  const auto net =
      Make(R"({"config": "D", "input_px": 32, "width": 0.05, "fc_size": 16, "init": "kaiming"})");
  net->Initialize(1);
  net->Forward(at::randn({2, 3, 32, 32}), true).sum().backward();
  for (const auto& [name, tensor] : ByName(*net)) EXPECT_TRUE(tensor.grad().defined()) << name;
}

TEST(Vgg, BatchNormalisationComesAfterEachConvolution) {
  // Two values per channel; those of torchvision's vgg16_bn beside vgg16: 138,365,992 and
  // 138,357,544 with its 1,000 classes.
  EXPECT_EQ(NumParameters(*Make(R"({"config": "D", "batch_norm": true})")),
            134'260'544 + 138'365'992 - 138'357'544);
  const auto net = Make(R"({"config": "A", "input_px": 32, "width": 0.1, "fc_size": 16,
      "init": "kaiming", "dropout": 0, "batch_norm": true})");
  net->Initialize(1);
  ExpectGradients(*net, 4);  // moves the running statistics, too
  const at::NoGradGuard no_grad;
  std::map<std::string, at::Tensor> w;
  for (const auto& [name, tensor] : TensorsByName(*net)) w[name] = tensor.detach().to(at::kDouble);
  const at::Tensor images = RandomImages(2, 32, 5);
  at::Tensor x = images.to(at::kDouble);
  const auto along = [](const at::Tensor& v) { return v.reshape({1, -1, 1, 1}); };
  for (const std::string place :
       {"1_1", "P", "2_1", "P", "3_1", "3_2", "P", "4_1", "4_2", "P", "5_1", "5_2", "P"}) {
    if (place == "P") {
      x = at::max_pool2d(x, 2, 2);
      continue;
    }
    const std::string bn = "bn" + place;
    x = at::conv2d(x, w.at("conv" + place + ".weight"), w.at("conv" + place + ".bias"), 1, 1);
    x = (x - along(w.at(bn + ".running_mean"))) / along((w.at(bn + ".running_var") + 1e-5).sqrt());
    x = (x * along(w.at(bn + ".weight")) + along(w.at(bn + ".bias"))).clamp_min(0);
  }
  x = x.reshape({2, -1});
  for (const std::string name : {"fc6", "fc7"}) {
    x = (x.mm(w.at(name + ".weight").t()) + w.at(name + ".bias")).clamp_min(0);
  }
  // float32 through 10 layers.
  EXPECT_TRUE(at::allclose(net->Forward(images, false).to(at::kDouble), x, 1e-4, 1e-5));
}

TEST(Vgg, Bfloat16IsNear) {
  for (const char* batch_norm : {"false", "true"}) {
    const auto net = Make(std::string(R"({"config": "D", "input_px": 32, "width": 0.1,
        "fc_size": 24, "init": "kaiming", "batch_norm": )") +
                          batch_norm + "}");
    net->Initialize(1);
    // Three roundings of 2^-9 in each of 15 layers, adding like independent errors, times 3.
    EXPECT_LT(Bfloat16Error(*net, false), 3 * 0x1p-9 * std::sqrt(3 * 15)) << batch_norm;
  }
}

TEST(Vgg, RefusesAnInputThatPoolingsDoNotHalve) {
  const auto made = TryMake(R"({"input_px": 100})");
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(std::string(made.status().message()),
              HasSubstr("vgg.input_px = 100 is no multiple of 32"));
  EXPECT_THAT(std::string(made.status().message()), HasSubstr("near: 96, 128"));
}

}  // namespace
}  // namespace facet
