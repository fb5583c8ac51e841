#include <ATen/ATen.h>

#include <memory>

#include "core/api/architecture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

extern "C" const facet::PluginDescriptor* facet_plugin_descriptor();

namespace facet {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<std::unique_ptr<Component>> Create(const std::string& options) {
  return facet_plugin_descriptor()->components[0].create(options);
}

TEST(Pixels, GivesMeanFreeGreyCells) {
  auto made = Create(R"({"input_px": 4, "size_px": 2})");
  ASSERT_TRUE(made.ok()) << made.status();
  auto& net = static_cast<Architecture&>(**made);
  EXPECT_FALSE(net.trainable());
  EXPECT_EQ(net.dimension(), 4);
  // One colour per quarter, R G B: red 100, green 100, blue 100, white 100.
  at::Tensor image = at::zeros({1, 3, 4, 4});
  image[0][0].slice(0, 0, 2).slice(1, 0, 2).fill_(100);
  image[0][1].slice(0, 0, 2).slice(1, 2, 4).fill_(100);
  image[0][2].slice(0, 2, 4).slice(1, 0, 2).fill_(100);
  image[0].slice(1, 2, 4).slice(2, 2, 4).fill_(100);
  const at::Tensor out = net.Forward(image, false);
  // BT.601: 29.9, 58.7, 11.4, 100; their mean is 50.
  const at::Tensor expected = at::tensor({29.9f - 50, 58.7f - 50, 11.4f - 50, 100.0f - 50});
  EXPECT_TRUE(at::allclose(out[0], expected, 1e-5, 1e-4)) << out;
}

TEST(Pixels, RefusesAGridFinerThanTheInput) {
  const auto made = Create(R"({"input_px": 8, "size_px": 9})");
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(std::string(made.status().message()), HasSubstr("pixels.size_px = 9 exceeds"));
}

}  // namespace
}  // namespace facet
