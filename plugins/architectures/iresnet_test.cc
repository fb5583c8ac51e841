// Parameter counts are derived here layer by layer and lie by the published ones; the forward pass
// is derived again from the tensors' names, which are those of InsightFace's PyTorch models.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <array>
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

constexpr char kSmall[] = R"({"depth": "18", "input_px": 32, "width": 0.125, "dimension": 24})";

// Convolutions without bias, batch normalisation of 2 per channel, PReLU of 1.
int64_t Derived(const std::array<int, 4>& blocks) {
  int64_t sum = 3 * 64 * 9 + 2 * 64 + 64, in = 64, out = 64;
  for (const int count : blocks) {
    for (int i = 0; i < count; ++i) {
      sum += 2 * in + in * out * 9 + 2 * out + out + out * out * 9 + 2 * out;
      if (i == 0) sum += in * out + 2 * out;  // the shortcut
      in = out;
    }
    out *= 2;
  }
  return sum + 2 * 512 + 512 * 7 * 7 * 512 + 512 + 2 * 512;
}

struct Size {
  const char* depth;
  std::array<int, 4> blocks;
  double published;  // 10^6
};
class IResNetSize : public testing::TestWithParam<Size> {};

TEST_P(IResNetSize, HasThePublishedParameters) {
  const auto net = Make(std::string(R"({"depth": ")") + GetParam().depth + R"("})");
  // features.weight is 1 and a buffer: published counts include it.
  const int64_t count = NumParameters(*net) + 512;
  EXPECT_EQ(count, Derived(GetParam().blocks));
  // 24.0, 34.1, 43.6 and 65.2 M are what papers that use InsightFace's PyTorch models print;
  // OpenVINO's model pages have 34.129 and 65.132 for the MXNet originals, whose normalisation
  // scales are folded into convolutions.
  EXPECT_NEAR(static_cast<double>(count) * 1e-6, GetParam().published, 0.05);
  EXPECT_EQ(net->dimension(), 512);
  EXPECT_EQ(net->input().size_px, 112);
}

INSTANTIATE_TEST_SUITE_P(InsightFace, IResNetSize,
                         testing::Values(Size{"18", {2, 2, 2, 2}, 24.0},
                                         Size{"34", {3, 4, 6, 3}, 34.1},
                                         Size{"50", {3, 4, 14, 3}, 43.6},
                                         Size{"100", {3, 13, 30, 3}, 65.2}));

TEST(IResNet, NamesTensorsAsInsightFace) {
  const auto net = Make(kSmall);
  const std::map<std::string, at::Tensor> w = TensorsByName(*net);
  for (const char* name :
       {"conv1.weight", "bn1.running_var", "prelu.weight", "layer1.0.bn1.weight",
        "layer1.0.conv1.weight", "layer1.0.bn2.bias", "layer1.0.prelu.weight",
        "layer1.0.conv2.weight", "layer1.0.bn3.running_mean", "layer1.0.downsample.0.weight",
        "layer1.0.downsample.1.weight", "layer4.1.bn3.bias", "bn2.weight", "fc.weight", "fc.bias",
        "features.weight", "features.bias", "features.running_mean"}) {
    EXPECT_EQ(w.count(name), 1u) << name;
  }
  EXPECT_EQ(w.count("layer1.1.downsample.0.weight"), 0u);
}

// As arcface_torch's iresnet.py: nn.init.normal_(0, 0.1) for every Conv2d, ones and zeros for every
// normalisation, and for PReLU and Linear what PyTorch's layers begin with, 0.25 and
// kaiming_uniform_(a = sqrt(5)), biases uniform in the same bounds.
TEST(IResNet, EveryTensorBeginsAsInInsightFace) {
  const auto net = Make(R"({"depth": "18", "input_px": 32, "width": 0.25, "dimension": 2000})");
  net->Initialize(3);
  const std::map<std::string, at::Tensor> w = TensorsByName(*net);
  int num_convolutions = 0;
  for (const auto& [name, tensor] : w) {
    SCOPED_TRACE(name);
    const at::Tensor values = tensor.detach().to(at::kDouble);
    const auto n = static_cast<double>(values.numel());
    const auto all = [&](double value) { return values.eq(value).all().item<bool>(); };
    if (values.dim() == 4) {
      ++num_convolutions;
      // The deviation errs by sigma / sqrt(2 n), the mean by sigma / sqrt(n); bounds at 5 of them.
      EXPECT_NEAR(values.std().item<double>(), 0.1, 0.5 / std::sqrt(2 * n));
      EXPECT_NEAR(values.mean().item<double>(), 0, 0.5 / std::sqrt(n));
      EXPECT_GT(values.abs().max().item<double>(), 0.2) << "uniform ends at 0.173";
    } else if (name.rfind("fc.", 0) == 0) {
      const double bound = 1 / std::sqrt(128.0 * 2 * 2);
      EXPECT_LE(values.abs().max().item<double>(), bound);
      EXPECT_GT(values.abs().max().item<double>(), 0.99 * bound);
      EXPECT_NEAR(values.std().item<double>(), bound / std::sqrt(3.0),
                  5 * bound / std::sqrt(6 * n));
      EXPECT_NEAR(values.mean().item<double>(), 0, 5 * bound / std::sqrt(3 * n));
    } else if (name.find("prelu") != std::string::npos) {
      EXPECT_TRUE(all(0.25));
    } else if (name.find(".bias") != std::string::npos ||
               name.find(".running_mean") != std::string::npos) {
      EXPECT_TRUE(all(0));
    } else {
      EXPECT_TRUE(all(1));  // scales and running variances
    }
  }
  EXPECT_EQ(num_convolutions, 1 + 8 * 2 + 4);
  // With kaiming, fc's weights are N(0, 2 / fan-in) as all others are, and its biases 0.
  const auto other = Make(R"({"depth": "18", "input_px": 32, "width": 0.25, "dimension": 2000,
               "init": "kaiming"})");
  other->Initialize(3);
  const at::Tensor fc = TensorsByName(*other).at("fc.weight");
  EXPECT_NEAR(fc.std().item<double>(), std::sqrt(2.0 / 512), 0.01 * std::sqrt(2.0 / 512));
  EXPECT_TRUE(TensorsByName(*other).at("fc.bias").eq(0).all().item<bool>());
}

TEST(IResNet, ForwardIsTheBlocksOfTheModel) {
  const auto net = Make(kSmall);
  net->Initialize(3);
  const at::NoGradGuard no_grad;
  at::manual_seed(2);
  for (const NamedTensor& named : net->Parameters()) {  // scales and shifts that matter
    if (named.tensor.dim() == 1) named.tensor.detach().add_(0.1 * at::randn(named.tensor.sizes()));
  }
  for (const NamedTensor& named : net->Buffers()) {
    at::Tensor(named.tensor).add_(0.1 * at::rand(named.tensor.sizes()));
  }
  std::map<std::string, at::Tensor> w;
  for (const auto& [name, tensor] : TensorsByName(*net)) w[name] = tensor.detach().to(at::kDouble);
  const auto along = [](const at::Tensor& v, const at::Tensor& x) {
    return x.dim() == 4 ? v.reshape({1, -1, 1, 1}) : v;
  };
  const auto norm = [&](const std::string& name, const at::Tensor& x) {
    const at::Tensor scale = w.at(name + ".weight") / (w.at(name + ".running_var") + 1e-5).sqrt();
    return (x - along(w.at(name + ".running_mean"), x)) * along(scale, x) +
           along(w.at(name + ".bias"), x);
  };
  const auto prelu = [&](const std::string& name, const at::Tensor& x) {
    return x.clamp_min(0) + along(w.at(name + ".weight"), x) * x.clamp_max(0);
  };
  const auto conv = [&](const std::string& name, const at::Tensor& x, int64_t stride) {
    const at::Tensor& weight = w.at(name + ".weight");
    return at::conv2d(x, weight, {}, stride, weight.size(2) / 2);
  };
  const at::Tensor images = RandomImages(2, 32, 5);
  at::Tensor x = prelu("prelu", norm("bn1", conv("conv1", images.to(at::kDouble), 1)));
  for (int stage = 1; stage <= 4; ++stage) {
    for (int block = 0; block < 2; ++block) {
      const std::string name = absl::StrCat("layer", stage, ".", block);
      const int64_t stride = block == 0 ? 2 : 1;
      at::Tensor y = conv(name + ".conv1", norm(name + ".bn1", x), 1);
      y = conv(name + ".conv2", prelu(name + ".prelu", norm(name + ".bn2", y)), stride);
      y = norm(name + ".bn3", y);
      x = y +
          (block == 0 ? norm(name + ".downsample.1", conv(name + ".downsample.0", x, stride)) : x);
    }
  }
  x = norm("bn2", x).reshape({2, -1});
  x = norm("features", x.mm(w.at("fc.weight").t()) + w.at("fc.bias"));
  const at::Tensor out = net->Forward(images, false);
  // float32 through 19 convolutions.
  EXPECT_TRUE(at::allclose(out.to(at::kDouble), x, 1e-3, 1e-4))
      << (out.to(at::kDouble) - x).abs().max();
}

TEST(IResNet, TrainingUpdatesTheRunningStatisticsAlone) {
  const auto net = Make(kSmall);
  net->Initialize(3);
  const at::NoGradGuard no_grad;
  const at::Tensor images = RandomImages(4, 32, 5);
  const at::Tensor before = TensorsByName(*net).at("layer2.0.bn1.running_mean").clone();
  const at::Tensor first = net->Forward(images, false);
  EXPECT_TRUE(at::equal(before, TensorsByName(*net).at("layer2.0.bn1.running_mean")));
  net->Forward(images, true);
  EXPECT_FALSE(at::equal(before, TensorsByName(*net).at("layer2.0.bn1.running_mean")));
  EXPECT_FALSE(at::equal(first, net->Forward(images, false)));
  EXPECT_TRUE(TensorsByName(*net).at("features.weight").eq(1).all().item<bool>());
}

TEST(IResNet, TrainsOnABatchOfOne) {  // features sees one value per channel
  const auto net = Make(R"({"depth": "18", "input_px": 16, "width": 0.125, "dimension": 24})");
  net->Initialize(3);
  EXPECT_TRUE(at::isfinite(net->Forward(RandomImages(1, 16, 5), true)).all().item<bool>());
  for (const NamedTensor& buffer : net->Buffers()) {
    EXPECT_TRUE(at::isfinite(buffer.tensor).all().item<bool>()) << buffer.name;
  }
}

TEST(IResNet, EveryParameterGetsAGradient) {
  const auto net = Make(kSmall);
  net->Initialize(1);
  ExpectGradients(*net, 4);
}

TEST(IResNet, Bfloat16IsNear) {
  for (const bool training : {false, true}) {
    const auto net = Make(R"({"depth": "18", "input_px": 32, "width": 0.125, "dimension": 24,
                 "init": "kaiming"})");
    net->Initialize(1);
    // Four roundings of 2^-9 in each of 19 layers, adding like independent errors; training
    // divides by the deviation of few values, which amplifies them: a factor of 3 each.
    EXPECT_LT(Bfloat16Error(*net, training), 0x1p-9 * std::sqrt(4 * 19) * (training ? 9 : 3))
        << training;
  }
}

TEST(IResNet, RefusesAnInputThatStagesDoNotHalve) {
  const auto made = MakeComponent<Architecture>(R"({"input_px": 100})");
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(std::string(made.status().message()),
              HasSubstr("iresnet.input_px = 100 is no multiple of 16"));
}

}  // namespace
}  // namespace facet
