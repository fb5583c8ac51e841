#include "benchmarks/vgg_parts.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace facet::bench {

int NumThreads() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  std::exit(1);
}

std::string PluginPath(const std::string& library) {
  // Bazel keeps a test's files apart from those of the program that it calls.
  const char* const of_test = std::getenv("TEST_SRCDIR");
  const std::string runfiles =
      of_test != nullptr ? of_test
                         : std::filesystem::read_symlink("/proc/self/exe").string() + ".runfiles";
  return runfiles + "/facet/plugins/" + library;
}

uint32_t Mixed(uint32_t bits) {
  bits = (bits ^ bits >> 16) * 0x85ebca6bU;
  bits = (bits ^ bits >> 13) * 0xc2b2ae35U;
  return bits ^ bits >> 16;
}

void SetWeights(const std::vector<NamedTensor>& parameters) {
  for (size_t t = 0; t < parameters.size(); ++t) {
    const at::Tensor tensor = parameters[t].tensor.detach();
    const auto fan_in = static_cast<double>(tensor.numel() / tensor.size(0));
    const double scale = tensor.dim() == 1 ? 0.0 : std::sqrt(24.0 / fan_in);
    float* const values = tensor.data_ptr<float>();
    for (int64_t i = 0; i < tensor.numel(); ++i) {
      const uint32_t bits = Mixed(static_cast<uint32_t>(i) + (static_cast<uint32_t>(t) << 24));
      values[i] = static_cast<float>((bits / 4294967296.0 - 0.5) * scale);
    }
  }
}

VggConvolutions::VggConvolutions(const std::array<int, 5>& layers, int64_t px, double width,
                                 int64_t batch, const Numerics& numerics) {
  constexpr std::array<int64_t, 5> kChannels = {64, 128, 256, 512, 512};
  const auto random = [&](at::IntArrayRef shape) {
    return at::randn(shape).to(numerics.type).contiguous(at::MemoryFormat::ChannelsLast);
  };
  int64_t in = 3, side = px;
  for (size_t stage = 0; stage < layers.size(); ++stage, side /= 2) {
    const int64_t out = std::llround(width * static_cast<double>(kChannels[stage]));
    for (int i = 0; i < layers[stage]; ++i, in = out) {
      layers_.push_back({random({batch, in, side, side}), random({out, in, 3, 3}),
                         at::zeros({out}, numerics.type), random({batch, out, side, side})});
    }
  }
}

void VggConvolutions::Forward() const {
  const at::NoGradGuard no_gradient;
  for (const Layer& layer : layers_) at::conv2d(layer.x, layer.weight, layer.bias, 1, 1);
}

void VggConvolutions::Backward() const {
  const at::NoGradGuard no_gradient;
  for (size_t i = layers_.size(); i-- > 0;) {
    const Layer& layer = layers_[i];
    at::convolution_backward(layer.gradient, layer.x, layer.weight, layer.bias.sizes(), {1, 1},
                             {1, 1}, {1, 1}, /*transposed=*/false, {0, 0}, /*groups=*/1,
                             {i > 0, true, true});
  }
}

}  // namespace facet::bench
