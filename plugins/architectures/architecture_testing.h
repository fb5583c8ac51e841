// What the tests of architectures share: sizes, gradients, and float32 against bfloat16.
#ifndef FACET_PLUGINS_ARCHITECTURES_ARCHITECTURE_TESTING_H_
#define FACET_PLUGINS_ARCHITECTURES_ARCHITECTURE_TESTING_H_

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <map>
#include <string>

#include "core/api/architecture.h"
#include "gtest/gtest.h"

namespace facet {

inline int64_t NumParameters(Architecture& net) {
  int64_t sum = 0;
  for (const NamedTensor& named : net.Parameters()) sum += named.tensor.numel();
  return sum;
}

// Learned tensors and buffers.
inline std::map<std::string, at::Tensor> TensorsByName(Architecture& net) {
  std::map<std::string, at::Tensor> tensors;
  for (const NamedTensor& named : net.Parameters()) tensors[named.name] = named.tensor;
  for (const NamedTensor& named : net.Buffers()) tensors[named.name] = named.tensor;
  return tensors;
}

inline at::Tensor RandomImages(int64_t count, int64_t size_px, uint64_t seed) {
  return at::randn({count, 3, size_px, size_px}, at::detail::createCPUGenerator(seed));
}

inline void ExpectGradients(Architecture& net, int64_t num_images) {
  const at::Tensor images = RandomImages(num_images, net.input().size_px, 11);
  at::manual_seed(1);
  const at::Tensor out = net.Forward(images, /*training=*/true);
  // Weighted, because a sum over what batch normalisation gives is constant.
  (out * at::randn(out.sizes(), at::detail::createCPUGenerator(12))).sum().backward();
  for (const NamedTensor& named : net.Parameters()) {
    ASSERT_TRUE(named.tensor.grad().defined()) << named.name;
    EXPECT_GT(named.tensor.grad().abs().max().item<float>(), 0.0f) << named.name;
    EXPECT_TRUE(at::isfinite(named.tensor.grad()).all().item<bool>()) << named.name;
  }
}

// ||a - b|| / ||b|| of the descriptors in bfloat16, with images and weights as the host lays them
// out (channels last, buffers in float32), against those in float32. Leaves the net in bfloat16.
inline double Bfloat16Error(Architecture& net, bool training) {
  const at::NoGradGuard no_grad;
  const at::Tensor images = RandomImages(4, net.input().size_px, 13);
  std::vector<at::Tensor> saved;
  for (const NamedTensor& buffer : net.Buffers()) saved.push_back(buffer.tensor.clone());
  at::manual_seed(1);
  const at::Tensor exact = net.Forward(images, training);
  const std::vector<NamedTensor> buffers = net.Buffers();
  for (size_t i = 0; i < buffers.size(); ++i) at::Tensor(buffers[i].tensor).copy_(saved[i]);
  for (const NamedTensor& named : net.Parameters()) {
    at::Tensor moved = named.tensor.detach().to(at::kBFloat16);
    if (moved.dim() == 4) moved = moved.contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor(named.tensor).set_data(moved);
  }
  at::manual_seed(1);
  const at::Tensor rounded =
      net.Forward(images.to(at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast), training);
  EXPECT_EQ(rounded.scalar_type(), at::kBFloat16);
  return ((rounded.to(at::kFloat) - exact).norm() / exact.norm()).item<double>();
}

}  // namespace facet

#endif  // FACET_PLUGINS_ARCHITECTURES_ARCHITECTURE_TESTING_H_
